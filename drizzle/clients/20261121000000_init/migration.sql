CREATE TABLE "clients" (
	"id" uuid PRIMARY KEY,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"main_contact" text,
	"contact_id" uuid,
	"sector" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "clients_name" ON "clients" ("name");--> statement-breakpoint
CREATE INDEX "clients_contact" ON "clients" ("contact_id");--> statement-breakpoint
CREATE UNIQUE INDEX "clients_external_reference" ON "clients" ("external_reference");--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_contact_id_profiles_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "profiles"("id") ON DELETE SET NULL;