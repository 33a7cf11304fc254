CREATE TABLE `lti_scores` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`session_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`score_at` integer NOT NULL,
	`activity_progress` text NOT NULL,
	`grading_progress` text NOT NULL,
	`score_given` real,
	`score_maximum` real,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `vc_sessions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `lti_scores_key` ON `lti_scores` (`session_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `lti_scores_person` ON `lti_scores` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `vc_templates` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`connector_id` integer NOT NULL,
	`remote_id` text NOT NULL,
	`name` text NOT NULL,
	`folder` text DEFAULT '' NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`remote_updated_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vc_templates_remote` ON `vc_templates` (`connector_id`,`remote_id`);--> statement-breakpoint
CREATE INDEX `vc_templates_client` ON `vc_templates` (`client_id`,`connector_id`,`id`);--> statement-breakpoint
CREATE TABLE `catalogue_items` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer,
	`parent_id` integer,
	`title` text NOT NULL,
	`visible` integer DEFAULT true NOT NULL,
	`is_public` integer DEFAULT false NOT NULL,
	`added_at` integer NOT NULL,
	`announced_run_id` integer,
	`connector_id` integer,
	`product_id` text,
	`variant_id` text,
	`product_handle` text,
	`price_minor` integer,
	`currency` text,
	`remote_updated_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`parent_id`) REFERENCES `catalogue_items`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `catalogue_items_variant` ON `catalogue_items` (`connector_id`,`variant_id`);--> statement-breakpoint
CREATE INDEX `catalogue_items_client` ON `catalogue_items` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `catalogue_items_component` ON `catalogue_items` (`client_id`,`component_id`);--> statement-breakpoint
CREATE INDEX `catalogue_items_parent` ON `catalogue_items` (`parent_id`);--> statement-breakpoint
CREATE INDEX `catalogue_items_added` ON `catalogue_items` (`client_id`,`added_at`);--> statement-breakpoint
CREATE TABLE `webhook_events` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`provider` text NOT NULL,
	`delivery_id` text NOT NULL,
	`event_id` text,
	`topic` text NOT NULL,
	`source` text DEFAULT '' NOT NULL,
	`payload` text NOT NULL,
	`subject` text,
	`person_id` integer,
	`received_at` integer NOT NULL,
	`processed_at` integer,
	`state` text DEFAULT 'new' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_events_delivery` ON `webhook_events` (`client_id`,`provider`,`delivery_id`);--> statement-breakpoint
CREATE INDEX `webhook_events_subject` ON `webhook_events` (`client_id`,`provider`,`subject`);--> statement-breakpoint
CREATE INDEX `webhook_events_state` ON `webhook_events` (`client_id`,`provider`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_events_person` ON `webhook_events` (`client_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `webhook_events_processed` ON `webhook_events` (`client_id`,`state`,`processed_at`);--> statement-breakpoint
CREATE TABLE `component_staff` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`component_id`) REFERENCES `components`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`person_id`) REFERENCES `persons`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `component_staff_key` ON `component_staff` (`component_id`,`person_id`,`role`);--> statement-breakpoint
CREATE INDEX `component_staff_component` ON `component_staff` (`client_id`,`component_id`,`role`);--> statement-breakpoint
CREATE INDEX `component_staff_person` ON `component_staff` (`client_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `component_staff_person_key` ON `component_staff` (`person_id`);--> statement-breakpoint
CREATE TABLE `coverage_entries` (
	`client_id` integer NOT NULL,
	`rule_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`by` text NOT NULL,
	`since` text NOT NULL,
	PRIMARY KEY(`rule_id`, `person_id`, `component_id`),
	FOREIGN KEY (`rule_id`) REFERENCES `equivalence_rules`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `coverage_entries_person` ON `coverage_entries` (`client_id`,`person_id`,`component_id`);--> statement-breakpoint
CREATE INDEX `coverage_entries_component` ON `coverage_entries` (`client_id`,`component_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `equivalence_rules` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`name` text NOT NULL,
	`relation` text NOT NULL,
	`both_ways` integer DEFAULT false NOT NULL,
	`triggers` text NOT NULL,
	`target_component_id` integer NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`computed_version` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `equivalence_rules_active` ON `equivalence_rules` (`client_id`,`active`,`id`);--> statement-breakpoint
CREATE INDEX `equivalence_rules_target` ON `equivalence_rules` (`client_id`,`target_component_id`);--> statement-breakpoint
CREATE TABLE `erased_people` (
	`client_id` integer NOT NULL,
	`key_hash` text NOT NULL,
	PRIMARY KEY(`client_id`, `key_hash`)
);
--> statement-breakpoint
CREATE TABLE `avetmiss_activities` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`registration_id` integer,
	`training_organisation_id` text DEFAULT '' NOT NULL,
	`delivery_location_id` text DEFAULT '' NOT NULL,
	`client_identifier` text NOT NULL,
	`subject_identifier` text NOT NULL,
	`program_identifier` text DEFAULT '' NOT NULL,
	`activity_start_on` text,
	`activity_end_on` text,
	`delivery_mode` text DEFAULT '' NOT NULL,
	`outcome_identifier_national` text,
	`outcome_identifier_rto` text,
	`funding_source_national` text DEFAULT '' NOT NULL,
	`scheduled_hours` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `avetmiss_activities_key` ON `avetmiss_activities` (`client_id`,`client_identifier`,`subject_identifier`,`program_identifier`);--> statement-breakpoint
CREATE INDEX `avetmiss_activities_registration` ON `avetmiss_activities` (`client_id`,`registration_id`);--> statement-breakpoint
CREATE TABLE `u_monitor_aicc` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`session_id` text NOT NULL,
	`person_id` integer,
	`media_id` integer,
	`command` text NOT NULL,
	`error_code` integer DEFAULT 0 NOT NULL,
	`logged_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `u_monitor_aicc_logged` ON `u_monitor_aicc` (`client_id`,`logged_at`,`id`);--> statement-breakpoint
CREATE INDEX `u_monitor_aicc_person` ON `u_monitor_aicc` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `u_monitor_aicc_content` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`monitor_id` integer NOT NULL,
	`direction` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`monitor_id`) REFERENCES `u_monitor_aicc`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `u_monitor_aicc_content_monitor` ON `u_monitor_aicc_content` (`monitor_id`);--> statement-breakpoint
CREATE INDEX `u_monitor_aicc_content_client` ON `u_monitor_aicc_content` (`client_id`,`monitor_id`);--> statement-breakpoint
CREATE TABLE `report_views` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`report_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`filters` text DEFAULT '{}' NOT NULL,
	`columns` text DEFAULT '[]' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `report_views_key` ON `report_views` (`report_id`,`person_id`);--> statement-breakpoint
CREATE INDEX `report_views_person` ON `report_views` (`client_id`,`person_id`);--> statement-breakpoint
CREATE TABLE `search_indexes` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`entity` text NOT NULL,
	`backend` text NOT NULL,
	`collection` text NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`state` text DEFAULT 'never_built' NOT NULL,
	`expected_docs` integer DEFAULT 0 NOT NULL,
	`last_full_at` integer,
	`last_delta_at` integer,
	`last_change_id` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `search_indexes_client` ON `search_indexes` (`client_id`,`active`,`id`);--> statement-breakpoint
CREATE TABLE `profile_skills` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`group_id` integer NOT NULL,
	`skill_id` integer NOT NULL,
	`min_level` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `profile_skills_key` ON `profile_skills` (`group_id`,`skill_id`);--> statement-breakpoint
CREATE INDEX `profile_skills_skill` ON `profile_skills` (`client_id`,`skill_id`);--> statement-breakpoint
CREATE TABLE `skill_grants` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`component_id` integer NOT NULL,
	`skill_id` integer NOT NULL,
	`level` integer NOT NULL,
	`valid_months` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `skill_grants_key` ON `skill_grants` (`component_id`,`skill_id`);--> statement-breakpoint
CREATE INDEX `skill_grants_component` ON `skill_grants` (`client_id`,`component_id`);--> statement-breakpoint
CREATE INDEX `skill_grants_skill` ON `skill_grants` (`client_id`,`skill_id`);--> statement-breakpoint
DROP INDEX `persons_username`;--> statement-breakpoint
ALTER TABLE `persons` ADD `username_key` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `persons` ADD `passive_reason` text;--> statement-breakpoint
ALTER TABLE `persons` ADD `activated_on` text;--> statement-breakpoint
UPDATE `persons` SET `username_key` = lower(`username`);--> statement-breakpoint
UPDATE `persons` SET `username_key` = (
	WITH RECURSIVE fold(n, key) AS (
		SELECT 0, `username_key`
		UNION ALL
		SELECT n + 1, replace(key, substr('ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ', n + 1, 1), substr('àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĳĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷÿźżžαβγδεζηθικλμνξοπρστυφχψωάέήίόύώѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрстуфхцчшщъыьэюя', n + 1, 1)) FROM fold WHERE n < 171
	)
	SELECT key FROM fold WHERE n = 171
) WHERE `username` GLOB '*[^ -~]*';--> statement-breakpoint
UPDATE `persons` SET `username_key` = `username_key` || ' (' || `id` || ')' WHERE EXISTS (
	SELECT 1 FROM `persons` AS earlier WHERE earlier.`client_id` = `persons`.`client_id` AND earlier.`username` <> `persons`.`username`
		AND lower(earlier.`username`) = lower(`persons`.`username`) AND earlier.`id` < `persons`.`id`
);--> statement-breakpoint
CREATE UNIQUE INDEX `persons_username_key` ON `persons` (`client_id`,`username_key`);--> statement-breakpoint
DROP INDEX `orders_remote_id`;--> statement-breakpoint
ALTER TABLE `orders` ADD `error` text;--> statement-breakpoint
CREATE UNIQUE INDEX `orders_remote_id` ON `orders` (`client_id`,`provider`,`remote_id`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_report_subscriptions` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`report_id` integer NOT NULL,
	`audience` text DEFAULT 'person' NOT NULL,
	`person_id` integer,
	`group_id` integer,
	`schedule` text DEFAULT 'weekdays' NOT NULL,
	`weekdays` text DEFAULT '[]' NOT NULL,
	`month_day` integer,
	`format` text NOT NULL,
	`filters` text,
	`skip_when_empty` integer DEFAULT false NOT NULL,
	`locale` text DEFAULT 'en' NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_report_subscriptions`("id", "client_id", "report_id", "person_id", "weekdays", "format", "filters", "locale", "active", "created_at", "updated_at") SELECT "id", "client_id", "report_id", "person_id", "weekdays", "format", "filters", "locale", "active", "created_at", "updated_at" FROM `report_subscriptions`;--> statement-breakpoint
DROP TABLE `report_subscriptions`;--> statement-breakpoint
ALTER TABLE `__new_report_subscriptions` RENAME TO `report_subscriptions`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `report_subscriptions_active` ON `report_subscriptions` (`client_id`,`active`,`id`);--> statement-breakpoint
CREATE INDEX `report_subscriptions_report` ON `report_subscriptions` (`client_id`,`report_id`);--> statement-breakpoint
CREATE INDEX `report_subscriptions_group` ON `report_subscriptions` (`client_id`,`group_id`);--> statement-breakpoint
CREATE INDEX `report_subscriptions_person` ON `report_subscriptions` (`client_id`,`person_id`);--> statement-breakpoint
ALTER TABLE `vc_sessions` ADD `remote_kind` text;--> statement-breakpoint
ALTER TABLE `messages` ADD `about_person_id` integer;--> statement-breakpoint
CREATE INDEX `messages_about_person` ON `messages` (`client_id`,`about_person_id`);--> statement-breakpoint
ALTER TABLE `push_devices` ADD `target_kind` text DEFAULT 'token' NOT NULL;--> statement-breakpoint
ALTER TABLE `syllabus_items` ADD `title` text;--> statement-breakpoint
ALTER TABLE `syllabus_items` ADD `announced_run_id` integer;--> statement-breakpoint
ALTER TABLE `recert_periods` ADD `prior` text;--> statement-breakpoint
ALTER TABLE `recert_sections` ADD `next_from` text DEFAULT 'schedule' NOT NULL;--> statement-breakpoint
ALTER TABLE `recert_sections` ADD `min_active_days` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `recert_sections` ADD `late` text DEFAULT 'locked' NOT NULL;--> statement-breakpoint
ALTER TABLE `recert_sections` ADD `auto_register` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `registrations` ADD `status_by_hand_at` integer;--> statement-breakpoint
ALTER TABLE `files` ADD `fingerprint` text;--> statement-breakpoint
CREATE INDEX `files_fingerprint` ON `files` (`client_id`,`fingerprint`);--> statement-breakpoint
ALTER TABLE `xapi_auth_tokens` ADD `launch` text DEFAULT 'tincan' NOT NULL;--> statement-breakpoint
ALTER TABLE `xapi_auth_tokens` ADD `terminated_at` integer;--> statement-breakpoint
ALTER TABLE `xapi_auth_tokens` ADD `abandoned_at` integer;--> statement-breakpoint
ALTER TABLE `issued_certificates` ADD `person_id` integer;--> statement-breakpoint
ALTER TABLE `issued_certificates` ADD `component_id` integer;--> statement-breakpoint
ALTER TABLE `issued_certificates` ADD `title` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `issued_certificates` ADD `verification_code` text;--> statement-breakpoint
CREATE UNIQUE INDEX `issued_certificates_verification` ON `issued_certificates` (`client_id`,`verification_code`,`major_version`);--> statement-breakpoint
CREATE INDEX `issued_certificates_person` ON `issued_certificates` (`client_id`,`person_id`);--> statement-breakpoint
UPDATE `issued_certificates` SET
	`person_id` = (SELECT `person_id` FROM `registrations` WHERE `registrations`.`id` = `issued_certificates`.`registration_id`),
	`component_id` = (SELECT `component_id` FROM `registrations` WHERE `registrations`.`id` = `issued_certificates`.`registration_id`);--> statement-breakpoint
UPDATE `issued_certificates` SET `title` = coalesce((SELECT `title` FROM `components` WHERE `components`.`id` = `issued_certificates`.`component_id`), '');--> statement-breakpoint
UPDATE `certificates` SET `kind` = 'component' WHERE `kind` = 'system_generated';
