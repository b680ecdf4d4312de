ALTER TABLE "clients" ADD COLUMN "search" tsvector;
--> statement-breakpoint
CREATE INDEX "clients_search" ON "clients" USING gin ("search");
--> statement-breakpoint
CREATE TRIGGER "clients_search" BEFORE INSERT OR UPDATE OF "name", "main_contact", "sector" ON "clients" FOR EACH ROW EXECUTE FUNCTION extensions.fill_search('name', 'A', 'main_contact', 'B', 'sector', 'C');
