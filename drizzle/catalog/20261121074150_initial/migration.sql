CREATE TABLE "audit_logs" (
	"id" uuid PRIMARY KEY,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"organization_id" uuid,
	"actor_kind" text NOT NULL,
	"actor_id" uuid,
	"action" text NOT NULL,
	"resource_type" text,
	"resource_id" text,
	"outcome" text NOT NULL,
	"ip_address" inet,
	"user_agent" text,
	"request_id" text,
	"metadata" jsonb DEFAULT '{}' NOT NULL,
	CONSTRAINT "audit_logs_actor_kind" CHECK ("actor_kind" in ('USER', 'API_KEY', 'SYSTEM')),
	CONSTRAINT "audit_logs_outcome" CHECK ("outcome" in ('SUCCESS', 'FAILURE'))
);
--> statement-breakpoint
CREATE TABLE "databases" (
	"id" uuid PRIMARY KEY,
	"name" text NOT NULL CONSTRAINT "databases_name_key" UNIQUE,
	"kind" text NOT NULL,
	"state" text DEFAULT 'READY' NOT NULL,
	"sealed_url" text,
	"sealed_admin_url" text,
	"capacity" integer DEFAULT 1000 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "databases_kind" CHECK ("kind" in ('PRIMARY', 'SHARED', 'DEDICATED')),
	CONSTRAINT "databases_state" CHECK ("state" in ('READY', 'FULL', 'DOWN', 'RETIRED')),
	CONSTRAINT "databases_capacity" CHECK ("capacity" > 0),
	CONSTRAINT "databases_url" CHECK (("kind" = 'PRIMARY') = ("sealed_url" is null))
);
--> statement-breakpoint
CREATE TABLE "organization_settings" (
	"organization_id" uuid,
	"key" text,
	"value" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organization_settings_pkey" PRIMARY KEY("organization_id","key")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY,
	"name" text NOT NULL,
	"slug" text NOT NULL CONSTRAINT "organizations_slug_key" UNIQUE,
	"description" text,
	"logo_url" text,
	"website" text,
	"image" text,
	"status" text DEFAULT 'PROVISIONING' NOT NULL,
	"schema_name" text NOT NULL CONSTRAINT "organizations_schema_name_key" UNIQUE,
	"role_name" text NOT NULL,
	"database_id" uuid NOT NULL,
	"modules" text[] DEFAULT '{}'::text[] NOT NULL,
	"time_zone" text NOT NULL,
	"locale" text NOT NULL,
	"currency" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organizations_status" CHECK ("status" in ('PROVISIONING', 'ACTIVE', 'SUSPENDED', 'ARCHIVED', 'DELETING')),
	CONSTRAINT "organizations_name" CHECK (length(btrim("name")) between 1 and 200),
	CONSTRAINT "organizations_slug" CHECK ("slug" ~ '^[a-z0-9-]{3,50}$'),
	CONSTRAINT "organizations_schema_name" CHECK ("schema_name" ~ '^tenant_[a-z0-9]+$'),
	CONSTRAINT "organizations_currency" CHECK ("currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
CREATE TABLE "system_parameters" (
	"key" text PRIMARY KEY,
	"value" jsonb NOT NULL,
	"description" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenant_schemas" (
	"schema_name" text PRIMARY KEY,
	"role_name" text NOT NULL,
	"database_id" uuid NOT NULL,
	"organization_id" uuid CONSTRAINT "tenant_schemas_organization_id_key" UNIQUE,
	"state" text DEFAULT 'BUILDING' NOT NULL,
	"quarantined_at" timestamp(3) with time zone,
	"quarantine_reason" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenant_schemas_state" CHECK ("state" in ('BUILDING', 'SPARE', 'ACTIVE', 'DROPPING')),
	CONSTRAINT "tenant_schemas_active" CHECK ("state" <> 'ACTIVE' or "organization_id" is not null),
	CONSTRAINT "tenant_schemas_quarantine" CHECK (("quarantined_at" is null) = ("quarantine_reason" is null))
);
--> statement-breakpoint
CREATE INDEX "audit_logs_organization_id_at_idx" ON "audit_logs" ("organization_id","at");--> statement-breakpoint
CREATE INDEX "audit_logs_actor_id_at_idx" ON "audit_logs" ("actor_id","at");--> statement-breakpoint
CREATE INDEX "organizations_database_id_idx" ON "organizations" ("database_id");--> statement-breakpoint
CREATE INDEX "tenant_schemas_database_id_idx" ON "tenant_schemas" ("database_id");--> statement-breakpoint
ALTER TABLE "organization_settings" ADD CONSTRAINT "organization_settings_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_database_id_databases_id_fkey" FOREIGN KEY ("database_id") REFERENCES "databases"("id");--> statement-breakpoint
ALTER TABLE "tenant_schemas" ADD CONSTRAINT "tenant_schemas_database_id_databases_id_fkey" FOREIGN KEY ("database_id") REFERENCES "databases"("id");--> statement-breakpoint
ALTER TABLE "tenant_schemas" ADD CONSTRAINT "tenant_schemas_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id");