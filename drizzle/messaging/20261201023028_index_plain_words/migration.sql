-- batches of messages
-- Lets the trigger compute the words, also those as they are written
UPDATE "messages" SET "content" = "content" WHERE "id" = ANY($1::uuid[]);
