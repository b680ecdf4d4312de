CREATE TABLE "import_runs" (
	"id" uuid PRIMARY KEY,
	"kind" text NOT NULL,
	"source" text NOT NULL,
	"file_name" text NOT NULL,
	"fingerprint" text NOT NULL,
	"rows_done" integer DEFAULT 0 NOT NULL,
	"changes" jsonb NOT NULL,
	"refused" jsonb DEFAULT '[]' NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone,
	CONSTRAINT "import_runs_rows_done" CHECK ("rows_done" >= 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX "import_runs_unfinished" ON "import_runs" ("fingerprint") WHERE "finished_at" is null;--> statement-breakpoint
CREATE INDEX "import_runs_started" ON "import_runs" ("started_at");