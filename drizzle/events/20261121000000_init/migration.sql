CREATE TABLE "events" (
	"era" integer DEFAULT 1,
	"xid" xid8 DEFAULT pg_current_xact_id(),
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "events_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" uuid NOT NULL,
	"actor_id" uuid,
	"action" text NOT NULL,
	"resource_type" text NOT NULL,
	"resource_id" uuid NOT NULL,
	"metadata" jsonb DEFAULT '{}' NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "events_pkey" PRIMARY KEY("era","xid","seq")
);
--> statement-breakpoint
CREATE INDEX "events_resource" ON "events" ("resource_type","resource_id");--> statement-breakpoint
CREATE INDEX "events_actor" ON "events" ("actor_id","era","xid","seq");--> statement-breakpoint
CREATE INDEX "events_created" ON "events" ("created_at");