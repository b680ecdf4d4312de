CREATE TABLE "task_members" (
	"id" uuid PRIMARY KEY,
	"task_id" uuid NOT NULL,
	"profile_id" uuid NOT NULL,
	"role" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "task_members_role" CHECK ("role" in ('ASSIGNEE', 'WATCHER'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "task_members_person" ON "task_members" ("task_id","role","profile_id");--> statement-breakpoint
CREATE INDEX "task_members_profile" ON "task_members" ("profile_id","role");--> statement-breakpoint
ALTER TABLE "task_members" ADD CONSTRAINT "task_members_task_id_tasks_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "task_members" ADD CONSTRAINT "task_members_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE CASCADE;