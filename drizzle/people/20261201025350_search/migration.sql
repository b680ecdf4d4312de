ALTER TABLE "profiles" ADD COLUMN "search" tsvector;
--> statement-breakpoint
CREATE INDEX "profiles_search" ON "profiles" USING gin ("search");
--> statement-breakpoint
CREATE TRIGGER "profiles_search" BEFORE INSERT OR UPDATE OF "first_name", "last_name", "email" ON "profiles" FOR EACH ROW EXECUTE FUNCTION extensions.fill_search('first_name', 'A', 'last_name', 'A', 'email', 'B');
