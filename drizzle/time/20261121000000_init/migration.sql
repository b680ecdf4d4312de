CREATE TABLE "running_timers" (
	"id" uuid PRIMARY KEY,
	"profile_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"task_id" uuid,
	"description" text,
	"billable" boolean DEFAULT true NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "time_entries" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid NOT NULL,
	"profile_id" uuid NOT NULL,
	"task_id" uuid,
	"work_date" date NOT NULL,
	"hours" numeric(6,2) NOT NULL,
	"description" text,
	"billable" boolean DEFAULT true NOT NULL,
	"source" text,
	"status" text DEFAULT 'PENDING' NOT NULL,
	"reviewer_id" uuid,
	"reviewed_at" timestamp(3) with time zone,
	"review_note" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "time_entries_hours" CHECK ("hours" >= 0),
	CONSTRAINT "time_entries_status" CHECK ("status" in ('PENDING', 'VALIDATED', 'REJECTED'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "running_timers_profile" ON "running_timers" ("profile_id");--> statement-breakpoint
CREATE INDEX "running_timers_project" ON "running_timers" ("project_id");--> statement-breakpoint
CREATE INDEX "running_timers_task" ON "running_timers" ("task_id");--> statement-breakpoint
CREATE INDEX "time_entries_project" ON "time_entries" ("project_id","work_date");--> statement-breakpoint
CREATE INDEX "time_entries_profile" ON "time_entries" ("profile_id","work_date");--> statement-breakpoint
CREATE INDEX "time_entries_task" ON "time_entries" ("task_id","id");--> statement-breakpoint
CREATE INDEX "time_entries_work_date" ON "time_entries" ("work_date","id");--> statement-breakpoint
CREATE INDEX "time_entries_reviewer" ON "time_entries" ("reviewer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "time_entries_external_reference" ON "time_entries" ("external_reference");--> statement-breakpoint
ALTER TABLE "running_timers" ADD CONSTRAINT "running_timers_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "running_timers" ADD CONSTRAINT "running_timers_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "running_timers" ADD CONSTRAINT "running_timers_task_id_tasks_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "time_entries" ADD CONSTRAINT "time_entries_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "time_entries" ADD CONSTRAINT "time_entries_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id");--> statement-breakpoint
ALTER TABLE "time_entries" ADD CONSTRAINT "time_entries_task_id_tasks_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "time_entries" ADD CONSTRAINT "time_entries_reviewer_id_profiles_id_fkey" FOREIGN KEY ("reviewer_id") REFERENCES "profiles"("id") ON DELETE SET NULL;