CREATE TABLE "trash" (
	"id" uuid PRIMARY KEY,
	"resource_type" text NOT NULL,
	"resource_id" uuid NOT NULL,
	"name" text COLLATE "und-x-icu" NOT NULL,
	"content" jsonb NOT NULL,
	"deleted_by_id" uuid,
	"deleted_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trash_parts" (
	"trash_id" uuid,
	"position" integer,
	"table_name" text NOT NULL,
	"cleared" text,
	"content" jsonb NOT NULL,
	CONSTRAINT "trash_parts_pkey" PRIMARY KEY("trash_id","position")
);
--> statement-breakpoint
CREATE INDEX "trash_resource" ON "trash" ("resource_id");--> statement-breakpoint
CREATE INDEX "trash_deleted" ON "trash" ("deleted_at","id");--> statement-breakpoint
ALTER TABLE "trash_parts" ADD CONSTRAINT "trash_parts_trash_id_trash_id_fkey" FOREIGN KEY ("trash_id") REFERENCES "trash"("id") ON DELETE CASCADE;