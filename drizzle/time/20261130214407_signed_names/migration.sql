ALTER TABLE "activity_reports" ADD COLUMN "project_name" text;--> statement-breakpoint
ALTER TABLE "activity_reports" ADD COLUMN "client_name" text;