CREATE TABLE "checklist_items" (
	"id" uuid PRIMARY KEY,
	"task_id" uuid NOT NULL,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"is_done" boolean DEFAULT false NOT NULL,
	"rank" text COLLATE "C" NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "task_comments" (
	"id" uuid PRIMARY KEY,
	"task_id" uuid NOT NULL,
	"author_id" uuid,
	"content" text NOT NULL,
	"edited_at" timestamp(3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "task_dependencies" (
	"task_id" uuid,
	"depends_on_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "task_dependencies_pkey" PRIMARY KEY("task_id","depends_on_id"),
	CONSTRAINT "task_dependencies_self" CHECK ("task_id" <> "depends_on_id")
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" uuid PRIMARY KEY,
	"type" text DEFAULT 'PROJECT' NOT NULL,
	"project_id" uuid,
	"deliverable_id" uuid,
	"assignee_id" uuid,
	"creator_id" uuid,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"description" text,
	"estimate_days" numeric,
	"start_date" date,
	"due_date" date,
	"status" text DEFAULT 'TODO' NOT NULL,
	"priority" text DEFAULT 'MEDIUM' NOT NULL,
	"rank" text COLLATE "C" NOT NULL,
	"color" text,
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"completed_at" timestamp(3) with time zone,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"search" tsvector GENERATED ALWAYS AS (setweight(to_tsvector('extensions.fr', name), 'A')
  || setweight(to_tsvector('extensions.en', name), 'A')
  || setweight(to_tsvector('extensions.fr', coalesce(description, '')), 'B')
  || setweight(to_tsvector('extensions.en', coalesce(description, '')), 'B')) STORED,
	CONSTRAINT "tasks_type" CHECK ("type" in ('PROJECT', 'PERSONAL', 'CLIENT')),
	CONSTRAINT "tasks_status" CHECK ("status" in ('TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE')),
	CONSTRAINT "tasks_priority" CHECK ("priority" in ('LOW', 'MEDIUM', 'HIGH', 'URGENT')),
	CONSTRAINT "tasks_project" CHECK (("type" = 'PERSONAL') = ("project_id" is null)),
	CONSTRAINT "tasks_estimate_days" CHECK ("estimate_days" >= 0),
	CONSTRAINT "tasks_dates" CHECK ("due_date" >= "start_date"),
	CONSTRAINT "tasks_completed" CHECK (("status" = 'DONE') = ("completed_at" is not null))
);
--> statement-breakpoint
CREATE INDEX "checklist_items_task" ON "checklist_items" ("task_id","rank","id");--> statement-breakpoint
CREATE INDEX "task_comments_task" ON "task_comments" ("task_id","id");--> statement-breakpoint
CREATE INDEX "task_comments_author" ON "task_comments" ("author_id");--> statement-breakpoint
CREATE INDEX "task_dependencies_depends_on" ON "task_dependencies" ("depends_on_id");--> statement-breakpoint
CREATE INDEX "tasks_board" ON "tasks" ("project_id","status","rank","id");--> statement-breakpoint
CREATE INDEX "tasks_personal_board" ON "tasks" ("assignee_id","status","rank","id") WHERE "project_id" is null;--> statement-breakpoint
CREATE INDEX "tasks_assignee" ON "tasks" ("assignee_id");--> statement-breakpoint
CREATE INDEX "tasks_creator" ON "tasks" ("creator_id");--> statement-breakpoint
CREATE INDEX "tasks_deliverable" ON "tasks" ("deliverable_id");--> statement-breakpoint
CREATE INDEX "tasks_due_date" ON "tasks" ("due_date");--> statement-breakpoint
CREATE INDEX "tasks_tags" ON "tasks" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "tasks_search" ON "tasks" USING gin ("search");--> statement-breakpoint
CREATE UNIQUE INDEX "tasks_external_reference" ON "tasks" ("external_reference");--> statement-breakpoint
ALTER TABLE "checklist_items" ADD CONSTRAINT "checklist_items_task_id_tasks_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "task_comments" ADD CONSTRAINT "task_comments_task_id_tasks_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "task_comments" ADD CONSTRAINT "task_comments_author_id_profiles_id_fkey" FOREIGN KEY ("author_id") REFERENCES "profiles"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "task_dependencies" ADD CONSTRAINT "task_dependencies_task_id_tasks_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "task_dependencies" ADD CONSTRAINT "task_dependencies_depends_on_id_tasks_id_fkey" FOREIGN KEY ("depends_on_id") REFERENCES "tasks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_deliverable_id_deliverables_id_fkey" FOREIGN KEY ("deliverable_id") REFERENCES "deliverables"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_assignee_id_profiles_id_fkey" FOREIGN KEY ("assignee_id") REFERENCES "profiles"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_creator_id_profiles_id_fkey" FOREIGN KEY ("creator_id") REFERENCES "profiles"("id") ON DELETE SET NULL;