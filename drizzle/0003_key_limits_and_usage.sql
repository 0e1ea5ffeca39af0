CREATE TABLE "key_sessions" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"key_id" uuid NOT NULL,
	"opened_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "key_usage" (
	"key_id" uuid NOT NULL,
	"day" date NOT NULL,
	"used_ms" bigint NOT NULL,
	CONSTRAINT "key_usage_key_id_day_pk" PRIMARY KEY("key_id","day")
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "max_sessions" integer;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "max_minutes_per_day" integer;--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "usage" jsonb;--> statement-breakpoint
ALTER TABLE "key_sessions" ADD CONSTRAINT "key_sessions_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_usage" ADD CONSTRAINT "key_usage_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "key_sessions_by_key" ON "key_sessions" USING btree ("key_id");