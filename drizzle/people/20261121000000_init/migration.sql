CREATE TABLE "profiles" (
	"id" uuid PRIMARY KEY,
	"user_id" uuid,
	"email" text,
	"first_name" text COLLATE "und-x-icu" NOT NULL,
	"last_name" text COLLATE "und-x-icu" NOT NULL,
	"avatar_url" text,
	"phone" text,
	"presence" text DEFAULT 'OFFLINE' NOT NULL,
	"last_seen_at" timestamp(3) with time zone,
	"manager_id" uuid,
	"left_at" timestamp(3) with time zone,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "profiles_presence" CHECK ("presence" in ('ONLINE', 'AWAY', 'OFFLINE'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "profiles_user" ON "profiles" ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "profiles_external_reference" ON "profiles" ("external_reference");--> statement-breakpoint
CREATE INDEX "profiles_email" ON "profiles" (lower("email"));--> statement-breakpoint
CREATE INDEX "profiles_manager" ON "profiles" ("manager_id");--> statement-breakpoint
CREATE INDEX "profiles_name" ON "profiles" ("last_name","first_name");--> statement-breakpoint
ALTER TABLE "profiles" ADD CONSTRAINT "profiles_manager_id_profiles_id_fkey" FOREIGN KEY ("manager_id") REFERENCES "profiles"("id") ON DELETE SET NULL;