CREATE TABLE "saved_views" (
	"id" uuid PRIMARY KEY,
	"owner_id" uuid NOT NULL,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"list" text NOT NULL,
	"arguments" text DEFAULT '{}' NOT NULL,
	"columns" text[] DEFAULT '{}'::text[] NOT NULL,
	"is_shared" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "saved_views_arguments" CHECK (json_typeof("arguments"::json) = 'object')
);
--> statement-breakpoint
CREATE UNIQUE INDEX "saved_views_name" ON "saved_views" ("owner_id","list",extensions.name_key("name"));--> statement-breakpoint
CREATE INDEX "saved_views_shared" ON "saved_views" ("list") WHERE "is_shared";--> statement-breakpoint
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_owner_id_profiles_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "profiles"("id") ON DELETE CASCADE;