ALTER TABLE "projects" ADD COLUMN "search" tsvector;
--> statement-breakpoint
CREATE INDEX "projects_search" ON "projects" USING gin ("search");
--> statement-breakpoint
CREATE TRIGGER "projects_search" BEFORE INSERT OR UPDATE OF "name", "code", "description" ON "projects" FOR EACH ROW EXECUTE FUNCTION extensions.fill_search('name', 'A', 'code', 'B', 'description', 'C');
