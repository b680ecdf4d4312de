-- batches of tasks
-- Lets the trigger compute the words anew; a whole tenant in one transaction would lock its tasks until the last one is done
UPDATE "tasks" SET "name" = "name" WHERE "id" = ANY($1::uuid[]);
