CREATE TABLE "expenses" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid NOT NULL,
	"profile_id" uuid NOT NULL,
	"spent_on" date NOT NULL,
	"description" text COLLATE "und-x-icu" NOT NULL,
	"net_amount" numeric(14,2) NOT NULL,
	"vat_amount" numeric(14,2) DEFAULT '0' NOT NULL,
	"billable" boolean DEFAULT false NOT NULL,
	"status" text DEFAULT 'DRAFT' NOT NULL,
	"reviewer_id" uuid,
	"reviewed_at" timestamp(3) with time zone,
	"review_note" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "expenses_status" CHECK ("status" in ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED')),
	CONSTRAINT "expenses_amounts" CHECK ("net_amount" >= 0 and "vat_amount" >= 0)
);
--> statement-breakpoint
CREATE TABLE "legal_identities" (
	"id" uuid PRIMARY KEY,
	"client_id" uuid,
	"legal_name" text COLLATE "und-x-icu" NOT NULL,
	"legal_form" text,
	"share_capital" numeric(14,2),
	"siren" text,
	"siret" text,
	"vat_number" text,
	"street" text,
	"postal_code" text,
	"city" text,
	"country_code" text DEFAULT 'FR' NOT NULL,
	"electronic_address" text,
	"buyer_reference" text,
	"iban" text,
	"bic" text,
	"vat_regime" text DEFAULT 'MONTHLY' NOT NULL,
	"vat_on_debits" boolean DEFAULT false NOT NULL,
	"consumer" boolean DEFAULT false NOT NULL,
	"payment_days" integer DEFAULT 30 NOT NULL,
	"payment_month_end" text DEFAULT 'NONE' NOT NULL,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "legal_identities_vat_regime" CHECK ("vat_regime" in ('MONTHLY', 'QUARTERLY', 'SIMPLIFIED', 'FRANCHISE')),
	CONSTRAINT "legal_identities_month_end" CHECK ("payment_month_end" in ('NONE', 'DAYS_THEN_MONTH_END', 'MONTH_END_THEN_DAYS')),
	CONSTRAINT "legal_identities_payment_days" CHECK ("payment_days" between 0 and 365),
	CONSTRAINT "legal_identities_siret" CHECK (left("siret", 9) = "siren")
);
--> statement-breakpoint
CREATE TABLE "project_budgets" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"sale_total" numeric(14,2) NOT NULL,
	"estimated_cost" numeric(14,2) NOT NULL,
	"target_margin_percent" numeric(5,2),
	"reason" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_budgets_margin" CHECK ("target_margin_percent" between 0 and 100)
);
--> statement-breakpoint
CREATE TABLE "purchase_orders" (
	"id" uuid PRIMARY KEY,
	"project_id" uuid NOT NULL,
	"number" text COLLATE "und-x-icu" NOT NULL,
	"amount" numeric(14,2),
	"days" numeric(10,2),
	"from_date" date,
	"to_date" date,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "purchase_orders_dates" CHECK ("to_date" >= "from_date"),
	CONSTRAINT "purchase_orders_amounts" CHECK ("amount" >= 0 and "days" >= 0)
);
--> statement-breakpoint
CREATE INDEX "expenses_project" ON "expenses" ("project_id","spent_on");--> statement-breakpoint
CREATE INDEX "expenses_profile" ON "expenses" ("profile_id","spent_on");--> statement-breakpoint
CREATE INDEX "expenses_reviewer" ON "expenses" ("reviewer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "expenses_external_reference" ON "expenses" ("external_reference");--> statement-breakpoint
CREATE UNIQUE INDEX "legal_identities_client" ON "legal_identities" ("client_id");--> statement-breakpoint
CREATE UNIQUE INDEX "legal_identities_organization" ON "legal_identities" ((true)) WHERE "client_id" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "legal_identities_external_reference" ON "legal_identities" ("external_reference");--> statement-breakpoint
CREATE UNIQUE INDEX "project_budgets_revision" ON "project_budgets" ("project_id","revision");--> statement-breakpoint
CREATE UNIQUE INDEX "project_budgets_external_reference" ON "project_budgets" ("external_reference");--> statement-breakpoint
CREATE UNIQUE INDEX "purchase_orders_number" ON "purchase_orders" ("project_id",extensions.name_key("number"));--> statement-breakpoint
CREATE UNIQUE INDEX "purchase_orders_external_reference" ON "purchase_orders" ("external_reference");--> statement-breakpoint
ALTER TABLE "expenses" ADD CONSTRAINT "expenses_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id");--> statement-breakpoint
ALTER TABLE "expenses" ADD CONSTRAINT "expenses_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id");--> statement-breakpoint
ALTER TABLE "expenses" ADD CONSTRAINT "expenses_reviewer_id_profiles_id_fkey" FOREIGN KEY ("reviewer_id") REFERENCES "profiles"("id");--> statement-breakpoint
ALTER TABLE "legal_identities" ADD CONSTRAINT "legal_identities_client_id_clients_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id");--> statement-breakpoint
ALTER TABLE "project_budgets" ADD CONSTRAINT "project_budgets_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id");--> statement-breakpoint
ALTER TABLE "purchase_orders" ADD CONSTRAINT "purchase_orders_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id");