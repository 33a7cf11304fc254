// biome-ignore-all format: written by `npm run migrations` from the SQL files beside it
import type { Migration } from "../../src/store/migrations.ts";

/** The `control` set, in order. */
export const migrations: readonly Migration[] = [
  {
    name: "0000_first",
    statements: [
      `CREATE TABLE \`admin_sessions\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`token_hash\` text NOT NULL,
	\`admin_id\` integer NOT NULL,
	\`created_at\` integer NOT NULL,
	\`last_seen_at\` integer NOT NULL,
	\`expires_at\` integer NOT NULL,
	\`user_agent\` text DEFAULT '' NOT NULL,
	\`address\` text DEFAULT '' NOT NULL,
	\`method\` text DEFAULT 'password' NOT NULL
);`,
      `CREATE UNIQUE INDEX \`admin_sessions_token_hash_unique\` ON \`admin_sessions\` (\`token_hash\`);`,
      `CREATE INDEX \`admin_sessions_admin\` ON \`admin_sessions\` (\`admin_id\`);`,
      `CREATE INDEX \`admin_sessions_expiry\` ON \`admin_sessions\` (\`expires_at\`);`,
      `CREATE TABLE \`admins\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`email\` text NOT NULL,
	\`name\` text NOT NULL,
	\`password_hash\` text,
	\`must_change_password\` integer DEFAULT false NOT NULL,
	\`role\` text NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`active\` integer DEFAULT true NOT NULL,
	\`last_sign_in_at\` integer,
	\`oidc_issuer\` text,
	\`oidc_subject\` text,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`admins_email_unique\` ON \`admins\` (\`email\`);`,
      `CREATE UNIQUE INDEX \`admins_oidc\` ON \`admins\` (\`oidc_issuer\`,\`oidc_subject\`);`,
      `CREATE TABLE \`oidc_nonces\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`nonce_hash\` text NOT NULL,
	\`issuer\` text NOT NULL,
	\`issued_at\` integer NOT NULL,
	\`used_at\` integer,
	\`expires_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`oidc_nonces_issuer_hash\` ON \`oidc_nonces\` (\`issuer\`,\`nonce_hash\`);`,
      `CREATE INDEX \`oidc_nonces_used\` ON \`oidc_nonces\` (\`used_at\`);`,
      `CREATE INDEX \`oidc_nonces_expiry\` ON \`oidc_nonces\` (\`expires_at\`);`,
      `CREATE TABLE \`sign_in_attempts\` (
	\`key\` text PRIMARY KEY NOT NULL,
	\`failures\` integer NOT NULL,
	\`blocked_until\` integer DEFAULT 0 NOT NULL,
	\`last_at\` integer NOT NULL
);`,
      `CREATE TABLE \`client_moves\` (
	\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	\`client_id\` integer NOT NULL,
	\`source_url\` text,
	\`source_token_enc\` text,
	\`target_url\` text,
	\`target_token_enc\` text,
	\`phase\` text NOT NULL,
	\`position\` text,
	\`started_at\` integer NOT NULL,
	\`moved_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`client_moves_client_id_unique\` ON \`client_moves\` (\`client_id\`);`,
      `CREATE TABLE \`clients\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`key\` text NOT NULL,
	\`name\` text NOT NULL,
	\`status\` text DEFAULT 'active' NOT NULL,
	\`time_zone\` text NOT NULL,
	\`default_locale\` text DEFAULT 'en' NOT NULL,
	\`host\` text,
	\`sitemap_enabled\` integer,
	\`license_alert_email\` text,
	\`deletion_delay_months\` integer DEFAULT 0 NOT NULL,
	\`deletion_mode\` text DEFAULT 'anonymise' NOT NULL,
	\`deactivation_mode\` integer DEFAULT 0 NOT NULL,
	\`deactivation_days\` integer,
	\`database_url\` text,
	\`database_token_enc\` text,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`clients_key_unique\` ON \`clients\` (\`key\`);`,
      `CREATE INDEX \`clients_name\` ON \`clients\` (\`name\`,\`id\`);`,
      `CREATE TABLE \`connectors\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`client_id\` integer NOT NULL,
	\`kind\` text NOT NULL,
	\`name\` text NOT NULL,
	\`active\` integer DEFAULT true NOT NULL,
	\`base_url\` text,
	\`config\` text DEFAULT '{}' NOT NULL,
	\`secret_enc\` text,
	\`secret_set_at\` integer,
	\`access_token_enc\` text,
	\`access_expires_at\` integer,
	\`refresh_token_enc\` text,
	\`refresh_expires_at\` integer,
	\`state\` text DEFAULT 'ok' NOT NULL,
	\`last_ok_at\` integer,
	\`last_error\` text,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE INDEX \`connectors_client\` ON \`connectors\` (\`client_id\`,\`kind\`);`,
      `CREATE TABLE \`meta_tags\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`name\` text NOT NULL,
	\`value_type\` text NOT NULL,
	\`enum_values\` text DEFAULT '[]' NOT NULL
);`,
      `CREATE TABLE \`settings\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`key\` text NOT NULL,
	\`value\` text NOT NULL,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`settings_key\` ON \`settings\` (\`client_id\`,\`key\`);`,
      `CREATE TABLE \`texts\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`key\` text NOT NULL,
	\`locale\` text NOT NULL,
	\`value\` text NOT NULL,
	\`version\` integer NOT NULL,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`texts_key\` ON \`texts\` (\`client_id\`,\`key\`,\`locale\`);`,
      `CREATE INDEX \`texts_version\` ON \`texts\` (\`version\`);`,
      `CREATE TABLE \`blackouts\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`starts_at\` integer NOT NULL,
	\`ends_at\` integer NOT NULL,
	\`note\` text DEFAULT '' NOT NULL,
	\`created_by\` text DEFAULT '' NOT NULL,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE INDEX \`blackouts_end\` ON \`blackouts\` (\`ends_at\`);`,
      `CREATE TABLE \`calendars\` (
	\`client_id\` integer NOT NULL,
	\`day\` text NOT NULL,
	\`name\` text DEFAULT '' NOT NULL
);`,
      `CREATE UNIQUE INDEX \`calendars_key\` ON \`calendars\` (\`client_id\`,\`day\`);`,
      `CREATE TABLE \`heavy_permits\` (
	\`run_id\` integer PRIMARY KEY NOT NULL,
	\`pool\` text DEFAULT '' NOT NULL,
	\`client_id\` integer NOT NULL,
	\`wanted_at\` integer NOT NULL,
	\`seen_at\` integer NOT NULL,
	\`expires_at\` integer
);`,
      `CREATE INDEX \`heavy_permits_pool\` ON \`heavy_permits\` (\`pool\`,\`wanted_at\`);`,
      `CREATE TABLE \`job_stats\` (
	\`job_id\` integer NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`failures_in_a_row\` integer DEFAULT 0 NOT NULL,
	\`runs\` integer DEFAULT 0 NOT NULL,
	\`last_run_id\` integer,
	\`last_state\` text,
	\`last_ended_at\` integer,
	\`last_duration_ms\` integer,
	\`durations\` text DEFAULT '[]' NOT NULL,
	\`fates\` text DEFAULT '' NOT NULL,
	\`last_failed_at\` integer
);`,
      `CREATE UNIQUE INDEX \`job_stats_key\` ON \`job_stats\` (\`job_id\`,\`client_id\`);`,
      `CREATE INDEX \`job_stats_failing\` ON \`job_stats\` (\`job_id\`,\`failures_in_a_row\`) WHERE failures_in_a_row > 0;`,
      `CREATE INDEX \`job_stats_failed\` ON \`job_stats\` (\`client_id\`,\`last_failed_at\`,\`job_id\`) WHERE last_failed_at IS NOT NULL;`,
      `CREATE TABLE \`job_totals\` (
	\`job_id\` integer PRIMARY KEY NOT NULL,
	\`runs\` integer DEFAULT 0 NOT NULL,
	\`last_run_id\` integer,
	\`last_state\` text,
	\`last_ended_at\` integer,
	\`last_duration_ms\` integer,
	\`durations\` text DEFAULT '[]' NOT NULL,
	\`fates\` text DEFAULT '' NOT NULL,
	\`last_failed_at\` integer
);`,
      `CREATE INDEX \`job_totals_failed\` ON \`job_totals\` (\`last_failed_at\`,\`job_id\`) WHERE last_failed_at IS NOT NULL;`,
      `CREATE TABLE \`jobs\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`name\` text COLLATE NOCASE NOT NULL,
	\`description\` text DEFAULT '' NOT NULL,
	\`processor\` text NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`cron\` text,
	\`time_zone\` text,
	\`parameters\` text DEFAULT '{}' NOT NULL,
	\`active\` integer DEFAULT true NOT NULL,
	\`execute_on_each_node\` integer DEFAULT false NOT NULL,
	\`load\` text DEFAULT 'light' NOT NULL,
	\`policies\` text DEFAULT '{}' NOT NULL,
	\`after_job_id\` integer,
	\`after_condition\` text,
	\`customised\` integer DEFAULT false NOT NULL,
	\`revision\` integer DEFAULT 1 NOT NULL,
	\`created_by\` text DEFAULT '' NOT NULL,
	\`updated_by\` text DEFAULT '' NOT NULL,
	\`deleted_at\` integer,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE INDEX \`jobs_client\` ON \`jobs\` (\`client_id\`,\`id\`);`,
      `CREATE INDEX \`jobs_name\` ON \`jobs\` (\`name\`,\`id\`,\`processor\`) WHERE deleted_at IS NULL;`,
      `CREATE INDEX \`jobs_client_name\` ON \`jobs\` (\`client_id\`,\`name\`,\`id\`,\`processor\`) WHERE deleted_at IS NULL;`,
      `CREATE INDEX \`jobs_processor\` ON \`jobs\` (\`processor\`,\`name\`,\`id\`) WHERE deleted_at IS NULL;`,
      `CREATE INDEX \`jobs_after\` ON \`jobs\` (\`after_job_id\`) WHERE after_job_id IS NOT NULL;`,
      `CREATE TABLE \`nodes\` (
	\`id\` text PRIMARY KEY NOT NULL,
	\`location_hint\` text NOT NULL,
	\`release\` text DEFAULT '' NOT NULL,
	\`text_version\` integer DEFAULT 0 NOT NULL,
	\`search_config_version\` integer DEFAULT 0 NOT NULL,
	\`started_at\` integer,
	\`last_seen_at\` integer
);`,
      `CREATE TABLE \`run_logs\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`run_id\` integer NOT NULL,
	\`at\` integer NOT NULL,
	\`level\` text NOT NULL,
	\`message\` text NOT NULL,
	\`data\` text
);`,
      `CREATE INDEX \`run_logs_run\` ON \`run_logs\` (\`run_id\`,\`id\`);`,
      `CREATE TABLE \`runs\` (
	\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	\`job_id\` integer NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`node_id\` text DEFAULT '' NOT NULL,
	\`kind\` text NOT NULL,
	\`scheduled_at\` integer NOT NULL,
	\`due_at\` integer NOT NULL,
	\`not_before_at\` integer,
	\`processor\` text NOT NULL,
	\`job_name\` text NOT NULL,
	\`load\` text NOT NULL,
	\`parameters\` text NOT NULL,
	\`policies\` text DEFAULT '{}' NOT NULL,
	\`time_zone\` text NOT NULL,
	\`state\` text NOT NULL,
	\`reason\` text,
	\`message\` text,
	\`lease\` integer DEFAULT 0 NOT NULL,
	\`attempt\` integer DEFAULT 0 NOT NULL,
	\`reopened\` integer DEFAULT 0 NOT NULL,
	\`requested_by\` text,
	\`caused_by_run_id\` integer,
	\`cancel_requested_at\` integer,
	\`as_of\` text,
	\`dry_run\` integer DEFAULT false NOT NULL,
	\`until_at\` integer,
	\`occurrences\` integer DEFAULT 1 NOT NULL,
	\`progress_done\` integer DEFAULT 0 NOT NULL,
	\`progress_total\` integer,
	\`counts\` text DEFAULT '{}' NOT NULL,
	\`errors\` text DEFAULT '[]' NOT NULL,
	\`started_at\` integer,
	\`ended_at\` integer,
	\`heartbeat_at\` integer,
	\`deadline_at\` integer,
	\`created_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`runs_key\` ON \`runs\` (\`job_id\`,\`client_id\`,\`node_id\`,\`scheduled_at\`,\`kind\`);`,
      `CREATE INDEX \`runs_open\` ON \`runs\` (\`client_id\`,\`due_at\`,\`id\`) WHERE state IN ('planned', 'queued', 'waiting', 'running');`,
      `CREATE INDEX \`runs_overdue\` ON \`runs\` (\`due_at\`) WHERE state IN ('planned', 'queued', 'waiting', 'running');`,
      `CREATE INDEX \`runs_job\` ON \`runs\` (\`job_id\`,\`id\`);`,
      `CREATE INDEX \`runs_client\` ON \`runs\` (\`client_id\`,\`id\`);`,
      `CREATE INDEX \`runs_state\` ON \`runs\` (\`state\`,\`id\`);`,
      `CREATE INDEX \`runs_client_state\` ON \`runs\` (\`client_id\`,\`state\`,\`id\`);`,
      `CREATE INDEX \`runs_scheduled\` ON \`runs\` (\`scheduled_at\`);`,
      `CREATE INDEX \`runs_kind\` ON \`runs\` (\`kind\`,\`id\`) WHERE kind <> 'schedule';`,
      `CREATE INDEX \`runs_caused\` ON \`runs\` (\`caused_by_run_id\`) WHERE caused_by_run_id IS NOT NULL;`,
      `CREATE TABLE \`ticks\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`at\` integer NOT NULL,
	\`source\` text NOT NULL,
	\`planned\` integer DEFAULT 0 NOT NULL
);`,
      `CREATE INDEX \`ticks_at\` ON \`ticks\` (\`at\`);`,
      `CREATE TABLE \`triggers\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`job_id\` integer NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`node_id\` text DEFAULT '' NOT NULL,
	\`revision\` integer DEFAULT 1 NOT NULL,
	\`time_zone\` text NOT NULL,
	\`next_fire_at\` integer,
	\`last_fated_at\` integer,
	\`paused_until\` integer,
	\`pause_note\` text,
	\`skipping_from\` integer,
	\`skipping_reason\` text,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`triggers_key\` ON \`triggers\` (\`job_id\`,\`client_id\`,\`node_id\`);`,
      `CREATE INDEX \`triggers_due\` ON \`triggers\` (\`next_fire_at\`,\`job_id\`) WHERE next_fire_at IS NOT NULL;`,
      `CREATE INDEX \`triggers_job\` ON \`triggers\` (\`job_id\`,\`next_fire_at\`);`,
      `CREATE INDEX \`triggers_paused\` ON \`triggers\` (\`job_id\`,\`paused_until\`);`,
      `CREATE INDEX \`triggers_client\` ON \`triggers\` (\`client_id\`,\`next_fire_at\`,\`job_id\`);`,
      `CREATE INDEX \`triggers_held\` ON \`triggers\` (\`paused_until\`,\`client_id\`) WHERE paused_until IS NOT NULL;`,
    ],
  },
  {
    name: "0001_tags_and_triggers",
    statements: [
      `INSERT INTO \`meta_tags\` (\`id\`, \`name\`, \`value_type\`, \`enum_values\`) VALUES
	(11801, 'Cancel when prerequisites are overdue', 'bool', '[]'),
	(11813, 'Cancel inactive users', 'bool', '[]'),
	(11814, 'Learning path completion by', 'enum', '["none","progress","logic"]'),
	(11816, 'Cancel the waiting list at the start', 'bool', '[]'),
	(11838, 'No registration without prerequisites', 'bool', '[]'),
	(12703, 'Prerequisites due on', 'day', '[]'),
	(900001, 'Automatic update', 'bool', '[]'),
	(900002, 'Automatically set to ''fixed''', 'int', '[]');`,
      `-- The fates of a job: every run that ends adds its letter, whichever statement ends it.
CREATE TRIGGER \`runs_ended\` AFTER UPDATE OF \`state\` ON \`runs\`
WHEN NEW.\`dry_run\` = 0 AND OLD.\`state\` IN ('planned', 'queued', 'waiting', 'running') AND NEW.\`state\` NOT IN ('planned', 'queued', 'waiting', 'running')
BEGIN
	INSERT INTO \`job_stats\` (\`job_id\`, \`client_id\`, \`fates\`, \`last_failed_at\`)
		VALUES (NEW.\`job_id\`, NEW.\`client_id\`, substr(NEW.\`state\`, 1, 1), CASE NEW.\`state\` WHEN 'failed' THEN NEW.\`ended_at\` END)
		ON CONFLICT (\`job_id\`, \`client_id\`) DO UPDATE SET \`fates\` = substr(excluded.\`fates\` || \`fates\`, 1, 20),
			\`last_failed_at\` = coalesce(excluded.\`last_failed_at\`, \`last_failed_at\`);
	INSERT INTO \`job_totals\` (\`job_id\`, \`fates\`, \`last_failed_at\`)
		VALUES (NEW.\`job_id\`, substr(NEW.\`state\`, 1, 1), CASE NEW.\`state\` WHEN 'failed' THEN NEW.\`ended_at\` END)
		ON CONFLICT (\`job_id\`) DO UPDATE SET \`fates\` = substr(excluded.\`fates\` || \`fates\`, 1, 20),
			\`last_failed_at\` = coalesce(excluded.\`last_failed_at\`, \`last_failed_at\`);
END;`,
      `-- An occurrence that was skipped at once.
CREATE TRIGGER \`runs_skipped\` AFTER INSERT ON \`runs\`
WHEN NEW.\`dry_run\` = 0 AND NEW.\`state\` NOT IN ('planned', 'queued', 'waiting', 'running')
BEGIN
	INSERT INTO \`job_stats\` (\`job_id\`, \`client_id\`, \`fates\`, \`last_failed_at\`)
		VALUES (NEW.\`job_id\`, NEW.\`client_id\`, substr(NEW.\`state\`, 1, 1), CASE NEW.\`state\` WHEN 'failed' THEN NEW.\`ended_at\` END)
		ON CONFLICT (\`job_id\`, \`client_id\`) DO UPDATE SET \`fates\` = substr(excluded.\`fates\` || \`fates\`, 1, 20),
			\`last_failed_at\` = coalesce(excluded.\`last_failed_at\`, \`last_failed_at\`);
	INSERT INTO \`job_totals\` (\`job_id\`, \`fates\`, \`last_failed_at\`)
		VALUES (NEW.\`job_id\`, substr(NEW.\`state\`, 1, 1), CASE NEW.\`state\` WHEN 'failed' THEN NEW.\`ended_at\` END)
		ON CONFLICT (\`job_id\`) DO UPDATE SET \`fates\` = substr(excluded.\`fates\` || \`fates\`, 1, 20),
			\`last_failed_at\` = coalesce(excluded.\`last_failed_at\`, \`last_failed_at\`);
END;`,
    ],
  },
  {
    name: "0002_keys_and_access",
    statements: [
      `CREATE TABLE \`access_log\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`kind\` text NOT NULL,
	\`actor\` text NOT NULL,
	\`address\` text DEFAULT '' NOT NULL,
	\`subject\` text DEFAULT '' NOT NULL,
	\`minute\` integer NOT NULL,
	\`count\` integer DEFAULT 1 NOT NULL
);`,
      `CREATE UNIQUE INDEX \`access_log_minute\` ON \`access_log\` (\`minute\`,\`kind\`,\`actor\`,\`address\`,\`client_id\`,\`subject\`);`,
      `CREATE INDEX \`access_log_client\` ON \`access_log\` (\`client_id\`,\`id\`);`,
      `CREATE TABLE \`platform_keys\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`name\` text NOT NULL,
	\`key_enc\` text NOT NULL,
	\`created_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`platform_keys_name_unique\` ON \`platform_keys\` (\`name\`);`,
      `ALTER TABLE \`admin_sessions\` ADD \`proved_at\` integer DEFAULT 0 NOT NULL;`,
    ],
  },
  {
    name: "0003_send_enrolment_messages",
    statements: [
      `INSERT INTO \`meta_tags\` (\`id\`, \`name\`, \`value_type\`, \`enum_values\`) VALUES
	(10132, 'Send enrolment messages', 'bool', '[]');`,
    ],
  },
  {
    name: "0004_sparkling_rick_jones",
    statements: [
      `ALTER TABLE \`ticks\` ADD \`host_ahead_ms\` integer DEFAULT 0 NOT NULL;`,
      `ALTER TABLE \`ticks\` ADD \`database_ahead_ms\` integer;`,
      `ALTER TABLE \`ticks\` ADD \`confirmed\` integer DEFAULT true NOT NULL;`,
      `CREATE INDEX \`triggers_fated\` ON \`triggers\` (\`last_fated_at\`);`,
    ],
  },
  {
    name: "0005_asked_runs",
    statements: [
      `CREATE INDEX \`runs_asked\` ON \`runs\` (\`due_at\`) WHERE state IN ('planned', 'queued', 'waiting', 'running') AND kind <> 'schedule';`,
    ],
  },
  {
    name: "0006_http_connectors",
    statements: [
      `-- Connectors that sign requests to a client's own systems are of kind http; an earlier release called it webhook.
UPDATE connectors SET kind = 'http' WHERE kind = 'webhook';`,
    ],
  },
  {
    name: "0007_claimant",
    statements: [
      `ALTER TABLE \`runs\` ADD \`claimant\` text;`,
    ],
  },
  {
    name: "0008_quiet_occurrences",
    statements: [
      `CREATE TABLE \`quiet_groups\` (
	\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	\`job_id\` integer NOT NULL,
	\`time_zone\` text NOT NULL,
	\`offset_ms\` integer NOT NULL,
	\`revision\` integer NOT NULL,
	\`cron\` text NOT NULL,
	\`transitions\` text NOT NULL,
	\`next_fire_at\` integer,
	\`due_at\` integer,
	\`last_fated_at\` integer,
	\`growing_from\` integer,
	\`joins\` integer DEFAULT 0 NOT NULL,
	\`created_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`quiet_groups_key\` ON \`quiet_groups\` (\`job_id\`,\`time_zone\`,\`offset_ms\`,\`revision\`) WHERE next_fire_at IS NOT NULL;`,
      `CREATE INDEX \`quiet_groups_due\` ON \`quiet_groups\` (\`due_at\`) WHERE due_at IS NOT NULL;`,
      `CREATE INDEX \`quiet_groups_fated\` ON \`quiet_groups\` (\`last_fated_at\`) WHERE next_fire_at IS NOT NULL;`,
      `CREATE INDEX \`quiet_groups_job\` ON \`quiet_groups\` (\`job_id\`);`,
      `CREATE INDEX \`quiet_groups_next\` ON \`quiet_groups\` (\`next_fire_at\`,\`job_id\`) WHERE next_fire_at IS NOT NULL;`,
      `CREATE TABLE \`quiet_looks\` (
	\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	\`group_id\` integer NOT NULL,
	\`first_at\` integer NOT NULL,
	\`last_at\` integer NOT NULL,
	\`occurrences\` integer NOT NULL,
	\`named\` integer NOT NULL,
	\`first_looked_at\` integer NOT NULL,
	\`last_looked_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`quiet_looks_key\` ON \`quiet_looks\` (\`group_id\`,\`first_at\`);`,
      `CREATE INDEX \`quiet_looks_first\` ON \`quiet_looks\` (\`first_at\`);`,
      `CREATE TABLE \`quiet_memberships\` (
	\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	\`job_id\` integer NOT NULL,
	\`client_id\` integer NOT NULL,
	\`group_id\` integer NOT NULL,
	\`from_at\` integer NOT NULL,
	\`until_at\` integer NOT NULL
);`,
      `CREATE INDEX \`quiet_memberships_job\` ON \`quiet_memberships\` (\`job_id\`,\`client_id\`,\`until_at\`);`,
      `CREATE INDEX \`quiet_memberships_client\` ON \`quiet_memberships\` (\`client_id\`,\`until_at\`);`,
      `CREATE INDEX \`quiet_memberships_until\` ON \`quiet_memberships\` (\`until_at\`);`,
      `ALTER TABLE \`triggers\` ADD \`quiet_group_id\` integer;`,
      `ALTER TABLE \`triggers\` ADD \`quiet_from\` integer;`,
      `CREATE INDEX \`triggers_quiet\` ON \`triggers\` (\`quiet_group_id\`,\`client_id\`) WHERE quiet_group_id IS NOT NULL;`,
      `CREATE INDEX \`clients_own_database\` ON \`clients\` (\`id\`) WHERE database_url IS NOT NULL;`,
    ],
  },
  {
    name: "0009_person_searches_and_nonces",
    statements: [
      `CREATE TABLE \`person_searches\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`client_id\` integer NOT NULL,
	\`name\` text NOT NULL,
	\`config\` text NOT NULL,
	\`deleted\` integer DEFAULT false NOT NULL,
	\`version\` integer NOT NULL,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE INDEX \`person_searches_version\` ON \`person_searches\` (\`version\`);`,
      `CREATE INDEX \`person_searches_client\` ON \`person_searches\` (\`client_id\`,\`id\`);`,
      `DROP INDEX \`oidc_nonces_used\`;`,
      `DROP INDEX \`oidc_nonces_expiry\`;`,
      `ALTER TABLE \`oidc_nonces\` ADD \`client_id\` integer DEFAULT 0 NOT NULL;`,
      `CREATE INDEX \`oidc_nonces_used\` ON \`oidc_nonces\` (\`client_id\`,\`used_at\`);`,
      `CREATE INDEX \`oidc_nonces_expiry\` ON \`oidc_nonces\` (\`client_id\`,\`expires_at\`);`,
    ],
  },
  {
    name: "0010_client_hosts",
    statements: [
      `CREATE INDEX \`clients_host\` ON \`clients\` (\`host\`,\`id\`);`,
    ],
  },
  {
    name: "0011_certificate_tags",
    statements: [
      `INSERT INTO \`meta_tags\` (\`id\`, \`name\`, \`value_type\`, \`enum_values\`) VALUES
	(10146, 'Certificate of participation', 'int', '[]'),
	(11812, 'Certificate type', 'enum', '["generated","external"]'),
	(900003, 'Automatic course creation', 'bool', '[]');`,
    ],
  },
  {
    name: "0012_figures_of_ended_runs",
    statements: [
      `DROP TRIGGER \`runs_ended\`;`,
      `-- The figures of a job: every run that was taken up and ends adds itself, whichever statement ends it. One write for each row, of
-- which the longest part, the newest 50 to 99 durations, is cut at every fiftieth run only.
CREATE TRIGGER \`runs_ended\` AFTER UPDATE OF \`state\` ON \`runs\`
WHEN NEW.\`dry_run\` = 0 AND OLD.\`state\` IN ('planned', 'queued', 'waiting', 'running') AND NEW.\`state\` NOT IN ('planned', 'queued', 'waiting', 'running')
	AND NEW.\`started_at\` IS NOT NULL AND NEW.\`ended_at\` IS NOT NULL AND (OLD.\`state\` = 'running' OR NEW.\`state\` <> 'cancelled')
BEGIN
	INSERT INTO \`job_stats\` (\`job_id\`, \`client_id\`, \`runs\`, \`failures_in_a_row\`, \`last_run_id\`, \`last_state\`, \`last_ended_at\`, \`last_duration_ms\`, \`durations\`, \`fates\`, \`last_failed_at\`)
		VALUES (NEW.\`job_id\`, NEW.\`client_id\`, 1, NEW.\`state\` = 'failed', NEW.\`id\`, NEW.\`state\`, NEW.\`ended_at\`, NEW.\`ended_at\` - NEW.\`started_at\`,
			'[' || (NEW.\`ended_at\` - NEW.\`started_at\`) || ']', substr(NEW.\`state\`, 1, 1), CASE NEW.\`state\` WHEN 'failed' THEN NEW.\`ended_at\` END)
		ON CONFLICT (\`job_id\`, \`client_id\`) DO UPDATE SET \`runs\` = \`runs\` + 1, \`failures_in_a_row\` = CASE excluded.\`failures_in_a_row\` WHEN 0 THEN 0 ELSE \`failures_in_a_row\` + 1 END,
			\`last_run_id\` = excluded.\`last_run_id\`, \`last_state\` = excluded.\`last_state\`, \`last_ended_at\` = excluded.\`last_ended_at\`,
			\`last_duration_ms\` = excluded.\`last_duration_ms\`,
			\`durations\` = CASE
				WHEN \`durations\` = '[]' THEN excluded.\`durations\`
				WHEN \`runs\` % 50 = 49 THEN (SELECT json_group_array(\`value\`) FROM (
					SELECT excluded.\`last_duration_ms\` AS \`value\` UNION ALL
					SELECT \`value\` FROM (SELECT \`value\` FROM json_each(\`job_stats\`.\`durations\`) ORDER BY \`key\` LIMIT 49)))
				ELSE rtrim(excluded.\`durations\`, ']') || ',' || substr(\`durations\`, 2) END,
			\`fates\` = substr(excluded.\`fates\` || \`fates\`, 1, 20),
			\`last_failed_at\` = coalesce(excluded.\`last_failed_at\`, \`last_failed_at\`);
	INSERT INTO \`job_totals\` (\`job_id\`, \`runs\`, \`last_run_id\`, \`last_state\`, \`last_ended_at\`, \`last_duration_ms\`, \`durations\`, \`fates\`, \`last_failed_at\`)
		VALUES (NEW.\`job_id\`, 1, NEW.\`id\`, NEW.\`state\`, NEW.\`ended_at\`, NEW.\`ended_at\` - NEW.\`started_at\`,
			'[' || (NEW.\`ended_at\` - NEW.\`started_at\`) || ']', substr(NEW.\`state\`, 1, 1), CASE NEW.\`state\` WHEN 'failed' THEN NEW.\`ended_at\` END)
		ON CONFLICT (\`job_id\`) DO UPDATE SET \`runs\` = \`runs\` + 1, \`last_run_id\` = excluded.\`last_run_id\`, \`last_state\` = excluded.\`last_state\`, \`last_ended_at\` = excluded.\`last_ended_at\`,
			\`last_duration_ms\` = excluded.\`last_duration_ms\`,
			\`durations\` = CASE
				WHEN \`durations\` = '[]' THEN excluded.\`durations\`
				WHEN \`runs\` % 50 = 49 THEN (SELECT json_group_array(\`value\`) FROM (
					SELECT excluded.\`last_duration_ms\` AS \`value\` UNION ALL
					SELECT \`value\` FROM (SELECT \`value\` FROM json_each(\`job_totals\`.\`durations\`) ORDER BY \`key\` LIMIT 49)))
				ELSE rtrim(excluded.\`durations\`, ']') || ',' || substr(\`durations\`, 2) END,
			\`fates\` = substr(excluded.\`fates\` || \`fates\`, 1, 20),
			\`last_failed_at\` = coalesce(excluded.\`last_failed_at\`, \`last_failed_at\`);
END;`,
      `-- One that was not taken up, or was cancelled while it waited for a retry, adds its fate's letter.
CREATE TRIGGER \`runs_never_started\` AFTER UPDATE OF \`state\` ON \`runs\`
WHEN NEW.\`dry_run\` = 0 AND OLD.\`state\` IN ('planned', 'queued', 'waiting', 'running') AND NEW.\`state\` NOT IN ('planned', 'queued', 'waiting', 'running')
	AND NOT (NEW.\`started_at\` IS NOT NULL AND NEW.\`ended_at\` IS NOT NULL AND (OLD.\`state\` = 'running' OR NEW.\`state\` <> 'cancelled'))
BEGIN
	INSERT INTO \`job_stats\` (\`job_id\`, \`client_id\`, \`fates\`, \`last_failed_at\`)
		VALUES (NEW.\`job_id\`, NEW.\`client_id\`, substr(NEW.\`state\`, 1, 1), CASE NEW.\`state\` WHEN 'failed' THEN NEW.\`ended_at\` END)
		ON CONFLICT (\`job_id\`, \`client_id\`) DO UPDATE SET \`fates\` = substr(excluded.\`fates\` || \`fates\`, 1, 20),
			\`last_failed_at\` = coalesce(excluded.\`last_failed_at\`, \`last_failed_at\`);
	INSERT INTO \`job_totals\` (\`job_id\`, \`fates\`, \`last_failed_at\`)
		VALUES (NEW.\`job_id\`, substr(NEW.\`state\`, 1, 1), CASE NEW.\`state\` WHEN 'failed' THEN NEW.\`ended_at\` END)
		ON CONFLICT (\`job_id\`) DO UPDATE SET \`fates\` = substr(excluded.\`fates\` || \`fates\`, 1, 20),
			\`last_failed_at\` = coalesce(excluded.\`last_failed_at\`, \`last_failed_at\`);
END;`,
    ],
  },
  {
    name: "0013_update_steps",
    statements: [
      `CREATE TABLE \`update_steps\` (
	\`id\` text PRIMARY KEY NOT NULL,
	\`position\` integer NOT NULL,
	\`state\` text DEFAULT 'pending' NOT NULL,
	\`attempts\` integer DEFAULT 0 NOT NULL,
	\`run_id\` integer,
	\`started_at\` integer,
	\`ended_at\` integer,
	\`error\` text
);`,
    ],
  },
  {
    name: "0014_api_tokens",
    statements: [
      `CREATE TABLE \`api_tokens\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`token_hash\` text NOT NULL,
	\`client_id\` integer NOT NULL,
	\`report_id\` integer NOT NULL,
	\`admin_id\` integer NOT NULL,
	\`name\` text NOT NULL,
	\`expires_at\` integer NOT NULL,
	\`last_used_at\` integer,
	\`counted_from\` integer DEFAULT 0 NOT NULL,
	\`uses\` integer DEFAULT 0 NOT NULL,
	\`created_at\` integer NOT NULL,
	\`updated_at\` integer NOT NULL
);`,
      `CREATE UNIQUE INDEX \`api_tokens_token_hash_unique\` ON \`api_tokens\` (\`token_hash\`);`,
      `CREATE INDEX \`api_tokens_client\` ON \`api_tokens\` (\`client_id\`,\`id\`);`,
      `CREATE INDEX \`api_tokens_expiry\` ON \`api_tokens\` (\`expires_at\`);`,
    ],
  },
  {
    name: "0015_triggers_of_a_job_lie_together",
    statements: [
      `DROP INDEX \`triggers_client\`;`,
      `UPDATE \`triggers\` SET \`id\` = \`job_id\` * 268435456 + \`id\` WHERE \`id\` < 268435456;`,
      `CREATE INDEX \`triggers_client\` ON \`triggers\` (\`client_id\`,\`job_id\`);`,
    ],
  },
];
