ALTER TABLE "notification_preferences" DROP CONSTRAINT "notification_preferences_medium";--> statement-breakpoint
ALTER TABLE "notification_preferences" ADD CONSTRAINT "notification_preferences_medium" CHECK ("medium" in ('IN_APP', 'EMAIL'));
