-- batches of projects
-- Lets the trigger compute the words, also those as they are written
UPDATE "projects" SET "name" = "name" WHERE "id" = ANY($1::uuid[]);
