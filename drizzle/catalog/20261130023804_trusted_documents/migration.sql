CREATE TABLE "client_version_documents" (
	"client_version_id" uuid,
	"trusted_document_id" uuid,
	"uses" bigint DEFAULT 0 NOT NULL,
	"last_used_at" timestamp(3) with time zone,
	CONSTRAINT "client_version_documents_pkey" PRIMARY KEY("client_version_id","trusted_document_id")
);
--> statement-breakpoint
CREATE TABLE "client_versions" (
	"id" uuid PRIMARY KEY,
	"organization_id" uuid,
	"client" text NOT NULL,
	"version" text NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp(3) with time zone,
	CONSTRAINT "client_versions_version_key" UNIQUE NULLS NOT DISTINCT("organization_id","client","version"),
	CONSTRAINT "client_versions_state_check" CHECK ("state" in ('PENDING', 'ACTIVE', 'RETIRED')),
	CONSTRAINT "client_versions_retired_check" CHECK (("state" = 'RETIRED') = ("retired_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "trusted_documents" DROP CONSTRAINT "trusted_documents_client_hash_key";--> statement-breakpoint
ALTER TABLE "trusted_documents" ADD COLUMN "organization_id" uuid;--> statement-breakpoint
ALTER TABLE "trusted_documents" ADD COLUMN "document_id" text NOT NULL;--> statement-breakpoint
ALTER TABLE "trusted_documents" ADD COLUMN "operations" text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "trusted_documents" ADD COLUMN "coordinates" text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "trusted_documents" ADD CONSTRAINT "trusted_documents_document_id_key" UNIQUE NULLS NOT DISTINCT("organization_id","document_id");--> statement-breakpoint
CREATE INDEX "client_version_documents_trusted_document_id_idx" ON "client_version_documents" ("trusted_document_id");--> statement-breakpoint
ALTER TABLE "client_version_documents" ADD CONSTRAINT "client_version_documents_version_fkey" FOREIGN KEY ("client_version_id") REFERENCES "client_versions"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "client_version_documents" ADD CONSTRAINT "client_version_documents_document_fkey" FOREIGN KEY ("trusted_document_id") REFERENCES "trusted_documents"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "client_versions" ADD CONSTRAINT "client_versions_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "trusted_documents" ADD CONSTRAINT "trusted_documents_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;