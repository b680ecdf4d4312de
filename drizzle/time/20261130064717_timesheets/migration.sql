CREATE TABLE "timesheets" (
	"id" uuid PRIMARY KEY,
	"profile_id" uuid NOT NULL,
	"week_start" date NOT NULL,
	"status" text DEFAULT 'DRAFT' NOT NULL,
	"submitted_at" timestamp(3) with time zone,
	"reviewer_id" uuid,
	"reviewed_at" timestamp(3) with time zone,
	"review_note" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "timesheets_status" CHECK ("status" in ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'LOCKED'))
);
--> statement-breakpoint
ALTER TABLE "time_entries" ADD COLUMN "started_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "time_entries" ADD COLUMN "ended_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "timesheets_week" ON "timesheets" ("profile_id","week_start");--> statement-breakpoint
CREATE INDEX "timesheets_week_start" ON "timesheets" ("week_start","id");--> statement-breakpoint
CREATE INDEX "timesheets_reviewer" ON "timesheets" ("reviewer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "timesheets_external_reference" ON "timesheets" ("external_reference");--> statement-breakpoint
ALTER TABLE "timesheets" ADD CONSTRAINT "timesheets_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id");--> statement-breakpoint
ALTER TABLE "timesheets" ADD CONSTRAINT "timesheets_reviewer_id_profiles_id_fkey" FOREIGN KEY ("reviewer_id") REFERENCES "profiles"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "time_entries" ADD CONSTRAINT "time_entries_instants" CHECK ("ended_at" >= "started_at");