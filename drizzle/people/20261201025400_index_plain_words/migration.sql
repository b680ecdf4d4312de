-- batches of profiles
-- Lets the trigger compute the words, also those as they are written
UPDATE "profiles" SET "first_name" = "first_name" WHERE "id" = ANY($1::uuid[]);
