CREATE TABLE `audit_log` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`run_id` integer,
	`person_id` integer,
	`actor` text,
	`entity` text NOT NULL,
	`entity_id` integer NOT NULL,
	`action` text NOT NULL,
	`before` text,
	`after` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_log_client` ON `audit_log` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_person` ON `audit_log` (`client_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `audit_log_entity` ON `audit_log` (`entity`,`entity_id`);--> statement-breakpoint
CREATE INDEX `audit_log_admins` ON `audit_log` (`id`,`entity`,`actor`) WHERE actor IS NOT NULL;--> statement-breakpoint
CREATE INDEX `audit_log_client_admins` ON `audit_log` (`client_id`,`id`,`entity`,`actor`) WHERE actor IS NOT NULL;--> statement-breakpoint
CREATE TABLE `checkpoints` (
	`run_id` integer PRIMARY KEY NOT NULL,
	`lease` integer NOT NULL,
	`step` integer DEFAULT 0 NOT NULL,
	`cursor` text,
	`cursor_version` integer DEFAULT 1 NOT NULL,
	`counts` text DEFAULT '{}' NOT NULL,
	`progress_done` integer DEFAULT 0 NOT NULL,
	`progress_total` integer,
	`mark` integer DEFAULT 0 NOT NULL,
	`now_at` integer NOT NULL,
	`done` integer DEFAULT false NOT NULL,
	`outcome` text,
	`reopened` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `departures` (
	`client_id` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `effects` (
	`run_id` integer NOT NULL,
	`key` text NOT NULL,
	`state` text NOT NULL,
	`outcome` text,
	`intended_at` integer NOT NULL,
	`done_at` integer,
	PRIMARY KEY(`run_id`, `key`)
);
--> statement-breakpoint
CREATE TABLE `failures` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` integer NOT NULL,
	`step` integer NOT NULL,
	`ref` text NOT NULL,
	`code` text NOT NULL,
	`message` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `failures_run` ON `failures` (`run_id`,`id`);--> statement-breakpoint
CREATE TABLE `lease_guard` (
	`ok` integer NOT NULL,
	CONSTRAINT "lease_guard_ok" CHECK("lease_guard"."ok" = 1)
);
--> statement-breakpoint
CREATE TABLE `processor_state` (
	`processor` text NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`node_id` text DEFAULT '' NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`processor`, `client_id`, `node_id`, `key`)
);
