-- batches of clients
-- Lets the trigger compute the words, also those as they are written
UPDATE "clients" SET "name" = "name" WHERE "id" = ANY($1::uuid[]);
