CREATE TABLE "token_buckets" (
	"id" text PRIMARY KEY,
	"points" integer NOT NULL,
	"restore_rate" integer NOT NULL,
	"granted" integer NOT NULL,
	"full_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "token_buckets_size_check" CHECK ("points" > 0 and "restore_rate" > 0 and "granted" >= 0)
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "points" integer;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "restore_rate" integer;--> statement-breakpoint
CREATE INDEX "token_buckets_full_at_idx" ON "token_buckets" ("full_at");--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_limit_check" CHECK (("points" is null) = ("restore_rate" is null));--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_points_check" CHECK ("points" > 0 and "restore_rate" > 0);