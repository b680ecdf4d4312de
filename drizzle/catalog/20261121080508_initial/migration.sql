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
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY,
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL CONSTRAINT "api_keys_prefix_key" UNIQUE,
	"secret_hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"persisted_only" boolean NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"last_used_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "departures" (
	"organization_id" uuid,
	"user_id" uuid,
	"due_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "departures_pkey" PRIMARY KEY("organization_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "join_codes" (
	"id" uuid PRIMARY KEY,
	"organization_id" uuid NOT NULL,
	"code" text NOT NULL CONSTRAINT "join_codes_code_key" UNIQUE,
	"role" text NOT NULL,
	"max_uses" integer,
	"uses" integer NOT NULL,
	"created_by" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "join_codes_role_check" CHECK ("role" in ('MANAGER', 'MEMBER')),
	CONSTRAINT "join_codes_max_uses_check" CHECK ("max_uses" > 0),
	CONSTRAINT "join_codes_uses_check" CHECK ("uses" >= 0 and ("max_uses" is null or "uses" <= "max_uses"))
);
--> statement-breakpoint
CREATE TABLE "organization_invitations" (
	"id" uuid PRIMARY KEY,
	"organization_id" uuid NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"token_hash" text NOT NULL CONSTRAINT "organization_invitations_token_hash_key" UNIQUE,
	"invited_by" uuid,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"accepted_at" timestamp(3) with time zone,
	"accepted_by" uuid,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "organization_invitations_role_check" CHECK ("role" in ('OWNER', 'ADMIN', 'MANAGER', 'CONSULTANT', 'MEMBER', 'CLIENT'))
);
--> statement-breakpoint
CREATE TABLE "password_resets" (
	"id" uuid PRIMARY KEY,
	"user_id" uuid NOT NULL,
	"token_hash" text NOT NULL CONSTRAINT "password_resets_token_hash_key" UNIQUE,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "permissions" (
	"id" uuid PRIMARY KEY,
	"organization_id" uuid NOT NULL,
	"role" text NOT NULL,
	"permission" text NOT NULL,
	"granted" boolean NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "permissions_organization_id_role_permission_key" UNIQUE("organization_id","role","permission"),
	CONSTRAINT "permissions_role_check" CHECK ("role" in ('OWNER', 'ADMIN', 'MANAGER', 'CONSULTANT', 'MEMBER', 'CLIENT'))
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY,
	"user_id" uuid NOT NULL,
	"organization_id" uuid,
	"refresh_key" text NOT NULL,
	"generation" integer NOT NULL,
	"rotations" timestamp(3) with time zone[] NOT NULL,
	"device_name" text,
	"ip_address" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"revoked_at" timestamp(3) with time zone,
	"revoked_reason" text,
	CONSTRAINT "sessions_revoked_check" CHECK (("revoked_at" is null) = ("revoked_reason" is null)),
	CONSTRAINT "sessions_revoked_reason_check" CHECK ("revoked_reason" in ('SIGNED_OUT', 'REUSED', 'PASSWORD_CHANGED', 'PASSWORD_RESET', 'USER_DISABLED', 'ADMINISTRATION'))
);
--> statement-breakpoint
CREATE TABLE "sign_in_attempts" (
	"key" text PRIMARY KEY,
	"full_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"id" uuid PRIMARY KEY,
	"public_jwk" jsonb NOT NULL,
	"private_key" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"signs_from" timestamp(3) with time zone NOT NULL,
	"signs_until" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "signing_keys_order_check" CHECK ("created_at" <= "signs_from" and "signs_from" < "signs_until" and "signs_until" <= "expires_at")
);
--> statement-breakpoint
CREATE TABLE "trusted_documents" (
	"id" uuid PRIMARY KEY,
	"client" text NOT NULL,
	"hash" text NOT NULL,
	"document" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "trusted_documents_client_hash_key" UNIQUE("client","hash")
);
--> statement-breakpoint
CREATE TABLE "user_identities" (
	"id" uuid PRIMARY KEY,
	"user_id" uuid NOT NULL,
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_identities_issuer_subject_key" UNIQUE("issuer","subject")
);
--> statement-breakpoint
CREATE TABLE "user_organizations" (
	"id" uuid PRIMARY KEY,
	"user_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"profile_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_organizations_user_id_organization_id_key" UNIQUE("user_id","organization_id"),
	CONSTRAINT "user_organizations_role_check" CHECK ("role" in ('OWNER', 'ADMIN', 'MANAGER', 'CONSULTANT', 'MEMBER', 'CLIENT'))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY,
	"email" text NOT NULL,
	"first_name" text NOT NULL,
	"last_name" text NOT NULL,
	"avatar_url" text,
	"phone" text,
	"locale" text,
	"password_hash" text,
	"disabled_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "audit_logs_organization_id_at_idx" ON "audit_logs" ("organization_id","at");--> statement-breakpoint
CREATE INDEX "audit_logs_actor_id_at_idx" ON "audit_logs" ("actor_id","at");--> statement-breakpoint
CREATE INDEX "organizations_database_id_idx" ON "organizations" ("database_id");--> statement-breakpoint
CREATE INDEX "tenant_schemas_database_id_idx" ON "tenant_schemas" ("database_id");--> statement-breakpoint
CREATE INDEX "api_keys_organization_id_idx" ON "api_keys" ("organization_id");--> statement-breakpoint
CREATE INDEX "api_keys_user_id_idx" ON "api_keys" ("user_id");--> statement-breakpoint
CREATE INDEX "departures_due_at_idx" ON "departures" ("due_at");--> statement-breakpoint
CREATE INDEX "join_codes_organization_id_idx" ON "join_codes" ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "organization_invitations_open_key" ON "organization_invitations" ("organization_id",lower("email")) WHERE accepted_at is null and revoked_at is null;--> statement-breakpoint
CREATE INDEX "password_resets_user_id_idx" ON "password_resets" ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user_id_idx" ON "sessions" ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expires_at_idx" ON "sessions" ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_in_attempts_full_at_idx" ON "sign_in_attempts" ("full_at");--> statement-breakpoint
CREATE INDEX "signing_keys_expires_at_idx" ON "signing_keys" ("expires_at");--> statement-breakpoint
CREATE INDEX "user_identities_user_id_idx" ON "user_identities" ("user_id");--> statement-breakpoint
CREATE INDEX "user_organizations_organization_id_idx" ON "user_organizations" ("organization_id","role");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" (lower("email"));--> statement-breakpoint
ALTER TABLE "organization_settings" ADD CONSTRAINT "organization_settings_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_database_id_databases_id_fkey" FOREIGN KEY ("database_id") REFERENCES "databases"("id");--> statement-breakpoint
ALTER TABLE "tenant_schemas" ADD CONSTRAINT "tenant_schemas_database_id_databases_id_fkey" FOREIGN KEY ("database_id") REFERENCES "databases"("id");--> statement-breakpoint
ALTER TABLE "tenant_schemas" ADD CONSTRAINT "tenant_schemas_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id");--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "departures" ADD CONSTRAINT "departures_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "join_codes" ADD CONSTRAINT "join_codes_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "join_codes" ADD CONSTRAINT "join_codes_created_by_users_id_fkey" FOREIGN KEY ("created_by") REFERENCES "users"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "organization_invitations" ADD CONSTRAINT "organization_invitations_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "organization_invitations" ADD CONSTRAINT "organization_invitations_invited_by_users_id_fkey" FOREIGN KEY ("invited_by") REFERENCES "users"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "organization_invitations" ADD CONSTRAINT "organization_invitations_accepted_by_users_id_fkey" FOREIGN KEY ("accepted_by") REFERENCES "users"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "permissions" ADD CONSTRAINT "permissions_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE SET NULL;--> statement-breakpoint
ALTER TABLE "user_identities" ADD CONSTRAINT "user_identities_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "user_organizations" ADD CONSTRAINT "user_organizations_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "user_organizations" ADD CONSTRAINT "user_organizations_organization_id_organizations_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE;