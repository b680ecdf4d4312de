ALTER TABLE "profiles" ADD COLUMN "calendar_id" uuid;--> statement-breakpoint
CREATE INDEX "profiles_calendar" ON "profiles" ("calendar_id");--> statement-breakpoint
ALTER TABLE "profiles" ADD CONSTRAINT "profiles_calendar_id_work_calendars_id_fkey" FOREIGN KEY ("calendar_id") REFERENCES "work_calendars"("id");