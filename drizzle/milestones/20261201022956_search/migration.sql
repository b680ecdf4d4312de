ALTER TABLE "milestones" ADD COLUMN "search" tsvector;
--> statement-breakpoint
CREATE INDEX "milestones_search" ON "milestones" USING gin ("search");
--> statement-breakpoint
CREATE TRIGGER "milestones_search" BEFORE INSERT OR UPDATE OF "name", "description" ON "milestones" FOR EACH ROW EXECUTE FUNCTION extensions.fill_search('name', 'A', 'description', 'B');
