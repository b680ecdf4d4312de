CREATE TABLE "deliverables" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid NOT NULL,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"description" text,
	"due_date" date,
	"status" text DEFAULT 'DRAFT' NOT NULL,
	"submitted_at" timestamp(3) with time zone,
	"decided_at" timestamp(3) with time zone,
	"decision_note" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "deliverables_status" CHECK ("status" in ('DRAFT', 'SUBMITTED', 'ACCEPTED', 'REJECTED'))
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid NOT NULL,
	"title" text COLLATE "und-x-icu" NOT NULL,
	"description" text,
	"severity" text DEFAULT 'MEDIUM' NOT NULL,
	"status" text DEFAULT 'OPEN' NOT NULL,
	"reporter_id" uuid,
	"opened_at" timestamp(3) with time zone NOT NULL,
	"resolved_at" timestamp(3) with time zone,
	"resolution" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "incidents_severity" CHECK ("severity" in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
	CONSTRAINT "incidents_status" CHECK ("status" in ('OPEN', 'RESOLVED')),
	CONSTRAINT "incidents_resolved" CHECK (("status" = 'RESOLVED') = ("resolved_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "project_assignments" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid NOT NULL,
	"profile_id" uuid NOT NULL,
	"role" text,
	"allocation_percent" integer DEFAULT 100 NOT NULL,
	"from_date" date,
	"to_date" date,
	"sale_rate" numeric(14,2),
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_assignments_allocation" CHECK ("allocation_percent" between 1 and 100),
	CONSTRAINT "project_assignments_dates" CHECK ("to_date" >= "from_date"),
	CONSTRAINT "project_assignments_sale_rate" CHECK ("sale_rate" >= 0)
);
--> statement-breakpoint
CREATE TABLE "project_phases" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid NOT NULL,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"start_date" date,
	"end_date" date,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_phases_dates" CHECK ("end_date" >= "start_date")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY,
	"client_id" uuid NOT NULL,
	"manager_id" uuid,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"code" text NOT NULL,
	"description" text,
	"start_date" date NOT NULL,
	"expected_end_date" date,
	"status" text DEFAULT 'ACTIVE' NOT NULL,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_status" CHECK ("status" in ('ACTIVE', 'COMPLETED', 'SUSPENDED')),
	CONSTRAINT "projects_dates" CHECK ("expected_end_date" >= "start_date")
);
--> statement-breakpoint
CREATE INDEX "deliverables_project" ON "deliverables" ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "deliverables_external_reference" ON "deliverables" ("external_reference");--> statement-breakpoint
CREATE INDEX "incidents_project" ON "incidents" ("project_id");--> statement-breakpoint
CREATE INDEX "incidents_reporter" ON "incidents" ("reporter_id");--> statement-breakpoint
CREATE UNIQUE INDEX "incidents_external_reference" ON "incidents" ("external_reference");--> statement-breakpoint
CREATE INDEX "project_assignments_project" ON "project_assignments" ("project_id");--> statement-breakpoint
CREATE INDEX "project_assignments_profile" ON "project_assignments" ("profile_id");--> statement-breakpoint
CREATE UNIQUE INDEX "project_assignments_external_reference" ON "project_assignments" ("external_reference");--> statement-breakpoint
CREATE INDEX "project_phases_project" ON "project_phases" ("project_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "project_phases_external_reference" ON "project_phases" ("external_reference");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_name" ON "projects" ("name");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_code" ON "projects" ("code");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_external_reference" ON "projects" ("external_reference");--> statement-breakpoint
CREATE INDEX "projects_client" ON "projects" ("client_id");--> statement-breakpoint
CREATE INDEX "projects_manager" ON "projects" ("manager_id");--> statement-breakpoint
ALTER TABLE "deliverables" ADD CONSTRAINT "deliverables_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "incidents" ADD CONSTRAINT "incidents_reporter_id_profiles_id_fkey" FOREIGN KEY ("reporter_id") REFERENCES "profiles"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "project_assignments" ADD CONSTRAINT "project_assignments_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "project_assignments" ADD CONSTRAINT "project_assignments_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id");--> statement-breakpoint
ALTER TABLE "project_phases" ADD CONSTRAINT "project_phases_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_client_id_clients_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id");--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_manager_id_profiles_id_fkey" FOREIGN KEY ("manager_id") REFERENCES "profiles"("id") ON DELETE SET NULL;