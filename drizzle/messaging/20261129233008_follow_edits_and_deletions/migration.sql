ALTER TABLE "channels" ADD COLUMN "deleted_until" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "message_mentions" ADD COLUMN "unread" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "message_mentions_unread" ON "message_mentions" ("profile_id") WHERE "unread";
--> statement-breakpoint
UPDATE "channels" SET "deleted_until" = "last_message_at", "last_message_at" = (SELECT max("created_at") FROM "messages" WHERE "channel_id" = "channels"."id" AND "deleted_at" IS NULL)
WHERE EXISTS (SELECT 1 FROM "messages" WHERE "channel_id" = "channels"."id" AND "created_at" = "channels"."last_message_at" AND "deleted_at" IS NOT NULL);
