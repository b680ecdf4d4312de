ALTER TABLE "project_budgets" ADD COLUMN "billing" text DEFAULT 'TIME_AND_MATERIALS' NOT NULL;--> statement-breakpoint
ALTER TABLE "project_budgets" ADD COLUMN "percent_complete" numeric(5,2);--> statement-breakpoint
ALTER TABLE "project_budgets" ADD CONSTRAINT "project_budgets_billing" CHECK ("billing" in ('TIME_AND_MATERIALS', 'FIXED_PRICE', 'INTERNAL'));--> statement-breakpoint
ALTER TABLE "project_budgets" ADD CONSTRAINT "project_budgets_percent_complete" CHECK ("percent_complete" between 0 and 100);