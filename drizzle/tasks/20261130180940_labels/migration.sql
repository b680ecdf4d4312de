CREATE TABLE "labels" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"color" text NOT NULL,
	"description" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "task_labels" (
	"task_id" uuid,
	"label_id" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "task_labels_pkey" PRIMARY KEY("task_id","label_id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "labels_name_key" ON "labels" (extensions.name_key("name")) WHERE "project_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "labels_project_name_key" ON "labels" ("project_id",extensions.name_key("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "labels_external_reference" ON "labels" ("external_reference");--> statement-breakpoint
CREATE INDEX "task_labels_label" ON "task_labels" ("label_id");--> statement-breakpoint
ALTER TABLE "labels" ADD CONSTRAINT "labels_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "task_labels" ADD CONSTRAINT "task_labels_task_id_tasks_id_fkey" FOREIGN KEY ("task_id") REFERENCES "tasks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "task_labels" ADD CONSTRAINT "task_labels_label_id_labels_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE CASCADE;