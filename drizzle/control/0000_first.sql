CREATE TABLE `admin_sessions` (
	`id` integer PRIMARY KEY NOT NULL,
	`token_hash` text NOT NULL,
	`admin_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`user_agent` text DEFAULT '' NOT NULL,
	`address` text DEFAULT '' NOT NULL,
	`method` text DEFAULT 'password' NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `admin_sessions_token_hash_unique` ON `admin_sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `admin_sessions_admin` ON `admin_sessions` (`admin_id`);--> statement-breakpoint
CREATE INDEX `admin_sessions_expiry` ON `admin_sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `admins` (
	`id` integer PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`password_hash` text,
	`must_change_password` integer DEFAULT false NOT NULL,
	`role` text NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`last_sign_in_at` integer,
	`oidc_issuer` text,
	`oidc_subject` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `admins_email_unique` ON `admins` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `admins_oidc` ON `admins` (`oidc_issuer`,`oidc_subject`);--> statement-breakpoint
CREATE TABLE `oidc_nonces` (
	`id` integer PRIMARY KEY NOT NULL,
	`nonce_hash` text NOT NULL,
	`issuer` text NOT NULL,
	`issued_at` integer NOT NULL,
	`used_at` integer,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `oidc_nonces_issuer_hash` ON `oidc_nonces` (`issuer`,`nonce_hash`);--> statement-breakpoint
CREATE INDEX `oidc_nonces_used` ON `oidc_nonces` (`used_at`);--> statement-breakpoint
CREATE INDEX `oidc_nonces_expiry` ON `oidc_nonces` (`expires_at`);--> statement-breakpoint
CREATE TABLE `sign_in_attempts` (
	`key` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`blocked_until` integer DEFAULT 0 NOT NULL,
	`last_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `client_moves` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`client_id` integer NOT NULL,
	`source_url` text,
	`source_token_enc` text,
	`target_url` text,
	`target_token_enc` text,
	`phase` text NOT NULL,
	`position` text,
	`started_at` integer NOT NULL,
	`moved_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `client_moves_client_id_unique` ON `client_moves` (`client_id`);--> statement-breakpoint
CREATE TABLE `clients` (
	`id` integer PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`time_zone` text NOT NULL,
	`default_locale` text DEFAULT 'en' NOT NULL,
	`host` text,
	`sitemap_enabled` integer,
	`license_alert_email` text,
	`deletion_delay_months` integer DEFAULT 0 NOT NULL,
	`deletion_mode` text DEFAULT 'anonymise' NOT NULL,
	`deactivation_mode` integer DEFAULT 0 NOT NULL,
	`deactivation_days` integer,
	`database_url` text,
	`database_token_enc` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `clients_key_unique` ON `clients` (`key`);--> statement-breakpoint
CREATE INDEX `clients_name` ON `clients` (`name`,`id`);--> statement-breakpoint
CREATE TABLE `connectors` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`base_url` text,
	`config` text DEFAULT '{}' NOT NULL,
	`secret_enc` text,
	`secret_set_at` integer,
	`access_token_enc` text,
	`access_expires_at` integer,
	`refresh_token_enc` text,
	`refresh_expires_at` integer,
	`state` text DEFAULT 'ok' NOT NULL,
	`last_ok_at` integer,
	`last_error` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `connectors_client` ON `connectors` (`client_id`,`kind`);--> statement-breakpoint
CREATE TABLE `meta_tags` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`value_type` text NOT NULL,
	`enum_values` text DEFAULT '[]' NOT NULL
);
--> statement-breakpoint
CREATE TABLE `settings` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `settings_key` ON `settings` (`client_id`,`key`);--> statement-breakpoint
CREATE TABLE `texts` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`key` text NOT NULL,
	`locale` text NOT NULL,
	`value` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `texts_key` ON `texts` (`client_id`,`key`,`locale`);--> statement-breakpoint
CREATE INDEX `texts_version` ON `texts` (`version`);--> statement-breakpoint
CREATE TABLE `blackouts` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`created_by` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `blackouts_end` ON `blackouts` (`ends_at`);--> statement-breakpoint
CREATE TABLE `calendars` (
	`client_id` integer NOT NULL,
	`day` text NOT NULL,
	`name` text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `calendars_key` ON `calendars` (`client_id`,`day`);--> statement-breakpoint
CREATE TABLE `heavy_permits` (
	`run_id` integer PRIMARY KEY NOT NULL,
	`pool` text DEFAULT '' NOT NULL,
	`client_id` integer NOT NULL,
	`wanted_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`expires_at` integer
);
--> statement-breakpoint
CREATE INDEX `heavy_permits_pool` ON `heavy_permits` (`pool`,`wanted_at`);--> statement-breakpoint
CREATE TABLE `job_stats` (
	`job_id` integer NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`failures_in_a_row` integer DEFAULT 0 NOT NULL,
	`runs` integer DEFAULT 0 NOT NULL,
	`last_run_id` integer,
	`last_state` text,
	`last_ended_at` integer,
	`last_duration_ms` integer,
	`durations` text DEFAULT '[]' NOT NULL,
	`fates` text DEFAULT '' NOT NULL,
	`last_failed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_stats_key` ON `job_stats` (`job_id`,`client_id`);--> statement-breakpoint
CREATE INDEX `job_stats_failing` ON `job_stats` (`job_id`,`failures_in_a_row`) WHERE failures_in_a_row > 0;--> statement-breakpoint
CREATE INDEX `job_stats_failed` ON `job_stats` (`client_id`,`last_failed_at`,`job_id`) WHERE last_failed_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `job_totals` (
	`job_id` integer PRIMARY KEY NOT NULL,
	`runs` integer DEFAULT 0 NOT NULL,
	`last_run_id` integer,
	`last_state` text,
	`last_ended_at` integer,
	`last_duration_ms` integer,
	`durations` text DEFAULT '[]' NOT NULL,
	`fates` text DEFAULT '' NOT NULL,
	`last_failed_at` integer
);
--> statement-breakpoint
CREATE INDEX `job_totals_failed` ON `job_totals` (`last_failed_at`,`job_id`) WHERE last_failed_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text COLLATE NOCASE NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`processor` text NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`cron` text,
	`time_zone` text,
	`parameters` text DEFAULT '{}' NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`execute_on_each_node` integer DEFAULT false NOT NULL,
	`load` text DEFAULT 'light' NOT NULL,
	`policies` text DEFAULT '{}' NOT NULL,
	`after_job_id` integer,
	`after_condition` text,
	`customised` integer DEFAULT false NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`created_by` text DEFAULT '' NOT NULL,
	`updated_by` text DEFAULT '' NOT NULL,
	`deleted_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `jobs_client` ON `jobs` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_name` ON `jobs` (`name`,`id`,`processor`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `jobs_client_name` ON `jobs` (`client_id`,`name`,`id`,`processor`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `jobs_processor` ON `jobs` (`processor`,`name`,`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `jobs_after` ON `jobs` (`after_job_id`) WHERE after_job_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `nodes` (
	`id` text PRIMARY KEY NOT NULL,
	`location_hint` text NOT NULL,
	`release` text DEFAULT '' NOT NULL,
	`text_version` integer DEFAULT 0 NOT NULL,
	`search_config_version` integer DEFAULT 0 NOT NULL,
	`started_at` integer,
	`last_seen_at` integer
);
--> statement-breakpoint
CREATE TABLE `run_logs` (
	`id` integer PRIMARY KEY NOT NULL,
	`run_id` integer NOT NULL,
	`at` integer NOT NULL,
	`level` text NOT NULL,
	`message` text NOT NULL,
	`data` text
);
--> statement-breakpoint
CREATE INDEX `run_logs_run` ON `run_logs` (`run_id`,`id`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_id` integer NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`node_id` text DEFAULT '' NOT NULL,
	`kind` text NOT NULL,
	`scheduled_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`not_before_at` integer,
	`processor` text NOT NULL,
	`job_name` text NOT NULL,
	`load` text NOT NULL,
	`parameters` text NOT NULL,
	`policies` text DEFAULT '{}' NOT NULL,
	`time_zone` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`message` text,
	`lease` integer DEFAULT 0 NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`reopened` integer DEFAULT 0 NOT NULL,
	`requested_by` text,
	`caused_by_run_id` integer,
	`cancel_requested_at` integer,
	`as_of` text,
	`dry_run` integer DEFAULT false NOT NULL,
	`until_at` integer,
	`occurrences` integer DEFAULT 1 NOT NULL,
	`progress_done` integer DEFAULT 0 NOT NULL,
	`progress_total` integer,
	`counts` text DEFAULT '{}' NOT NULL,
	`errors` text DEFAULT '[]' NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`heartbeat_at` integer,
	`deadline_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_key` ON `runs` (`job_id`,`client_id`,`node_id`,`scheduled_at`,`kind`);--> statement-breakpoint
CREATE INDEX `runs_open` ON `runs` (`client_id`,`due_at`,`id`) WHERE state IN ('planned', 'queued', 'waiting', 'running');--> statement-breakpoint
CREATE INDEX `runs_overdue` ON `runs` (`due_at`) WHERE state IN ('planned', 'queued', 'waiting', 'running');--> statement-breakpoint
CREATE INDEX `runs_job` ON `runs` (`job_id`,`id`);--> statement-breakpoint
CREATE INDEX `runs_client` ON `runs` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `runs_state` ON `runs` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `runs_client_state` ON `runs` (`client_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `runs_scheduled` ON `runs` (`scheduled_at`);--> statement-breakpoint
CREATE INDEX `runs_kind` ON `runs` (`kind`,`id`) WHERE kind <> 'schedule';--> statement-breakpoint
CREATE INDEX `runs_caused` ON `runs` (`caused_by_run_id`) WHERE caused_by_run_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `ticks` (
	`id` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`source` text NOT NULL,
	`planned` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `ticks_at` ON `ticks` (`at`);--> statement-breakpoint
CREATE TABLE `triggers` (
	`id` integer PRIMARY KEY NOT NULL,
	`job_id` integer NOT NULL,
	`client_id` integer DEFAULT 0 NOT NULL,
	`node_id` text DEFAULT '' NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`time_zone` text NOT NULL,
	`next_fire_at` integer,
	`last_fated_at` integer,
	`paused_until` integer,
	`pause_note` text,
	`skipping_from` integer,
	`skipping_reason` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `triggers_key` ON `triggers` (`job_id`,`client_id`,`node_id`);--> statement-breakpoint
CREATE INDEX `triggers_due` ON `triggers` (`next_fire_at`,`job_id`) WHERE next_fire_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `triggers_job` ON `triggers` (`job_id`,`next_fire_at`);--> statement-breakpoint
CREATE INDEX `triggers_paused` ON `triggers` (`job_id`,`paused_until`);--> statement-breakpoint
CREATE INDEX `triggers_client` ON `triggers` (`client_id`,`next_fire_at`,`job_id`);--> statement-breakpoint
CREATE INDEX `triggers_held` ON `triggers` (`paused_until`,`client_id`) WHERE paused_until IS NOT NULL;