CREATE TABLE "invoice_lines" (
	"id" uuid PRIMARY KEY,
	"invoice_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text DEFAULT 'ITEM' NOT NULL,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"quantity" numeric(12,4) DEFAULT '1' NOT NULL,
	"unit" text DEFAULT 'C62' NOT NULL,
	"unit_price" numeric(16,6) NOT NULL,
	"discount" numeric(14,2) DEFAULT '0' NOT NULL,
	"vat_category" text DEFAULT 'S' NOT NULL,
	"vat_rate" numeric(5,2),
	"exemption_reason" text,
	"net_amount" numeric(16,2) DEFAULT '0' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoice_lines_kind" CHECK ("kind" in ('ITEM', 'ALLOWANCE', 'CHARGE')),
	CONSTRAINT "invoice_lines_unit" CHECK ("unit" in ('DAY', 'HUR', 'C62')),
	CONSTRAINT "invoice_lines_vat_category" CHECK ("vat_category" in ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
	CONSTRAINT "invoice_lines_price" CHECK ("unit_price" >= 0 and "discount" >= 0),
	CONSTRAINT "invoice_lines_vat_rate" CHECK (("vat_category" = 'O') = ("vat_rate" is null))
);
--> statement-breakpoint
CREATE TABLE "invoice_series" (
	"id" uuid PRIMARY KEY,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"prefix" text NOT NULL,
	"digits" integer DEFAULT 4 NOT NULL,
	"next_number" integer DEFAULT 1 NOT NULL,
	"last_issue_date" date,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoice_series_numbers" CHECK ("digits" between 1 and 8 and "next_number" between 1 and 100000000)
);
--> statement-breakpoint
CREATE TABLE "invoices" (
	"id" uuid PRIMARY KEY,
	"client_id" uuid NOT NULL,
	"project_id" uuid,
	"status" text DEFAULT 'DRAFT' NOT NULL,
	"series_id" uuid,
	"number" text,
	"issue_date" date,
	"due_date" date,
	"period_start" date,
	"period_end" date,
	"order_number" text,
	"note" text,
	"currency" text NOT NULL,
	"exchange_rate" numeric(16,8) DEFAULT '1' NOT NULL,
	"line_total" numeric(16,2) DEFAULT '0' NOT NULL,
	"allowance_total" numeric(16,2) DEFAULT '0' NOT NULL,
	"charge_total" numeric(16,2) DEFAULT '0' NOT NULL,
	"net_total" numeric(16,2) DEFAULT '0' NOT NULL,
	"vat_total" numeric(16,2) DEFAULT '0' NOT NULL,
	"gross_total" numeric(16,2) DEFAULT '0' NOT NULL,
	"converted_net_total" numeric(22,2) DEFAULT '0' NOT NULL,
	"converted_vat_total" numeric(22,2) DEFAULT '0' NOT NULL,
	"vat_lines" jsonb DEFAULT '[]' NOT NULL,
	"seller" jsonb,
	"buyer" jsonb,
	"issued_at" timestamp(3) with time zone,
	"content_hash" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoices_status" CHECK ("status" in ('DRAFT', 'ISSUED', 'CANCELLED')),
	CONSTRAINT "invoices_currency" CHECK ("currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "invoices_exchange_rate" CHECK ("exchange_rate" > 0),
	CONSTRAINT "invoices_period" CHECK ("period_end" >= "period_start"),
	CONSTRAINT "invoices_due_date" CHECK ("due_date" >= "issue_date"),
	CONSTRAINT "invoices_issued" CHECK (("status" in ('DRAFT', 'CANCELLED')) = ("number" is null) and ("number" is null) = ("content_hash" is null))
);
--> statement-breakpoint
CREATE INDEX "invoice_lines_invoice" ON "invoice_lines" ("invoice_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_series_name" ON "invoice_series" (extensions.name_key("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_series_prefix" ON "invoice_series" (extensions.name_key("prefix"));--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_series_external_reference" ON "invoice_series" ("external_reference");--> statement-breakpoint
CREATE INDEX "invoices_client" ON "invoices" ("client_id","issue_date");--> statement-breakpoint
CREATE INDEX "invoices_project" ON "invoices" ("project_id");--> statement-breakpoint
CREATE INDEX "invoices_series" ON "invoices" ("series_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_number" ON "invoices" ("number");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_external_reference" ON "invoices" ("external_reference");--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD CONSTRAINT "invoice_lines_invoice_id_invoices_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoices"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_client_id_clients_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id");--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_project_id_projects_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id");--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_series_id_invoice_series_id_fkey" FOREIGN KEY ("series_id") REFERENCES "invoice_series"("id");
--> statement-breakpoint
CREATE TRIGGER "invoices_keep_issued" BEFORE UPDATE OR DELETE ON "invoices" FOR EACH ROW EXECUTE FUNCTION extensions.keep_issued();
--> statement-breakpoint
CREATE TRIGGER "invoice_lines_keep_issued" BEFORE INSERT OR UPDATE OR DELETE ON "invoice_lines" FOR EACH ROW EXECUTE FUNCTION extensions.keep_issued_lines();
