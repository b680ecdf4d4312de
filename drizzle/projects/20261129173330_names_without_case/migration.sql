ALTER TABLE "projects" ADD COLUMN "grandfathered_name" text COLLATE "und-x-icu";--> statement-breakpoint
-- The oldest of several alike comes under the index, the others keep their names until they are renamed
UPDATE "projects" SET "grandfathered_name" = "projects"."name"
FROM (SELECT "id", row_number() OVER (PARTITION BY extensions.name_key("name") ORDER BY "created_at", "id") AS "place" FROM "projects") "alike"
WHERE "alike"."id" = "projects"."id" AND "alike"."place" > 1;--> statement-breakpoint
CREATE UNIQUE INDEX "projects_name_key" ON "projects" (extensions.name_key("name")) WHERE "grandfathered_name" is distinct from "name";
