CREATE TABLE "narrative_sections" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" uuid NOT NULL,
	"character_id" uuid NOT NULL,
	"position" bigint GENERATED ALWAYS AS IDENTITY (sequence name "narrative_sections_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"objective" text NOT NULL,
	"decisions" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"behavior_tree_code" text DEFAULT '' NOT NULL,
	"bt_constants" text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "narrative_triggers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" uuid NOT NULL,
	"character_id" uuid NOT NULL,
	"position" bigint GENERATED ALWAYS AS IDENTITY (sequence name "narrative_triggers_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"message" text DEFAULT '' NOT NULL,
	"destination_section_id" uuid
);
--> statement-breakpoint
CREATE TABLE "narratives" (
	"character_id" uuid PRIMARY KEY NOT NULL,
	"is_driven" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "narrative_section_id" uuid;--> statement-breakpoint
ALTER TABLE "narrative_sections" ADD CONSTRAINT "narrative_sections_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "narrative_sections" ADD CONSTRAINT "narrative_sections_character_id_characters_id_fk" FOREIGN KEY ("character_id") REFERENCES "public"."characters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "narrative_triggers" ADD CONSTRAINT "narrative_triggers_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "narrative_triggers" ADD CONSTRAINT "narrative_triggers_character_id_characters_id_fk" FOREIGN KEY ("character_id") REFERENCES "public"."characters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "narrative_triggers" ADD CONSTRAINT "narrative_triggers_destination_section_id_narrative_sections_id_fk" FOREIGN KEY ("destination_section_id") REFERENCES "public"."narrative_sections"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "narratives" ADD CONSTRAINT "narratives_character_id_characters_id_fk" FOREIGN KEY ("character_id") REFERENCES "public"."characters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "narrative_sections_by_character" ON "narrative_sections" USING btree ("character_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "narrative_triggers_by_name" ON "narrative_triggers" USING btree ("character_id","name");