CREATE TABLE "running_answers" (
	"conversation_id" uuid PRIMARY KEY NOT NULL,
	"holder" uuid NOT NULL,
	"leased_until" timestamp with time zone NOT NULL
);
