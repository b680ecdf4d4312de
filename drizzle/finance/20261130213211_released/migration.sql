DROP INDEX "invoice_lines_expense";--> statement-breakpoint
DROP INDEX "invoiced_time_entries_entry";--> statement-breakpoint
ALTER TABLE "invoice_lines" ADD COLUMN "expense_released_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "invoiced_time_entries" ADD COLUMN "released_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "invoice_lines_of_expense" ON "invoice_lines" ("expense_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_lines_charged_expense" ON "invoice_lines" ("expense_id") WHERE "expense_released_at" is null;--> statement-breakpoint
CREATE INDEX "invoiced_time_entries_of_entry" ON "invoiced_time_entries" ("time_entry_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invoiced_time_entries_charged" ON "invoiced_time_entries" ("time_entry_id") WHERE "released_at" is null;
--> statement-breakpoint
DROP TRIGGER "invoice_lines_keep_issued" ON "invoice_lines";
--> statement-breakpoint
CREATE TRIGGER "invoice_lines_keep_issued" BEFORE INSERT OR UPDATE OR DELETE ON "invoice_lines" FOR EACH ROW EXECUTE FUNCTION extensions.keep_issued_lines('expense_released_at', 'updated_at');
