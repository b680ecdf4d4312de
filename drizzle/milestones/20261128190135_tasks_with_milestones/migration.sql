DROP INDEX "milestone_tasks_task";--> statement-breakpoint
CREATE INDEX "milestone_tasks_task" ON "milestone_tasks" ("task_id","milestone_id");