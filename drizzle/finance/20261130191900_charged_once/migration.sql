CREATE TABLE "invoiced_time_entries" (
	"id" uuid PRIMARY KEY,
	"invoice_line_id" uuid NOT NULL,
	"time_entry_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "expense_id" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_lines_expense" ON "invoice_lines" ("expense_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invoiced_time_entries_entry" ON "invoiced_time_entries" ("time_entry_id");--> statement-breakpoint
CREATE INDEX "invoiced_time_entries_line" ON "invoiced_time_entries" ("invoice_line_id");--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD CONSTRAINT "invoice_lines_expense_id_expenses_id_fkey" FOREIGN KEY ("expense_id") REFERENCES "expenses"("id");--> statement-breakpoint
ALTER TABLE "invoiced_time_entries" ADD CONSTRAINT "invoiced_time_entries_invoice_line_id_invoice_lines_id_fkey" FOREIGN KEY ("invoice_line_id") REFERENCES "invoice_lines"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "invoiced_time_entries" ADD CONSTRAINT "invoiced_time_entries_time_entry_id_time_entries_id_fkey" FOREIGN KEY ("time_entry_id") REFERENCES "time_entries"("id");