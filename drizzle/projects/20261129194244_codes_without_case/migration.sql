ALTER TABLE "projects" ADD COLUMN "grandfathered_code" text COLLATE "und-x-icu";--> statement-breakpoint
-- The oldest of several alike comes under the index, the others keep their codes until they are changed
UPDATE "projects" SET "grandfathered_code" = "projects"."code"
FROM (SELECT "id", row_number() OVER (PARTITION BY extensions.name_key("code") ORDER BY "created_at", "id") AS "place" FROM "projects") "alike"
WHERE "alike"."id" = "projects"."id" AND "alike"."place" > 1;--> statement-breakpoint
CREATE UNIQUE INDEX "projects_code_key" ON "projects" (extensions.name_key("code")) WHERE "grandfathered_code" is distinct from "code";
