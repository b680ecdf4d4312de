-- batches of messages
-- Lets the trigger compute the words anew; a whole tenant in one transaction would lock its messages until the last one is done
UPDATE "messages" SET "content" = "content" WHERE "id" = ANY($1::uuid[]);
