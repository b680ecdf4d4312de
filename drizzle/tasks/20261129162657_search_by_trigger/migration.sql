ALTER TABLE "tasks" ALTER COLUMN "search" DROP EXPRESSION;
--> statement-breakpoint
CREATE TRIGGER "tasks_search" BEFORE INSERT OR UPDATE OF "name", "description" ON "tasks" FOR EACH ROW EXECUTE FUNCTION extensions.fill_search('name', 'A', 'description', 'B');
