CREATE TABLE `quiet_groups` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` integer NOT NULL,
	`time_zone` text NOT NULL,
	`offset_ms` integer NOT NULL,
	`revision` integer NOT NULL,
	`cron` text NOT NULL,
	`transitions` text NOT NULL,
	`next_fire_at` integer,
	`due_at` integer,
	`last_fated_at` integer,
	`growing_from` integer,
	`joins` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `quiet_groups_key` ON `quiet_groups` (`job_id`,`time_zone`,`offset_ms`,`revision`) WHERE next_fire_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `quiet_groups_due` ON `quiet_groups` (`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `quiet_groups_fated` ON `quiet_groups` (`last_fated_at`) WHERE next_fire_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `quiet_groups_job` ON `quiet_groups` (`job_id`);--> statement-breakpoint
CREATE INDEX `quiet_groups_next` ON `quiet_groups` (`next_fire_at`,`job_id`) WHERE next_fire_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `quiet_looks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`group_id` integer NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`occurrences` integer NOT NULL,
	`named` integer NOT NULL,
	`first_looked_at` integer NOT NULL,
	`last_looked_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `quiet_looks_key` ON `quiet_looks` (`group_id`,`first_at`);--> statement-breakpoint
CREATE INDEX `quiet_looks_first` ON `quiet_looks` (`first_at`);--> statement-breakpoint
CREATE TABLE `quiet_memberships` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` integer NOT NULL,
	`client_id` integer NOT NULL,
	`group_id` integer NOT NULL,
	`from_at` integer NOT NULL,
	`until_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `quiet_memberships_job` ON `quiet_memberships` (`job_id`,`client_id`,`until_at`);--> statement-breakpoint
CREATE INDEX `quiet_memberships_client` ON `quiet_memberships` (`client_id`,`until_at`);--> statement-breakpoint
CREATE INDEX `quiet_memberships_until` ON `quiet_memberships` (`until_at`);--> statement-breakpoint
ALTER TABLE `triggers` ADD `quiet_group_id` integer;--> statement-breakpoint
ALTER TABLE `triggers` ADD `quiet_from` integer;--> statement-breakpoint
CREATE INDEX `triggers_quiet` ON `triggers` (`quiet_group_id`,`client_id`) WHERE quiet_group_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `clients_own_database` ON `clients` (`id`) WHERE database_url IS NOT NULL;