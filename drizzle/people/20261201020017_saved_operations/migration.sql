CREATE TABLE "saved_operations" (
	"id" uuid PRIMARY KEY,
	"owner_id" uuid NOT NULL,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"document" text NOT NULL,
	"variables" text DEFAULT '{}' NOT NULL,
	"is_shared" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "saved_operations_variables" CHECK (json_typeof("variables"::json) = 'object')
);
--> statement-breakpoint
CREATE UNIQUE INDEX "saved_operations_name" ON "saved_operations" ("owner_id",extensions.name_key("name"));--> statement-breakpoint
CREATE INDEX "saved_operations_shared" ON "saved_operations" ("name") WHERE "is_shared";--> statement-breakpoint
ALTER TABLE "saved_operations" ADD CONSTRAINT "saved_operations_owner_id_profiles_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "profiles"("id") ON DELETE CASCADE;