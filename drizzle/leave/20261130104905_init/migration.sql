CREATE TABLE "leave_balances" (
	"id" uuid PRIMARY KEY,
	"profile_id" uuid NOT NULL,
	"type_id" uuid NOT NULL,
	"period_start" date NOT NULL,
	"period_end" date NOT NULL,
	"accrued" numeric(6,2) DEFAULT '0' NOT NULL,
	"adjustment" numeric(6,2) DEFAULT '0' NOT NULL,
	"usable_until" date NOT NULL,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "leave_balances_dates" CHECK ("period_end" >= "period_start" and "usable_until" >= "period_start")
);
--> statement-breakpoint
CREATE TABLE "leave_requests" (
	"id" uuid PRIMARY KEY,
	"profile_id" uuid NOT NULL,
	"type_id" uuid NOT NULL,
	"from_date" date NOT NULL,
	"from_half" text DEFAULT 'MORNING' NOT NULL,
	"to_date" date NOT NULL,
	"to_half" text DEFAULT 'AFTERNOON' NOT NULL,
	"days" numeric(6,1) NOT NULL,
	"note" text,
	"status" text DEFAULT 'DRAFT' NOT NULL,
	"reviewer_id" uuid,
	"reviewed_at" timestamp(3) with time zone,
	"review_note" text,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "leave_requests_status" CHECK ("status" in ('DRAFT', 'REQUESTED', 'APPROVED', 'REJECTED', 'CANCELLED')),
	CONSTRAINT "leave_requests_halves" CHECK ("from_half" in ('MORNING', 'AFTERNOON') and "to_half" in ('MORNING', 'AFTERNOON')),
	CONSTRAINT "leave_requests_dates" CHECK ("to_date" - "from_date" between 0 and 1099)
);
--> statement-breakpoint
CREATE TABLE "leave_types" (
	"id" uuid PRIMARY KEY,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"kind" text NOT NULL,
	"day_count" text DEFAULT 'WORKING_DAYS' NOT NULL,
	"needs_approval" boolean DEFAULT true NOT NULL,
	"draws_on_balance" boolean DEFAULT false NOT NULL,
	"stays_in_utilisation" boolean DEFAULT false NOT NULL,
	"days_per_period" integer,
	"period_start_month" integer DEFAULT 6 NOT NULL,
	"archived_at" timestamp(3) with time zone,
	"external_reference" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "leave_types_kind" CHECK ("kind" in ('PAID_LEAVE', 'RTT', 'SICKNESS', 'WORK_ACCIDENT', 'UNPAID', 'FAMILY', 'OTHER')),
	CONSTRAINT "leave_types_day_count" CHECK ("day_count" in ('WORKING_DAYS', 'MONDAY_TO_SATURDAY', 'CALENDAR_DAYS')),
	CONSTRAINT "leave_types_days_per_period" CHECK ("days_per_period" between 1 and 365),
	CONSTRAINT "leave_types_period_start_month" CHECK ("period_start_month" between 1 and 12)
);
--> statement-breakpoint
CREATE UNIQUE INDEX "leave_balances_period" ON "leave_balances" ("profile_id","type_id","period_start");--> statement-breakpoint
CREATE INDEX "leave_balances_type" ON "leave_balances" ("type_id");--> statement-breakpoint
CREATE UNIQUE INDEX "leave_balances_external_reference" ON "leave_balances" ("external_reference");--> statement-breakpoint
CREATE INDEX "leave_requests_profile" ON "leave_requests" ("profile_id","from_date");--> statement-breakpoint
CREATE INDEX "leave_requests_type" ON "leave_requests" ("type_id");--> statement-breakpoint
CREATE INDEX "leave_requests_from_date" ON "leave_requests" ("from_date","id");--> statement-breakpoint
CREATE INDEX "leave_requests_reviewer" ON "leave_requests" ("reviewer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "leave_requests_external_reference" ON "leave_requests" ("external_reference");--> statement-breakpoint
CREATE UNIQUE INDEX "leave_types_name_key" ON "leave_types" (extensions.name_key("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "leave_types_external_reference" ON "leave_types" ("external_reference");--> statement-breakpoint
ALTER TABLE "leave_balances" ADD CONSTRAINT "leave_balances_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id");--> statement-breakpoint
ALTER TABLE "leave_balances" ADD CONSTRAINT "leave_balances_type_id_leave_types_id_fkey" FOREIGN KEY ("type_id") REFERENCES "leave_types"("id");--> statement-breakpoint
ALTER TABLE "leave_requests" ADD CONSTRAINT "leave_requests_profile_id_profiles_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profiles"("id");--> statement-breakpoint
ALTER TABLE "leave_requests" ADD CONSTRAINT "leave_requests_type_id_leave_types_id_fkey" FOREIGN KEY ("type_id") REFERENCES "leave_types"("id");--> statement-breakpoint
ALTER TABLE "leave_requests" ADD CONSTRAINT "leave_requests_reviewer_id_profiles_id_fkey" FOREIGN KEY ("reviewer_id") REFERENCES "profiles"("id") ON DELETE SET NULL;