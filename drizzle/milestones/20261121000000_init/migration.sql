CREATE TABLE "milestone_assignments" (
	"milestone_id" uuid,
	"profile_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "milestone_assignments_pkey" PRIMARY KEY("milestone_id","profile_id")
);
--> statement-breakpoint
CREATE TABLE "milestone_dependencies" (
	"milestone_id" uuid,
	"depends_on_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "milestone_dependencies_pkey" PRIMARY KEY("milestone_id","depends_on_id"),
	CONSTRAINT "milestone_dependencies_self" CHECK ("milestone_id" <> "depends_on_id")
);
--> statement-breakpoint
CREATE TABLE "milestone_tasks" (
	"id" uuid PRIMARY KEY,
	"milestone_id" uuid NOT NULL,
	"task_id" uuid NOT NULL,
	"weight" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "milestone_tasks_weight" CHECK ("weight" between 1 and 1000)
);
--> statement-breakpoint
CREATE TABLE "milestones" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"description" text,
	"start_date" date NOT NULL,
	"due_date" date NOT NULL,
	"status" text DEFAULT 'NOT_STARTED' NOT NULL,
	"priority" text DEFAULT 'MEDIUM' NOT NULL,
	"color" text,
	"progress_mode" text DEFAULT 'AUTO' NOT NULL,
	"progress" integer DEFAULT 0 NOT NULL,
	"completed_at" timestamp(3) with time zone,
	"creator_id" uuid,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "milestones_status" CHECK ("status" in ('NOT_STARTED', 'IN_PROGRESS', 'COMPLETED', 'ON_HOLD')),
	CONSTRAINT "milestones_priority" CHECK ("priority" in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
	CONSTRAINT "milestones_progress_mode" CHECK ("progress_mode" in ('AUTO', 'MANUAL')),
	CONSTRAINT "milestones_progress" CHECK ("progress" between 0 and 100),
	CONSTRAINT "milestones_dates" CHECK ("due_date" >= "start_date"),
	CONSTRAINT "milestones_completed" CHECK (("status" = 'COMPLETED') = ("completed_at" is not null))
);
--> statement-breakpoint
CREATE INDEX "milestone_assignments_profile" ON "milestone_assignments" ("profile_id");--> statement-breakpoint
CREATE INDEX "milestone_dependencies_depends_on" ON "milestone_dependencies" ("depends_on_id");--> statement-breakpoint
CREATE UNIQUE INDEX "milestone_tasks_milestone" ON "milestone_tasks" ("milestone_id","task_id");--> statement-breakpoint
CREATE INDEX "milestone_tasks_task" ON "milestone_tasks" ("task_id");--> statement-breakpoint
CREATE INDEX "milestones_project" ON "milestones" ("project_id","due_date");--> statement-breakpoint
CREATE INDEX "milestones_creator" ON "milestones" ("creator_id");--> statement-breakpoint
CREATE INDEX "milestones_due_date" ON "milestones" ("due_date");--> statement-breakpoint
CREATE UNIQUE INDEX "milestones_external_reference" ON "milestones" ("external_reference");--> statement-breakpoint
ALTER TABLE "milestone_assignments" ADD CONSTRAINT "milestone_assignments_milestone_id_milestones_id_fkey" FOREIGN KEY ("milestone_id") REFERENCES "milestones"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "milestone_assignments" ADD CONSTRAINT "milestone_assignments_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "milestone_dependencies" ADD CONSTRAINT "milestone_dependencies_milestone_id_milestones_id_fkey" FOREIGN KEY ("milestone_id") REFERENCES "milestones"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "milestone_dependencies" ADD CONSTRAINT "milestone_dependencies_depends_on_id_milestones_id_fkey" FOREIGN KEY ("depends_on_id") REFERENCES "milestones"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "milestone_tasks" ADD CONSTRAINT "milestone_tasks_milestone_id_milestones_id_fkey" FOREIGN KEY ("milestone_id") REFERENCES "milestones"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "milestone_tasks" ADD CONSTRAINT "milestone_tasks_task_id_tasks_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "milestones" ADD CONSTRAINT "milestones_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "milestones" ADD CONSTRAINT "milestones_creator_id_profiles_id_fkey" FOREIGN KEY ("creator_id") REFERENCES "profiles"("id") ON DELETE SET NULL;