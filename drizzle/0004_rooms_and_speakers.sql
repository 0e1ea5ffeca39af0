CREATE TABLE "participants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"identity" text NOT NULL,
	"speaker_id" text,
	"speaker_name" text,
	"admitted_at" timestamp with time zone NOT NULL,
	"joined_at" timestamp with time zone,
	"left_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "speakers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" uuid NOT NULL,
	"device_id" text,
	"name" text,
	"metadata" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_active_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "participant_id" text;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "speaker_id" text;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "speaker_name" text;--> statement-breakpoint
ALTER TABLE "voice_sessions" ADD COLUMN "shared_key" text;--> statement-breakpoint
ALTER TABLE "voice_sessions" ADD COLUMN "room_alias" text;--> statement-breakpoint
ALTER TABLE "voice_sessions" ADD COLUMN "roster" jsonb;--> statement-breakpoint
ALTER TABLE "participants" ADD CONSTRAINT "participants_session_id_voice_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."voice_sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "speakers" ADD CONSTRAINT "speakers_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "participants_of_session" ON "participants" USING btree ("session_id","identity");--> statement-breakpoint
CREATE INDEX "participants_by_speaker" ON "participants" USING btree ("speaker_id");--> statement-breakpoint
CREATE UNIQUE INDEX "speakers_by_device" ON "speakers" USING btree ("workspace_id","device_id");--> statement-breakpoint
CREATE INDEX "speakers_by_workspace" ON "speakers" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "turns_by_speaker" ON "turns" USING btree ("speaker_id");--> statement-breakpoint
CREATE INDEX "voice_sessions_shared" ON "voice_sessions" USING btree ("shared_key") WHERE shared_key is not null;