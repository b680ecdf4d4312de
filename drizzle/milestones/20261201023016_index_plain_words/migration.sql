-- batches of milestones
-- Lets the trigger compute the words, also those as they are written
UPDATE "milestones" SET "name" = "name" WHERE "id" = ANY($1::uuid[]);
