CREATE TABLE "payment_allocations" (
	"id" uuid PRIMARY KEY,
	"payment_id" uuid NOT NULL,
	"invoice_id" uuid NOT NULL,
	"amount" numeric(16,2) NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payment_allocations_amount" CHECK ("amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"id" uuid PRIMARY KEY,
	"client_id" uuid NOT NULL,
	"received_on" date NOT NULL,
	"amount" numeric(16,2) NOT NULL,
	"currency" text NOT NULL,
	"method" text DEFAULT 'TRANSFER' NOT NULL,
	"bank_reference" text,
	"allocated_total" numeric(16,2) DEFAULT '0' NOT NULL,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payments_method" CHECK ("method" in ('TRANSFER', 'CARD', 'CHEQUE', 'CASH', 'DIRECT_DEBIT', 'OTHER')),
	CONSTRAINT "payments_currency" CHECK ("currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "payments_amounts" CHECK ("amount" > 0 and "allocated_total" between 0 and "amount")
);
--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "kind" text DEFAULT 'INVOICE' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "credited_invoice_id" uuid;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "credited_total" numeric(16,2) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "paid_total" numeric(16,2) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "outstanding_total" numeric(16,2) DEFAULT '0' NOT NULL;--> statement-breakpoint
CREATE INDEX "invoices_credited_invoice" ON "invoices" ("credited_invoice_id");--> statement-breakpoint
CREATE INDEX "invoices_due_date" ON "invoices" ("due_date");--> statement-breakpoint
CREATE UNIQUE INDEX "payment_allocations_invoice" ON "payment_allocations" ("payment_id","invoice_id");--> statement-breakpoint
CREATE INDEX "payment_allocations_of_invoice" ON "payment_allocations" ("invoice_id");--> statement-breakpoint
CREATE INDEX "payments_client" ON "payments" ("client_id","received_on");--> statement-breakpoint
CREATE UNIQUE INDEX "payments_external_reference" ON "payments" ("external_reference");--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_credited_invoice_id_invoices_id_fkey" FOREIGN KEY ("credited_invoice_id") REFERENCES "invoices"("id");--> statement-breakpoint
ALTER TABLE "payment_allocations" ADD CONSTRAINT "payment_allocations_payment_id_payments_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payments"("id");--> statement-breakpoint
ALTER TABLE "payment_allocations" ADD CONSTRAINT "payment_allocations_invoice_id_invoices_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoices"("id");--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_client_id_clients_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id");--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_kind" CHECK ("kind" in ('INVOICE', 'CREDIT_NOTE'));--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_credited" CHECK (("kind" = 'CREDIT_NOTE') = ("credited_invoice_id" is not null));--> statement-breakpoint
ALTER TABLE "invoices" DROP CONSTRAINT "invoices_status";--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_status" CHECK ("status" in ('DRAFT', 'ISSUED', 'PARTLY_PAID', 'PAID', 'CREDITED', 'CANCELLED'));
--> statement-breakpoint
UPDATE "invoices" SET "outstanding_total" = "gross_total" WHERE "number" IS NOT NULL;
--> statement-breakpoint
DROP TRIGGER "invoices_keep_issued" ON "invoices";
--> statement-breakpoint
CREATE TRIGGER "invoices_keep_issued" BEFORE UPDATE OR DELETE ON "invoices" FOR EACH ROW EXECUTE FUNCTION extensions.keep_issued('status', 'credited_total', 'paid_total', 'outstanding_total', 'updated_at');
