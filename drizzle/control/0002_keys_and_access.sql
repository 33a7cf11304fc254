CREATE TABLE `access_log` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`kind` text NOT NULL,
	`actor` text NOT NULL,
	`address` text DEFAULT '' NOT NULL,
	`subject` text DEFAULT '' NOT NULL,
	`minute` integer NOT NULL,
	`count` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_log_minute` ON `access_log` (`minute`,`kind`,`actor`,`address`,`client_id`,`subject`);--> statement-breakpoint
CREATE INDEX `access_log_client` ON `access_log` (`client_id`,`id`);--> statement-breakpoint
CREATE TABLE `platform_keys` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`key_enc` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `platform_keys_name_unique` ON `platform_keys` (`name`);--> statement-breakpoint
ALTER TABLE `admin_sessions` ADD `proved_at` integer DEFAULT 0 NOT NULL;