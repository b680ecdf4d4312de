DROP INDEX "tasks_tags";--> statement-breakpoint
CREATE INDEX "tasks_tag_keys" ON "tasks" USING gin (extensions.tag_keys("tags"));