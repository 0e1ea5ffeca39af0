CREATE TABLE "answered_requests" (
	"key_hash" text NOT NULL,
	"conversation_id" uuid NOT NULL,
	"digest" text NOT NULL,
	"turn_id" uuid NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	CONSTRAINT "answered_requests_conversation_id_key_hash_pk" PRIMARY KEY("conversation_id","key_hash")
);
--> statement-breakpoint
CREATE TABLE "user_tokens" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"speaker_id" uuid NOT NULL,
	"token_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "user_tokens_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
ALTER TABLE "answered_requests" ADD CONSTRAINT "answered_requests_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answered_requests" ADD CONSTRAINT "answered_requests_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "public"."turns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_tokens" ADD CONSTRAINT "user_tokens_speaker_id_speakers_id_fk" FOREIGN KEY ("speaker_id") REFERENCES "public"."speakers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "answered_requests_by_time" ON "answered_requests" USING btree ("answered_at");--> statement-breakpoint
CREATE INDEX "answered_requests_by_turn" ON "answered_requests" USING btree ("turn_id");--> statement-breakpoint
CREATE INDEX "user_tokens_by_speaker" ON "user_tokens" USING btree ("speaker_id");--> statement-breakpoint
CREATE INDEX "conversations_by_user" ON "conversations" USING btree ("workspace_id","end_user_id");