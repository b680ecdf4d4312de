CREATE TABLE "notification_preferences" (
	"id" uuid PRIMARY KEY,
	"profile_id" uuid NOT NULL,
	"type" text NOT NULL,
	"medium" text NOT NULL,
	"enabled" boolean NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notification_preferences_type" CHECK ("type" in ('INFO', 'SUCCESS', 'WARNING', 'ERROR', 'TASK_ASSIGNED', 'TASK_COMPLETED', 'PROJECT_UPDATE', 'MILESTONE_REACHED', 'MENTION', 'SYSTEM')),
	CONSTRAINT "notification_preferences_medium" CHECK ("medium" in ('IN_APP'))
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"id" uuid PRIMARY KEY,
	"profile_id" uuid NOT NULL,
	"type" text NOT NULL,
	"title" text COLLATE "und-x-icu" NOT NULL,
	"message" text,
	"metadata" jsonb DEFAULT '{}' NOT NULL,
	"actor_id" uuid,
	"about_task_id" uuid,
	"about_project_id" uuid,
	"about_milestone_id" uuid,
	"about_message_id" uuid,
	"about_leave_request_id" uuid,
	"about_timesheet_id" uuid,
	"about_activity_report_id" uuid,
	"group_key" text COLLATE "C" NOT NULL,
	"occurrences" integer DEFAULT 1 NOT NULL,
	"happened_at" timestamp(3) with time zone NOT NULL,
	"read_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notifications_type" CHECK ("type" in ('INFO', 'SUCCESS', 'WARNING', 'ERROR', 'TASK_ASSIGNED', 'TASK_COMPLETED', 'PROJECT_UPDATE', 'MILESTONE_REACHED', 'MENTION', 'SYSTEM')),
	CONSTRAINT "notifications_about" CHECK (num_nonnulls("about_task_id", "about_project_id", "about_milestone_id", "about_message_id", "about_leave_request_id", "about_timesheet_id", "about_activity_report_id") <= 1),
	CONSTRAINT "notifications_occurrences" CHECK ("occurrences" > 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX "notification_preferences_choice" ON "notification_preferences" ("profile_id","type","medium");--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_group" ON "notifications" ("group_key","profile_id") WHERE "read_at" is null;--> statement-breakpoint
CREATE INDEX "notifications_profile" ON "notifications" ("profile_id","happened_at","id");--> statement-breakpoint
CREATE INDEX "notifications_unread" ON "notifications" ("profile_id","happened_at","id") WHERE "read_at" is null;--> statement-breakpoint
CREATE INDEX "notifications_actor" ON "notifications" ("actor_id");--> statement-breakpoint
CREATE INDEX "notifications_task" ON "notifications" ("about_task_id");--> statement-breakpoint
CREATE INDEX "notifications_project" ON "notifications" ("about_project_id");--> statement-breakpoint
CREATE INDEX "notifications_milestone" ON "notifications" ("about_milestone_id");--> statement-breakpoint
CREATE INDEX "notifications_message" ON "notifications" ("about_message_id");--> statement-breakpoint
CREATE INDEX "notifications_leave_request" ON "notifications" ("about_leave_request_id");--> statement-breakpoint
CREATE INDEX "notifications_timesheet" ON "notifications" ("about_timesheet_id");--> statement-breakpoint
CREATE INDEX "notifications_activity_report" ON "notifications" ("about_activity_report_id");--> statement-breakpoint
ALTER TABLE "notification_preferences" ADD CONSTRAINT "notification_preferences_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_actor_id_profiles_id_fkey" FOREIGN KEY ("actor_id") REFERENCES "profiles"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_about_task_id_tasks_id_fkey" FOREIGN KEY ("about_task_id") REFERENCES "tasks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_about_project_id_projects_id_fkey" FOREIGN KEY ("about_project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_about_milestone_id_milestones_id_fkey" FOREIGN KEY ("about_milestone_id") REFERENCES "milestones"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_about_message_id_messages_id_fkey" FOREIGN KEY ("about_message_id") REFERENCES "messages"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_about_leave_request_id_leave_requests_id_fkey" FOREIGN KEY ("about_leave_request_id") REFERENCES "leave_requests"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_about_timesheet_id_timesheets_id_fkey" FOREIGN KEY ("about_timesheet_id") REFERENCES "timesheets"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_about_activity_report_id_activity_reports_id_fkey" FOREIGN KEY ("about_activity_report_id") REFERENCES "activity_reports"("id") ON DELETE CASCADE;