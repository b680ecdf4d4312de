CREATE TABLE "catalog_answers" (
	"id" text PRIMARY KEY,
	"request_hash" text NOT NULL,
	"answer" text,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pending_sign_ups" (
	"id" uuid PRIMARY KEY,
	"email" text NOT NULL,
	"first_name" text NOT NULL,
	"last_name" text NOT NULL,
	"locale" text,
	"password_hash" text NOT NULL,
	"entry" jsonb NOT NULL,
	"token_hash" text NOT NULL CONSTRAINT "pending_sign_ups_token_hash_key" UNIQUE,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sign_in_failures" (
	"account" text,
	"address" text,
	"failures" integer NOT NULL,
	"retry_at" timestamp(3) with time zone NOT NULL,
	"forgotten_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sign_in_failures_pkey" PRIMARY KEY("account","address")
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "email_verified_at" timestamp(3) with time zone;--> statement-breakpoint
-- Whoever has an account already counts as the holder of its address.
UPDATE "users" SET "email_verified_at" = "created_at";--> statement-breakpoint
CREATE INDEX "catalog_answers_expires_at_idx" ON "catalog_answers" ("expires_at");--> statement-breakpoint
CREATE INDEX "pending_sign_ups_expires_at_idx" ON "pending_sign_ups" ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_in_failures_forgotten_at_idx" ON "sign_in_failures" ("forgotten_at");