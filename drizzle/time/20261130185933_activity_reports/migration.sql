CREATE TABLE "activity_report_lines" (
	"id" uuid PRIMARY KEY,
	"report_id" uuid NOT NULL,
	"day" date NOT NULL,
	"hours" numeric(6,2) NOT NULL,
	"half_days" integer NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "activity_report_lines_hours" CHECK ("hours" > 0),
	CONSTRAINT "activity_report_lines_half_days" CHECK ("half_days" between 0 and 2)
);
--> statement-breakpoint
CREATE TABLE "activity_reports" (
	"id" uuid PRIMARY KEY,
	"profile_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"month" date NOT NULL,
	"status" text DEFAULT 'SUBMITTED' NOT NULL,
	"submitted_at" timestamp(3) with time zone,
	"note" text,
	"signer_id" uuid,
	"signer_name" text,
	"signed_at" timestamp(3) with time zone,
	"content_hash" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "activity_reports_status" CHECK ("status" in ('DRAFT', 'SUBMITTED', 'SIGNED')),
	CONSTRAINT "activity_reports_first_day" CHECK (extract(day from "month") = 1),
	CONSTRAINT "activity_reports_signed" CHECK (("status" = 'SIGNED') = ("signed_at" is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "activity_report_lines_day" ON "activity_report_lines" ("report_id","day");--> statement-breakpoint
CREATE UNIQUE INDEX "activity_reports_month" ON "activity_reports" ("profile_id","month","project_id");--> statement-breakpoint
CREATE INDEX "activity_reports_project" ON "activity_reports" ("project_id","month");--> statement-breakpoint
CREATE INDEX "activity_reports_signer" ON "activity_reports" ("signer_id");--> statement-breakpoint
ALTER TABLE "activity_report_lines" ADD CONSTRAINT "activity_report_lines_report_id_activity_reports_id_fkey" FOREIGN KEY ("report_id") REFERENCES "activity_reports"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "activity_reports" ADD CONSTRAINT "activity_reports_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id");--> statement-breakpoint
ALTER TABLE "activity_reports" ADD CONSTRAINT "activity_reports_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "activity_reports" ADD CONSTRAINT "activity_reports_signer_id_profiles_id_fkey" FOREIGN KEY ("signer_id") REFERENCES "profiles"("id") ON DELETE SET NULL;