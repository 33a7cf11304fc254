CREATE TABLE `messages` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`created_run_id` integer NOT NULL,
	`kind` text NOT NULL,
	`channel` text NOT NULL,
	`person_id` integer,
	`to_address` text,
	`subject` text NOT NULL,
	`body` text NOT NULL,
	`dedupe_key` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`queued_at` integer NOT NULL,
	`claimed_run_id` integer,
	`sent_at` integer,
	`error` text,
	`provider_message_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_dedupe` ON `messages` (`client_id`,`channel`,`dedupe_key`);--> statement-breakpoint
CREATE INDEX `messages_waiting` ON `messages` (`client_id`,`channel`,`status`,`queued_at`,`id`);--> statement-breakpoint
CREATE INDEX `messages_run` ON `messages` (`client_id`,`created_run_id`);--> statement-breakpoint
CREATE TABLE `components` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`external_id` text,
	`kind` text NOT NULL,
	`type_key` text DEFAULT '' NOT NULL,
	`template_id` integer,
	`title` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`language` text DEFAULT 'en' NOT NULL,
	`planning_status` text DEFAULT 'planned' NOT NULL,
	`date_dependent` integer DEFAULT false NOT NULL,
	`start_at` integer,
	`end_at` integer,
	`time_zone` text,
	`location` text,
	`min_participants` integer,
	`max_participants` integer,
	`waiting_list` integer DEFAULT false NOT NULL,
	`path_mode` text,
	`structure_version` integer DEFAULT 1 NOT NULL,
	`template_version_synced` integer DEFAULT 0 NOT NULL,
	`prerequisites` text,
	`completion_rule` text,
	`certificate_id` integer,
	`refresher_component_id` integer,
	`refresh_after_months` integer,
	`refresh_lead_days` integer DEFAULT 30 NOT NULL,
	`is_public` integer DEFAULT false NOT NULL,
	`notify_on_new_content` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `components_external_id` ON `components` (`client_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `components_end` ON `components` (`client_id`,`planning_status`,`end_at`);--> statement-breakpoint
CREATE TABLE `files` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`key` text NOT NULL,
	`kind` text NOT NULL,
	`ref_type` text,
	`ref_id` integer,
	`size` integer NOT NULL,
	`etag` text,
	`sha256` text,
	`state` text NOT NULL,
	`in_use` integer DEFAULT false NOT NULL,
	`access_token_hash` text,
	`expires_at` integer,
	`stored_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `files_key_unique` ON `files` (`key`);--> statement-breakpoint
CREATE INDEX `files_ref` ON `files` (`client_id`,`kind`,`ref_type`,`ref_id`);--> statement-breakpoint
CREATE TABLE `index_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`client_id` integer NOT NULL,
	`entity` text NOT NULL,
	`entity_id` integer NOT NULL,
	`op` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `index_changes_client` ON `index_changes` (`client_id`,`id`);--> statement-breakpoint
CREATE TABLE `group_members` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`group_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`source` text NOT NULL,
	`role` text DEFAULT 'member' NOT NULL,
	`joined_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `group_members_key` ON `group_members` (`group_id`,`person_id`,`source`);--> statement-breakpoint
CREATE INDEX `group_members_person` ON `group_members` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `groups` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`external_id` text,
	`kind` text DEFAULT 'group' NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`parent_id` integer,
	`rule` text,
	`on_enter` text DEFAULT '[]' NOT NULL,
	`on_leave` text DEFAULT '[]' NOT NULL,
	`source` text DEFAULT 'manual' NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`evaluated_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `groups_external_id` ON `groups` (`client_id`,`source`,`external_id`);--> statement-breakpoint
CREATE TABLE `import_configs` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`location` text DEFAULT '' NOT NULL,
	`options` text DEFAULT '{}' NOT NULL,
	`mapping` text DEFAULT '{}' NOT NULL,
	`connector_id` integer,
	`scheduler_active` integer DEFAULT true NOT NULL,
	`last_sha256` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `import_configs_client` ON `import_configs` (`client_id`,`kind`);--> statement-breakpoint
CREATE TABLE `import_seen` (
	`client_id` integer NOT NULL,
	`file_id` integer NOT NULL,
	`key` text NOT NULL,
	PRIMARY KEY(`file_id`, `key`)
);
--> statement-breakpoint
CREATE TABLE `persons` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`external_id` text,
	`username` text NOT NULL,
	`given_name` text NOT NULL,
	`family_name` text NOT NULL,
	`email` text,
	`locale` text,
	`time_zone` text,
	`auth_source` text DEFAULT 'local' NOT NULL,
	`auth_status` text DEFAULT 'active' NOT NULL,
	`role` text DEFAULT 'learner' NOT NULL,
	`attributes` text DEFAULT '{}' NOT NULL,
	`supervisor_id` integer,
	`ldap_dn` text,
	`import_source` text,
	`enrolled_on` text NOT NULL,
	`termination_on` text,
	`deletion_on` text,
	`deletion_requested_by` integer,
	`last_login_at` integer,
	`password_hash` text,
	`password_changed_at` integer,
	`must_change_password` integer DEFAULT false NOT NULL,
	`whats_new_opt_out` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `persons_username` ON `persons` (`client_id`,`username`);--> statement-breakpoint
CREATE UNIQUE INDEX `persons_external_id` ON `persons` (`client_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `persons_import_source` ON `persons` (`client_id`,`import_source`,`id`);