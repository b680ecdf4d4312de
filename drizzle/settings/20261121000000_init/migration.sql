CREATE TABLE "code_counters" (
	"kind" text,
	"period" text,
	"last_number" bigint NOT NULL,
	CONSTRAINT "code_counters_pkey" PRIMARY KEY("kind","period"),
	CONSTRAINT "code_counters_number" CHECK ("last_number" > 0)
);
--> statement-breakpoint
CREATE TABLE "code_formats" (
	"kind" text PRIMARY KEY,
	"pattern" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"viewer_id" uuid,
	"key" text,
	"response_key" text,
	"request_hash" text NOT NULL,
	"answer" jsonb,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("viewer_id","key","response_key")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY,
	"value" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_expiry" ON "idempotency_keys" ("expires_at");