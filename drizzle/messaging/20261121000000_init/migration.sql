CREATE TABLE "channel_members" (
	"id" uuid PRIMARY KEY,
	"channel_id" uuid NOT NULL,
	"profile_id" uuid NOT NULL,
	"last_read_at" timestamp(3) with time zone,
	"muted" boolean DEFAULT false NOT NULL,
	"joined_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"id" uuid PRIMARY KEY,
	"type" text NOT NULL,
	"name" text COLLATE "und-x-icu",
	"description" text,
	"project_id" uuid,
	"direct_key" text,
	"creator_id" uuid,
	"archived_at" timestamp(3) with time zone,
	"last_message_at" timestamp(3) with time zone,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channels_type" CHECK ("type" in ('ORGANIZATION', 'PROJECT', 'GROUP', 'DIRECT')),
	CONSTRAINT "channels_project" CHECK (("type" = 'PROJECT') = ("project_id" is not null)),
	CONSTRAINT "channels_direct_key" CHECK (("type" = 'DIRECT') = ("direct_key" is not null)),
	CONSTRAINT "channels_name" CHECK (("type" = 'DIRECT') = ("name" is null))
);
--> statement-breakpoint
CREATE TABLE "message_attachments" (
	"id" uuid PRIMARY KEY,
	"message_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"url" text NOT NULL,
	"media_type" text,
	"size" bigint,
	CONSTRAINT "message_attachments_size" CHECK ("size" >= 0)
);
--> statement-breakpoint
CREATE TABLE "message_mentions" (
	"message_id" uuid,
	"profile_id" uuid,
	CONSTRAINT "message_mentions_pkey" PRIMARY KEY("message_id","profile_id")
);
--> statement-breakpoint
CREATE TABLE "message_reactions" (
	"id" uuid PRIMARY KEY,
	"message_id" uuid NOT NULL,
	"profile_id" uuid NOT NULL,
	"emoji" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" uuid PRIMARY KEY,
	"channel_id" uuid NOT NULL,
	"sender_id" uuid,
	"parent_id" uuid,
	"content" text NOT NULL,
	"edited_at" timestamp(3) with time zone,
	"deleted_at" timestamp(3) with time zone,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"search" tsvector GENERATED ALWAYS AS (to_tsvector('extensions.fr', content) || to_tsvector('extensions.en', content)) STORED,
	CONSTRAINT "messages_parent" CHECK ("parent_id" <> "id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "channel_members_channel_profile" ON "channel_members" ("channel_id","profile_id");--> statement-breakpoint
CREATE INDEX "channel_members_profile" ON "channel_members" ("profile_id");--> statement-breakpoint
CREATE UNIQUE INDEX "channels_project" ON "channels" ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "channels_direct_key" ON "channels" ("direct_key");--> statement-breakpoint
CREATE UNIQUE INDEX "channels_external_reference" ON "channels" ("external_reference");--> statement-breakpoint
CREATE INDEX "channels_creator" ON "channels" ("creator_id");--> statement-breakpoint
CREATE UNIQUE INDEX "message_attachments_message" ON "message_attachments" ("message_id","position");--> statement-breakpoint
CREATE INDEX "message_mentions_profile" ON "message_mentions" ("profile_id");--> statement-breakpoint
CREATE UNIQUE INDEX "message_reactions_message_emoji_profile" ON "message_reactions" ("message_id","emoji","profile_id");--> statement-breakpoint
CREATE INDEX "message_reactions_profile" ON "message_reactions" ("profile_id");--> statement-breakpoint
CREATE INDEX "messages_channel" ON "messages" ("channel_id","created_at","id");--> statement-breakpoint
CREATE INDEX "messages_created" ON "messages" ("created_at","id");--> statement-breakpoint
CREATE INDEX "messages_thread" ON "messages" ("parent_id","created_at","id");--> statement-breakpoint
CREATE INDEX "messages_sender" ON "messages" ("sender_id");--> statement-breakpoint
CREATE INDEX "messages_search" ON "messages" USING gin ("search");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_external_reference" ON "messages" ("external_reference");--> statement-breakpoint
ALTER TABLE "channel_members" ADD CONSTRAINT "channel_members_channel_id_channels_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "channel_members" ADD CONSTRAINT "channel_members_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_creator_id_profiles_id_fkey" FOREIGN KEY ("creator_id") REFERENCES "profiles"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "message_attachments" ADD CONSTRAINT "message_attachments_message_id_messages_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "message_mentions" ADD CONSTRAINT "message_mentions_message_id_messages_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "message_mentions" ADD CONSTRAINT "message_mentions_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "message_reactions" ADD CONSTRAINT "message_reactions_message_id_messages_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "message_reactions" ADD CONSTRAINT "message_reactions_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_channel_id_channels_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_sender_id_profiles_id_fkey" FOREIGN KEY ("sender_id") REFERENCES "profiles"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_parent_id_messages_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "messages"("id") ON DELETE CASCADE;