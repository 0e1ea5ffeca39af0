CREATE TABLE "afterwork" (
	"conversation_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"through_position" bigint DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "afterwork_conversation_id_kind_pk" PRIMARY KEY("conversation_id","kind")
);
--> statement-breakpoint
CREATE TABLE "conversation_summaries" (
	"conversation_id" uuid PRIMARY KEY NOT NULL,
	"text" text NOT NULL,
	"through_turn_id" uuid NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "memories" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" uuid NOT NULL,
	"character_id" uuid NOT NULL,
	"person_id" text NOT NULL,
	"key" text,
	"text" text NOT NULL,
	"importance" integer NOT NULL,
	"metadata" jsonb,
	"conversation_id" uuid,
	"turn_id" uuid,
	"said_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "memory_erasures" (
	"workspace_id" uuid NOT NULL,
	"character_id" uuid NOT NULL,
	"person_id" text NOT NULL,
	"erased_at" timestamp with time zone NOT NULL,
	CONSTRAINT "memory_erasures_workspace_id_character_id_person_id_pk" PRIMARY KEY("workspace_id","character_id","person_id")
);
--> statement-breakpoint
ALTER TABLE "afterwork" ADD CONSTRAINT "afterwork_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_summaries" ADD CONSTRAINT "conversation_summaries_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memories" ADD CONSTRAINT "memories_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memories" ADD CONSTRAINT "memories_character_id_characters_id_fk" FOREIGN KEY ("character_id") REFERENCES "public"."characters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memories" ADD CONSTRAINT "memories_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memories" ADD CONSTRAINT "memories_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "public"."turns"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_erasures" ADD CONSTRAINT "memory_erasures_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memory_erasures" ADD CONSTRAINT "memory_erasures_character_id_characters_id_fk" FOREIGN KEY ("character_id") REFERENCES "public"."characters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "afterwork_due" ON "afterwork" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "memories_of_person" ON "memories" USING btree ("workspace_id","character_id","person_id");--> statement-breakpoint
CREATE INDEX "memories_by_person" ON "memories" USING btree ("workspace_id","person_id");--> statement-breakpoint
CREATE INDEX "memories_by_turn" ON "memories" USING btree ("turn_id");--> statement-breakpoint
CREATE INDEX "memories_by_conversation" ON "memories" USING btree ("conversation_id");