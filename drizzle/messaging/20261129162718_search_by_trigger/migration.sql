ALTER TABLE "messages" ALTER COLUMN "search" DROP EXPRESSION;
--> statement-breakpoint
CREATE TRIGGER "messages_search" BEFORE INSERT OR UPDATE OF "content" ON "messages" FOR EACH ROW EXECUTE FUNCTION extensions.fill_search('content', 'D');
