ALTER TABLE "task_comments" ADD COLUMN "search" tsvector;
--> statement-breakpoint
CREATE INDEX "task_comments_search" ON "task_comments" USING gin ("search");
--> statement-breakpoint
CREATE TRIGGER "task_comments_search" BEFORE INSERT OR UPDATE OF "content" ON "task_comments" FOR EACH ROW EXECUTE FUNCTION extensions.fill_search('content', 'D');
