ALTER TABLE "tasks" ADD COLUMN "recurrence" text;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "series_id" uuid;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "series_start" date;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "occurs_on" date;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "occurrence" integer;--> statement-breakpoint
CREATE UNIQUE INDEX "tasks_series" ON "tasks" ("series_id","occurrence");--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_recurrence" CHECK (num_nulls("recurrence", "series_id", "series_start", "occurs_on", "occurrence") in (0, 5));