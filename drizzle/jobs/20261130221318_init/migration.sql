CREATE TABLE "jobs" (
	"id" uuid PRIMARY KEY,
	"kind" text NOT NULL,
	"payload" jsonb NOT NULL,
	"run_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp(3) with time zone,
	"died_at" timestamp(3) with time zone,
	"last_error" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "jobs_attempts" CHECK ("attempts" >= 0)
);
--> statement-breakpoint
CREATE INDEX "jobs_due" ON "jobs" ("run_at","id") WHERE "died_at" is null;--> statement-breakpoint
CREATE INDEX "jobs_dead" ON "jobs" ("died_at","id") WHERE "died_at" is not null;