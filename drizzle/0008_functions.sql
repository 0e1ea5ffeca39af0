CREATE TABLE "character_functions" (
	"character_id" uuid NOT NULL,
	"function_id" uuid NOT NULL,
	CONSTRAINT "character_functions_character_id_function_id_pk" PRIMARY KEY("character_id","function_id")
);
--> statement-breakpoint
CREATE TABLE "character_mcp_servers" (
	"character_id" uuid NOT NULL,
	"server_id" uuid NOT NULL,
	CONSTRAINT "character_mcp_servers_character_id_server_id_pk" PRIMARY KEY("character_id","server_id")
);
--> statement-breakpoint
CREATE TABLE "functions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"language" text NOT NULL,
	"source_sealed" text NOT NULL,
	"input_description" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mcp_servers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"url" text NOT NULL,
	"transport" text NOT NULL,
	"headers_sealed" text NOT NULL,
	"tools_allowlist" jsonb,
	"timeout_seconds" integer,
	"result_max_chars" integer,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "turns" ADD COLUMN "tool_calls" jsonb;--> statement-breakpoint
ALTER TABLE "character_functions" ADD CONSTRAINT "character_functions_character_id_characters_id_fk" FOREIGN KEY ("character_id") REFERENCES "public"."characters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "character_functions" ADD CONSTRAINT "character_functions_function_id_functions_id_fk" FOREIGN KEY ("function_id") REFERENCES "public"."functions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "character_mcp_servers" ADD CONSTRAINT "character_mcp_servers_character_id_characters_id_fk" FOREIGN KEY ("character_id") REFERENCES "public"."characters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "character_mcp_servers" ADD CONSTRAINT "character_mcp_servers_server_id_mcp_servers_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."mcp_servers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "functions" ADD CONSTRAINT "functions_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mcp_servers" ADD CONSTRAINT "mcp_servers_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "functions_by_workspace" ON "functions" USING btree ("workspace_id","created_at");--> statement-breakpoint
CREATE INDEX "mcp_servers_by_workspace" ON "mcp_servers" USING btree ("workspace_id","created_at");