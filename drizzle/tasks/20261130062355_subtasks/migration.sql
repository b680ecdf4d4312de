ALTER TABLE "tasks" ADD COLUMN "parent_id" uuid;--> statement-breakpoint
CREATE INDEX "tasks_parent" ON "tasks" ("parent_id");--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_parent_id_tasks_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "tasks"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_own_parent" CHECK ("parent_id" <> "id");