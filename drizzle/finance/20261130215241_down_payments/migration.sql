ALTER TABLE "invoice_lines" ADD COLUMN "down_payment_id" uuid;--> statement-breakpoint
CREATE INDEX "invoice_lines_down_payment" ON "invoice_lines" ("down_payment_id");--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD CONSTRAINT "invoice_lines_down_payment_id_invoices_id_fkey" FOREIGN KEY ("down_payment_id") REFERENCES "invoices"("id");--> statement-breakpoint
ALTER TABLE "invoices" DROP CONSTRAINT "invoices_kind";--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_kind" CHECK ("kind" in ('INVOICE', 'CREDIT_NOTE', 'DOWN_PAYMENT'));