-- batches of tasks
-- Lets the trigger compute the words, also those as they are written
UPDATE "tasks" SET "name" = "name" WHERE "id" = ANY($1::uuid[]);
--> statement-breakpoint
-- batches of task_comments
-- Lets the trigger compute the words, also those as they are written
UPDATE "task_comments" SET "content" = "content" WHERE "id" = ANY($1::uuid[]);
