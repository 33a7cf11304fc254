CREATE TABLE `api_tokens` (
	`id` integer PRIMARY KEY NOT NULL,
	`token_hash` text NOT NULL,
	`client_id` integer NOT NULL,
	`report_id` integer NOT NULL,
	`admin_id` integer NOT NULL,
	`name` text NOT NULL,
	`expires_at` integer NOT NULL,
	`last_used_at` integer,
	`counted_from` integer DEFAULT 0 NOT NULL,
	`uses` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_tokens_token_hash_unique` ON `api_tokens` (`token_hash`);--> statement-breakpoint
CREATE INDEX `api_tokens_client` ON `api_tokens` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `api_tokens_expiry` ON `api_tokens` (`expires_at`);