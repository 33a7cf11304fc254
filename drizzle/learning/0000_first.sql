CREATE TABLE `vc_accounts` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`connector_id` integer NOT NULL,
	`person_id` integer,
	`remote_user_id` text NOT NULL,
	`username` text NOT NULL,
	`password_enc` text NOT NULL,
	`pending_password_enc` text,
	`password_changed_at` integer,
	`managed` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vc_accounts_remote_user` ON `vc_accounts` (`connector_id`,`remote_user_id`);--> statement-breakpoint
CREATE INDEX `vc_accounts_connector` ON `vc_accounts` (`client_id`,`connector_id`,`id`);--> statement-breakpoint
CREATE INDEX `vc_accounts_person` ON `vc_accounts` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `vc_attendance` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`session_id` integer NOT NULL,
	`person_id` integer,
	`remote_email` text DEFAULT '' NOT NULL,
	`join_key` text NOT NULL,
	`joined_at` integer NOT NULL,
	`left_at` integer NOT NULL,
	`duration_s` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vc_attendance_join` ON `vc_attendance` (`session_id`,`join_key`);--> statement-breakpoint
CREATE INDEX `vc_attendance_session` ON `vc_attendance` (`client_id`,`session_id`);--> statement-breakpoint
CREATE INDEX `vc_attendance_person` ON `vc_attendance` (`client_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `vc_attendance_email` ON `vc_attendance` (`client_id`,`remote_email`);--> statement-breakpoint
CREATE TABLE `vc_sessions` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`item_id` integer NOT NULL,
	`connector_id` integer NOT NULL,
	`remote_id` text NOT NULL,
	`remote_occurrence_id` text,
	`host_email` text,
	`start_at` integer NOT NULL,
	`end_at` integer NOT NULL,
	`required_minutes` integer,
	`attendance_state` text DEFAULT 'pending' NOT NULL,
	`attendance_tries` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `vc_sessions_attendance` ON `vc_sessions` (`client_id`,`attendance_state`,`end_at`);--> statement-breakpoint
CREATE INDEX `vc_sessions_component` ON `vc_sessions` (`client_id`,`component_id`);--> statement-breakpoint
CREATE INDEX `vc_sessions_remote` ON `vc_sessions` (`client_id`,`connector_id`,`remote_id`);--> statement-breakpoint
CREATE INDEX `vc_sessions_host` ON `vc_sessions` (`client_id`,`host_email`);--> statement-breakpoint
CREATE TABLE `orders` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`provider` text NOT NULL,
	`remote_id` text NOT NULL,
	`person_id` integer,
	`email` text NOT NULL,
	`status` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`currency` text NOT NULL,
	`items` text DEFAULT '[]' NOT NULL,
	`placed_at` integer NOT NULL,
	`checked_at` integer,
	`paid_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `orders_remote_id` ON `orders` (`provider`,`remote_id`);--> statement-breakpoint
CREATE INDEX `orders_status` ON `orders` (`client_id`,`provider`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `orders_person` ON `orders` (`client_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `orders_email` ON `orders` (`client_id`,`email`);--> statement-breakpoint
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
CREATE INDEX `messages_person` ON `messages` (`client_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `messages_queued` ON `messages` (`client_id`,`queued_at`);--> statement-breakpoint
CREATE TABLE `notification_rules` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`name` text NOT NULL,
	`anchor` text NOT NULL,
	`offset_days` integer DEFAULT 0 NOT NULL,
	`audience` text DEFAULT 'participant' NOT NULL,
	`statuses` text NOT NULL,
	`component_filter` text,
	`channels` text DEFAULT '["mail"]' NOT NULL,
	`subject_key` text NOT NULL,
	`body_key` text NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `notification_rules_active` ON `notification_rules` (`client_id`,`active`,`id`);--> statement-breakpoint
CREATE TABLE `push_devices` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`transport` text NOT NULL,
	`token` text NOT NULL,
	`keys` text DEFAULT '{}' NOT NULL,
	`last_ok_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `push_devices_token` ON `push_devices` (`transport`,`token`);--> statement-breakpoint
CREATE INDEX `push_devices_person` ON `push_devices` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `component_preview_log` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`role` text NOT NULL,
	`data` text DEFAULT '{}' NOT NULL,
	`last_updated_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `component_preview_log_updated` ON `component_preview_log` (`client_id`,`last_updated_at`);--> statement-breakpoint
CREATE INDEX `component_preview_log_person` ON `component_preview_log` (`client_id`,`person_id`);--> statement-breakpoint
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
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`template_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`certificate_id`) REFERENCES `certificates`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`refresher_component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `components_external_id` ON `components` (`client_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `components_client` ON `components` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `components_end` ON `components` (`client_id`,`planning_status`,`end_at`);--> statement-breakpoint
CREATE INDEX `components_end_at` ON `components` (`client_id`,`end_at`);--> statement-breakpoint
CREATE INDEX `components_start_at` ON `components` (`client_id`,`start_at`);--> statement-breakpoint
CREATE INDEX `components_template` ON `components` (`client_id`,`template_id`,`start_at`,`id`);--> statement-breakpoint
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
CREATE TABLE `media` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`external_id` text,
	`kind` text NOT NULL,
	`title` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`language` text DEFAULT 'en' NOT NULL,
	`duration_minutes` integer DEFAULT 0 NOT NULL,
	`current_version` integer DEFAULT 1 NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`connector_id` integer,
	`provider_item_id` text,
	`launch` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `media_provider_item` ON `media` (`connector_id`,`provider_item_id`);--> statement-breakpoint
CREATE INDEX `media_client` ON `media` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `media_external_id` ON `media` (`client_id`,`external_id`);--> statement-breakpoint
CREATE TABLE `media_versions` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`media_id` integer NOT NULL,
	`version` integer NOT NULL,
	`metadata` text DEFAULT '{}' NOT NULL,
	`metadata_hash` text DEFAULT '' NOT NULL,
	`file_prefix` text DEFAULT '' NOT NULL,
	`run_id` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`media_id`) REFERENCES `media`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `media_versions_version` ON `media_versions` (`media_id`,`version`);--> statement-breakpoint
CREATE INDEX `media_versions_client` ON `media_versions` (`client_id`,`media_id`);--> statement-breakpoint
CREATE TABLE `syllabus_items` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`parent_id` integer,
	`kind` text NOT NULL,
	`media_id` integer,
	`media_version` integer,
	`ref_component_id` integer,
	`position` integer DEFAULT 0 NOT NULL,
	`level_no` integer,
	`mandatory` integer DEFAULT true NOT NULL,
	`visible` integer DEFAULT true NOT NULL,
	`display_from_at` integer,
	`display_till_at` integer,
	`unlock_rule` text,
	`source_item_id` integer,
	`added_at` integer NOT NULL,
	`removed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`media_id`) REFERENCES `media`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`ref_component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`source_item_id`) REFERENCES `syllabus_items`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `syllabus_items_component` ON `syllabus_items` (`client_id`,`component_id`,`position`);--> statement-breakpoint
CREATE INDEX `syllabus_items_media` ON `syllabus_items` (`client_id`,`media_id`);--> statement-breakpoint
CREATE INDEX `syllabus_items_ref_component` ON `syllabus_items` (`client_id`,`ref_component_id`);--> statement-breakpoint
CREATE INDEX `syllabus_items_added` ON `syllabus_items` (`client_id`,`added_at`);--> statement-breakpoint
CREATE INDEX `syllabus_items_source` ON `syllabus_items` (`source_item_id`);--> statement-breakpoint
CREATE TABLE `enrolment_exceptions` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`mode` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `enrolment_exceptions_key` ON `enrolment_exceptions` (`component_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `enrolment_exceptions_component` ON `enrolment_exceptions` (`client_id`,`component_id`,`mode`,`person_id`);--> statement-breakpoint
CREATE INDEX `enrolment_exceptions_person` ON `enrolment_exceptions` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `enrolment_rules` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`group_id` integer NOT NULL,
	`enrolment_status` text NOT NULL,
	`active_from_on` text,
	`days_to_finish` integer,
	`include_new_members` integer DEFAULT true NOT NULL,
	`first_run_at` integer,
	`auto_cancel` integer DEFAULT false NOT NULL,
	`auto_course_enrolment` integer DEFAULT false NOT NULL,
	`due_mode` text DEFAULT 'none' NOT NULL,
	`due_on` text,
	`due_mmdd` text,
	`recertify` integer DEFAULT false NOT NULL,
	`recert_mode` text DEFAULT 'yearly' NOT NULL,
	`recert_interval_months` integer,
	`reenrol_closed` integer DEFAULT false NOT NULL,
	`change_after_days` integer,
	`change_to` text,
	`reset_scorm` integer DEFAULT false NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `enrolment_rules_active` ON `enrolment_rules` (`client_id`,`active`,`id`);--> statement-breakpoint
CREATE INDEX `enrolment_rules_component` ON `enrolment_rules` (`client_id`,`component_id`);--> statement-breakpoint
CREATE INDEX `enrolment_rules_group` ON `enrolment_rules` (`client_id`,`group_id`);--> statement-breakpoint
CREATE TABLE `program_status_update_log` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`registration_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`from_status` text NOT NULL,
	`to_status` text NOT NULL,
	`trigger` text NOT NULL,
	`at` integer NOT NULL,
	`run_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `program_status_update_log_registration` ON `program_status_update_log` (`registration_id`);--> statement-breakpoint
CREATE INDEX `program_status_update_log_person` ON `program_status_update_log` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `recert_periods` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`registration_id` integer NOT NULL,
	`section_id` integer NOT NULL,
	`cycle_no` integer NOT NULL,
	`start_on` text NOT NULL,
	`due_on` text NOT NULL,
	`end_on` text NOT NULL,
	`state` text DEFAULT 'pending' NOT NULL,
	`achieved_on` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `recert_periods_cycle` ON `recert_periods` (`registration_id`,`section_id`,`cycle_no`);--> statement-breakpoint
CREATE INDEX `recert_periods_registration` ON `recert_periods` (`client_id`,`registration_id`);--> statement-breakpoint
CREATE INDEX `recert_periods_section` ON `recert_periods` (`client_id`,`section_id`,`state`);--> statement-breakpoint
CREATE INDEX `recert_periods_due` ON `recert_periods` (`client_id`,`due_on`);--> statement-breakpoint
CREATE TABLE `recert_sections` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`folder_item_id` integer NOT NULL,
	`section_no` integer NOT NULL,
	`start_mode` text NOT NULL,
	`start_on` text,
	`start_offset_days` integer,
	`due_days` integer NOT NULL,
	`end_days` integer NOT NULL,
	`interval_months` integer,
	`early_days` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`folder_item_id`) REFERENCES `syllabus_items`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `recert_sections_component` ON `recert_sections` (`client_id`,`component_id`);--> statement-breakpoint
CREATE INDEX `recert_sections_folder` ON `recert_sections` (`folder_item_id`);--> statement-breakpoint
CREATE TABLE `registrations` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`cycle_no` integer DEFAULT 1 NOT NULL,
	`parent_registration_id` integer,
	`status` text NOT NULL,
	`source` text DEFAULT 'manual' NOT NULL,
	`source_ref` text,
	`booked_at` integer,
	`due_on` text,
	`started_at` integer,
	`completed_at` integer,
	`cancelled_at` integer,
	`cancel_reason` text,
	`score_scaled` real,
	`progress_pct` integer,
	`current_level` integer,
	`level_structure_version` integer,
	`prerequisite_status` text DEFAULT 'none' NOT NULL,
	`prerequisite_checked_at` integer,
	`next_due_on` text,
	`suppress_notifications` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `registrations_cycle` ON `registrations` (`component_id`,`person_id`,`cycle_no`);--> statement-breakpoint
CREATE UNIQUE INDEX `registrations_source` ON `registrations` (`client_id`,`source`,`source_ref`);--> statement-breakpoint
CREATE INDEX `registrations_component` ON `registrations` (`client_id`,`component_id`,`status`,`id`,`person_id`);--> statement-breakpoint
CREATE INDEX `registrations_person` ON `registrations` (`client_id`,`person_id`,`component_id`,`status`);--> statement-breakpoint
CREATE INDEX `registrations_client` ON `registrations` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `registrations_parent` ON `registrations` (`client_id`,`parent_registration_id`);--> statement-breakpoint
CREATE INDEX `registrations_due` ON `registrations` (`client_id`,`due_on`,`id`);--> statement-breakpoint
CREATE INDEX `registrations_next_due` ON `registrations` (`client_id`,`component_id`,`next_due_on`);--> statement-breakpoint
CREATE INDEX `registrations_booked` ON `registrations` (`client_id`,`booked_at`);--> statement-breakpoint
CREATE INDEX `registrations_completed` ON `registrations` (`client_id`,`completed_at`);--> statement-breakpoint
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
CREATE INDEX `files_stored` ON `files` (`client_id`,`kind`,`stored_at`);--> statement-breakpoint
CREATE INDEX `files_access_token` ON `files` (`access_token_hash`);--> statement-breakpoint
CREATE TABLE `meta_values` (
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`meta_tag_id` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`component_id`, `meta_tag_id`),
	FOREIGN KEY (`component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `meta_values_tag` ON `meta_values` (`client_id`,`meta_tag_id`,`value`,`component_id`);--> statement-breakpoint
CREATE INDEX `meta_values_component` ON `meta_values` (`client_id`,`component_id`);--> statement-breakpoint
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
CREATE INDEX `group_members_person` ON `group_members` (`client_id`,`person_id`,`group_id`);--> statement-breakpoint
CREATE INDEX `group_members_group` ON `group_members` (`client_id`,`group_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `group_members_person_key` ON `group_members` (`person_id`);--> statement-breakpoint
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
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`parent_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `groups_external_id` ON `groups` (`client_id`,`source`,`external_id`);--> statement-breakpoint
CREATE INDEX `groups_kind` ON `groups` (`client_id`,`kind`,`id`);--> statement-breakpoint
CREATE INDEX `groups_parent` ON `groups` (`client_id`,`parent_id`);--> statement-breakpoint
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
	PRIMARY KEY(`file_id`, `key`),
	FOREIGN KEY (`file_id`) REFERENCES `files`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `import_seen_client` ON `import_seen` (`client_id`,`file_id`);--> statement-breakpoint
CREATE TABLE `license_limits` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`metric` text NOT NULL,
	`max_count` integer NOT NULL,
	`alert_state` text DEFAULT 'ok' NOT NULL,
	`last_alert_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `license_limits_client` ON `license_limits` (`client_id`,`metric`);--> statement-breakpoint
CREATE TABLE `online_user_stats` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`taken_at` integer NOT NULL,
	`user_count` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `online_user_stats_taken` ON `online_user_stats` (`client_id`,`taken_at`);--> statement-breakpoint
CREATE TABLE `person_sessions` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`started_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`ended_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `person_sessions_open` ON `person_sessions` (`client_id`,`ended_at`,`last_seen_at`);--> statement-breakpoint
CREATE INDEX `person_sessions_person` ON `person_sessions` (`client_id`,`person_id`,`ended_at`);--> statement-breakpoint
CREATE INDEX `person_sessions_person_key` ON `person_sessions` (`person_id`);--> statement-breakpoint
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
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`supervisor_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`deletion_requested_by`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `persons_username` ON `persons` (`client_id`,`username`);--> statement-breakpoint
CREATE UNIQUE INDEX `persons_external_id` ON `persons` (`client_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `persons_import_source` ON `persons` (`client_id`,`import_source`,`id`);--> statement-breakpoint
CREATE INDEX `persons_client` ON `persons` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `persons_status` ON `persons` (`client_id`,`auth_status`,`id`);--> statement-breakpoint
CREATE INDEX `persons_deletion` ON `persons` (`client_id`,`id`,`deletion_on`) WHERE deletion_on IS NOT NULL;--> statement-breakpoint
CREATE INDEX `persons_staff` ON `persons` (`client_id`,`supervisor_id`);--> statement-breakpoint
CREATE INDEX `persons_supervisor` ON `persons` (`supervisor_id`);--> statement-breakpoint
CREATE INDEX `persons_deletion_requested_by` ON `persons` (`deletion_requested_by`);--> statement-breakpoint
CREATE TABLE `attempts` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`registration_id` integer,
	`item_id` integer,
	`person_id` integer NOT NULL,
	`media_id` integer NOT NULL,
	`no` integer DEFAULT 1 NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`is_preview` integer DEFAULT false NOT NULL,
	`archived` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `attempts_person` ON `attempts` (`client_id`,`person_id`,`media_id`);--> statement-breakpoint
CREATE INDEX `attempts_registration` ON `attempts` (`client_id`,`registration_id`);--> statement-breakpoint
CREATE INDEX `attempts_preview` ON `attempts` (`client_id`,`is_preview`,`started_at`);--> statement-breakpoint
CREATE TABLE `cmi_data` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`attempt_id` integer NOT NULL,
	`element` text NOT NULL,
	`value` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cmi_data_element` ON `cmi_data` (`attempt_id`,`element`);--> statement-breakpoint
CREATE INDEX `cmi_data_attempt` ON `cmi_data` (`client_id`,`attempt_id`);--> statement-breakpoint
CREATE TABLE `exercise_submissions` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`item_id` integer NOT NULL,
	`team_group_id` integer NOT NULL,
	`submitted_at` integer NOT NULL,
	`result` text,
	`score_scaled` real,
	`correction` text DEFAULT '{}' NOT NULL,
	`correction_state` text DEFAULT 'draft' NOT NULL,
	`publish_at` integer,
	`published_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`team_group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `exercise_submissions_publish` ON `exercise_submissions` (`client_id`,`correction_state`,`publish_at`);--> statement-breakpoint
CREATE INDEX `exercise_submissions_team` ON `exercise_submissions` (`client_id`,`team_group_id`);--> statement-breakpoint
CREATE TABLE `item_progress` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`registration_id` integer NOT NULL,
	`item_id` integer NOT NULL,
	`status` text DEFAULT 'not_attempted' NOT NULL,
	`score_scaled` real,
	`first_at` integer,
	`last_at` integer,
	`completed_at` integer,
	`locked` integer DEFAULT false NOT NULL,
	`source` text DEFAULT 'lms' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `item_progress_item` ON `item_progress` (`registration_id`,`item_id`);--> statement-breakpoint
CREATE INDEX `item_progress_registration` ON `item_progress` (`client_id`,`registration_id`);--> statement-breakpoint
CREATE INDEX `item_progress_status` ON `item_progress` (`client_id`,`item_id`,`status`,`registration_id`);--> statement-breakpoint
CREATE TABLE `tracking_daily` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`day_on` text NOT NULL,
	`person_id` integer DEFAULT 0 NOT NULL,
	`component_id` integer DEFAULT 0 NOT NULL,
	`item_id` integer DEFAULT 0 NOT NULL,
	`event` text NOT NULL,
	`event_count` integer NOT NULL,
	`duration_s` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tracking_daily_key` ON `tracking_daily` (`client_id`,`day_on`,`person_id`,`component_id`,`item_id`,`event`);--> statement-breakpoint
CREATE INDEX `tracking_daily_person` ON `tracking_daily` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `tracking_events` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`component_id` integer,
	`item_id` integer,
	`event` text NOT NULL,
	`duration_s` integer DEFAULT 0 NOT NULL,
	`at` integer NOT NULL,
	`day_on` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tracking_events_day` ON `tracking_events` (`client_id`,`day_on`,`id`);--> statement-breakpoint
CREATE INDEX `tracking_events_person` ON `tracking_events` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `xapi_auth_tokens` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`token_hash` text NOT NULL,
	`person_id` integer NOT NULL,
	`media_id` integer NOT NULL,
	`registration_uuid` text NOT NULL,
	`issued_at` integer NOT NULL,
	`fetched_at` integer,
	`last_used_at` integer,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `xapi_auth_tokens_hash` ON `xapi_auth_tokens` (`token_hash`);--> statement-breakpoint
CREATE INDEX `xapi_auth_tokens_expiry` ON `xapi_auth_tokens` (`client_id`,`expires_at`);--> statement-breakpoint
CREATE INDEX `xapi_auth_tokens_person` ON `xapi_auth_tokens` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `report_calls` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`token_hash` text NOT NULL,
	`report_id` integer NOT NULL,
	`requested_by` integer,
	`requested_at` integer NOT NULL,
	`finished_at` integer,
	`expires_at` integer NOT NULL,
	`state` text DEFAULT 'queued' NOT NULL,
	`file_id` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `report_calls_token` ON `report_calls` (`token_hash`);--> statement-breakpoint
CREATE INDEX `report_calls_state` ON `report_calls` (`client_id`,`state`,`finished_at`);--> statement-breakpoint
CREATE INDEX `report_calls_expiry` ON `report_calls` (`client_id`,`expires_at`);--> statement-breakpoint
CREATE INDEX `report_calls_requester` ON `report_calls` (`client_id`,`requested_by`);--> statement-breakpoint
CREATE TABLE `report_subscriptions` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`report_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`weekdays` text NOT NULL,
	`format` text NOT NULL,
	`filters` text DEFAULT '{}' NOT NULL,
	`locale` text DEFAULT 'en' NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `report_subscriptions_active` ON `report_subscriptions` (`client_id`,`active`,`id`);--> statement-breakpoint
CREATE INDEX `report_subscriptions_report` ON `report_subscriptions` (`client_id`,`report_id`);--> statement-breakpoint
CREATE INDEX `report_subscriptions_person` ON `report_subscriptions` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `reports` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`definition` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `reports_client` ON `reports` (`client_id`,`key`);--> statement-breakpoint
CREATE TABLE `certificates` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`major_version` integer DEFAULT 1 NOT NULL,
	`template` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `certificates_client` ON `certificates` (`client_id`,`id`);--> statement-breakpoint
CREATE TABLE `certification_credits` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`person_certification_id` integer NOT NULL,
	`source_ref` text NOT NULL,
	`amount` real NOT NULL,
	`credited_on` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `certification_credits_source` ON `certification_credits` (`person_certification_id`,`source_ref`);--> statement-breakpoint
CREATE INDEX `certification_credits_period` ON `certification_credits` (`client_id`,`person_certification_id`);--> statement-breakpoint
CREATE TABLE `certification_links` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`certification_id` integer NOT NULL,
	`component_id` integer,
	`media_id` integer,
	`amount` real NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `certification_links_certification` ON `certification_links` (`client_id`,`certification_id`);--> statement-breakpoint
CREATE INDEX `certification_links_component` ON `certification_links` (`client_id`,`component_id`);--> statement-breakpoint
CREATE INDEX `certification_links_media` ON `certification_links` (`client_id`,`media_id`);--> statement-breakpoint
CREATE TABLE `certifications` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`name` text NOT NULL,
	`format` text NOT NULL,
	`required_amount` real NOT NULL,
	`duration_months` integer NOT NULL,
	`start_mode` text DEFAULT 'assignment' NOT NULL,
	`common_start_mmdd` text,
	`carry_over` integer DEFAULT false NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `certifications_client` ON `certifications` (`client_id`,`id`);--> statement-breakpoint
CREATE TABLE `issued_certificates` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`registration_id` integer NOT NULL,
	`certificate_id` integer NOT NULL,
	`major_version` integer NOT NULL,
	`status_number` integer NOT NULL,
	`issued_on` text NOT NULL,
	`revoked_at` integer,
	`file_id` integer,
	`file_deleted_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`file_id`) REFERENCES `files`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `issued_certificates_key` ON `issued_certificates` (`registration_id`,`certificate_id`,`major_version`,`status_number`);--> statement-breakpoint
CREATE INDEX `issued_certificates_registration` ON `issued_certificates` (`client_id`,`registration_id`);--> statement-breakpoint
CREATE INDEX `issued_certificates_file` ON `issued_certificates` (`file_id`);--> statement-breakpoint
CREATE TABLE `person_certifications` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`certification_id` integer NOT NULL,
	`period_no` integer NOT NULL,
	`start_on` text NOT NULL,
	`end_on` text NOT NULL,
	`amount` real DEFAULT 0 NOT NULL,
	`status` text DEFAULT 'in_progress' NOT NULL,
	`is_current` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `person_certifications_period` ON `person_certifications` (`person_id`,`certification_id`,`period_no`);--> statement-breakpoint
CREATE INDEX `person_certifications_person` ON `person_certifications` (`client_id`,`person_id`,`certification_id`);--> statement-breakpoint
CREATE INDEX `person_certifications_status` ON `person_certifications` (`client_id`,`certification_id`,`status`,`person_id`);--> statement-breakpoint
CREATE INDEX `person_certifications_current` ON `person_certifications` (`client_id`,`is_current`,`end_on`);--> statement-breakpoint
CREATE INDEX `person_certifications_end` ON `person_certifications` (`client_id`,`end_on`);--> statement-breakpoint
CREATE TABLE `person_skills` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`skill_id` integer NOT NULL,
	`current_level` integer NOT NULL,
	`valid_until_on` text,
	`display_state` text DEFAULT 'held' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `person_skills_key` ON `person_skills` (`person_id`,`skill_id`);--> statement-breakpoint
CREATE INDEX `person_skills_person` ON `person_skills` (`client_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `person_skills_level` ON `person_skills` (`client_id`,`skill_id`,`current_level`,`person_id`);--> statement-breakpoint
CREATE INDEX `person_skills_state` ON `person_skills` (`client_id`,`display_state`,`valid_until_on`);--> statement-breakpoint
CREATE INDEX `person_skills_valid_until` ON `person_skills` (`client_id`,`valid_until_on`);--> statement-breakpoint
CREATE TABLE `skill_achievements` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`skill_id` integer NOT NULL,
	`level` integer NOT NULL,
	`achieved_on` text NOT NULL,
	`expires_on` text,
	`source_ref` text NOT NULL,
	`state` text DEFAULT 'active' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `skill_achievements_source` ON `skill_achievements` (`person_id`,`skill_id`,`source_ref`);--> statement-breakpoint
CREATE INDEX `skill_achievements_expiry` ON `skill_achievements` (`client_id`,`state`,`expires_on`);--> statement-breakpoint
CREATE INDEX `skill_achievements_person` ON `skill_achievements` (`client_id`,`person_id`,`skill_id`);--> statement-breakpoint
CREATE TABLE `skills` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`name` text NOT NULL,
	`max_level` integer DEFAULT 1 NOT NULL,
	`auto_expire` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `skills_client` ON `skills` (`client_id`,`id`);