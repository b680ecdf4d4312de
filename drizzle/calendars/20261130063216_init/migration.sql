CREATE TABLE "calendar_holidays" (
	"id" uuid PRIMARY KEY,
	"calendar_id" uuid NOT NULL,
	"day" date NOT NULL,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "work_calendars" (
	"id" uuid PRIMARY KEY,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"working_days" text[] NOT NULL,
	"hours_per_day" numeric(4,2) DEFAULT '8' NOT NULL,
	"public_holidays" text DEFAULT 'FRANCE' NOT NULL,
	"good_friday" boolean DEFAULT true NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "work_calendars_hours" CHECK ("hours_per_day" > 0 and "hours_per_day" <= 24),
	CONSTRAINT "work_calendars_public_holidays" CHECK ("public_holidays" in ('NONE', 'FRANCE', 'ALSACE_MOSELLE'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "calendar_holidays_day" ON "calendar_holidays" ("calendar_id","day");--> statement-breakpoint
CREATE UNIQUE INDEX "calendar_holidays_external_reference" ON "calendar_holidays" ("external_reference");--> statement-breakpoint
CREATE UNIQUE INDEX "work_calendars_name_key" ON "work_calendars" (extensions.name_key("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "work_calendars_default" ON "work_calendars" ((true)) WHERE "is_default";--> statement-breakpoint
CREATE UNIQUE INDEX "work_calendars_external_reference" ON "work_calendars" ("external_reference");--> statement-breakpoint
ALTER TABLE "calendar_holidays" ADD CONSTRAINT "calendar_holidays_calendar_id_work_calendars_id_fkey" FOREIGN KEY ("calendar_id") REFERENCES "work_calendars"("id") ON DELETE CASCADE;