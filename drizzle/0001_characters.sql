ALTER TABLE "workspaces" ADD COLUMN "next_character_number" integer DEFAULT 101 NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "number" integer;--> statement-breakpoint
-- Those that are there get numbers in the order they were made.
UPDATE "characters" SET "number" = "numbered"."number" FROM (
	SELECT "id", 100 + row_number() OVER (PARTITION BY "workspace_id" ORDER BY "created_at", "id") AS "number" FROM "characters"
) AS "numbered" WHERE "characters"."id" = "numbered"."id";--> statement-breakpoint
UPDATE "workspaces" SET "next_character_number" = 101 + (
	SELECT count(*) FROM "characters" WHERE "characters"."workspace_id" = "workspaces"."id"
);--> statement-breakpoint
ALTER TABLE "characters" ALTER COLUMN "number" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "languages" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "pronunciations" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "boosted_words" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "model" text;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "temperature" double precision;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "reasoning_effort" text;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "personality" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "speaking_style" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "sample_dialogue" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "catch_phrases" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "objective" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "actions" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "boundaries" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "blocked_words" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "moderation" jsonb DEFAULT '{"enabled": false, "filters": []}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "memory_enabled" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "history_turns" integer;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "description" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "picture" text;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "listing" text DEFAULT 'unlisted' NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "convai" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "xingchen" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "ai_chat" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "characters" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "characters_by_number" ON "characters" USING btree ("workspace_id","number");
