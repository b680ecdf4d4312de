CREATE TABLE "tenant_moves" (
	"id" uuid PRIMARY KEY,
	"organization_id" uuid NOT NULL,
	"from_database_id" uuid NOT NULL,
	"to_database_id" uuid NOT NULL,
	"from_schema_name" text NOT NULL,
	"to_schema_name" text NOT NULL,
	"to_role_name" text NOT NULL,
	"phase" text DEFAULT 'COPYING' NOT NULL,
	"progress" jsonb DEFAULT '{}' NOT NULL,
	"last_error" text,
	"switched_at" timestamp(3) with time zone,
	"ended_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenant_moves_phase" CHECK ("phase" in ('COPYING', 'SWITCHING', 'SWITCHED', 'CONFIRMED', 'ROLLING_BACK', 'ROLLED_BACK', 'CANCELLED')),
	CONSTRAINT "tenant_moves_ended" CHECK (("ended_at" is null) = ("phase" not in ('CONFIRMED', 'ROLLED_BACK', 'CANCELLED')))
);
--> statement-breakpoint
ALTER TABLE "tenant_schemas" DROP CONSTRAINT "tenant_schemas_organization_id_key";--> statement-breakpoint
DROP INDEX "tenant_schemas_database_id_idx";--> statement-breakpoint
ALTER TABLE "databases" ADD COLUMN "checked_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "databases" ADD COLUMN "last_error" text;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "writes_paused_until" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "delete_after" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "tenant_schemas" ADD COLUMN "drop_after" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "tenant_schemas" DROP CONSTRAINT "tenant_schemas_pkey";--> statement-breakpoint
ALTER TABLE "tenant_schemas" ADD CONSTRAINT "tenant_schemas_pkey" PRIMARY KEY("database_id","schema_name");--> statement-breakpoint
CREATE UNIQUE INDEX "tenant_moves_open_key" ON "tenant_moves" ("organization_id") WHERE "ended_at" is null;--> statement-breakpoint
CREATE INDEX "tenant_moves_organization_id_idx" ON "tenant_moves" ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "tenant_moves_from_database_id_idx" ON "tenant_moves" ("from_database_id");--> statement-breakpoint
CREATE INDEX "tenant_moves_to_database_id_idx" ON "tenant_moves" ("to_database_id");--> statement-breakpoint
CREATE UNIQUE INDEX "tenant_schemas_active_key" ON "tenant_schemas" ("organization_id") WHERE "state" = 'ACTIVE';--> statement-breakpoint
CREATE INDEX "tenant_schemas_organization_id_idx" ON "tenant_schemas" ("organization_id");--> statement-breakpoint
CREATE INDEX "tenant_schemas_state_idx" ON "tenant_schemas" ("state","drop_after");--> statement-breakpoint
ALTER TABLE "tenant_moves" ADD CONSTRAINT "tenant_moves_from_database_id_databases_id_fkey" FOREIGN KEY ("from_database_id") REFERENCES "databases"("id");--> statement-breakpoint
ALTER TABLE "tenant_moves" ADD CONSTRAINT "tenant_moves_to_database_id_databases_id_fkey" FOREIGN KEY ("to_database_id") REFERENCES "databases"("id");--> statement-breakpoint
ALTER TABLE "tenant_schemas" DROP CONSTRAINT "tenant_schemas_state";--> statement-breakpoint
ALTER TABLE "tenant_schemas" ADD CONSTRAINT "tenant_schemas_state" CHECK ("state" in ('BUILDING', 'SPARE', 'ACTIVE', 'INCOMING', 'RETAINED', 'SCRATCH', 'DROPPING'));