// biome-ignore-all format: written by `npm run migrations` from the SQL files beside it
import type { Migration } from "../../src/store/migrations.ts";

/** The `store` set, in order. */
export const migrations: readonly Migration[] = [
  {
    name: "0000_first",
    statements: [
      `CREATE TABLE \`audit_log\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`client_id\` integer NOT NULL,
	\`run_id\` integer,
	\`person_id\` integer,
	\`actor\` text,
	\`entity\` text NOT NULL,
	\`entity_id\` integer NOT NULL,
	\`action\` text NOT NULL,
	\`before\` text,
	\`after\` text,
	\`at\` integer NOT NULL
);`,
      `CREATE INDEX \`audit_log_client\` ON \`audit_log\` (\`client_id\`,\`id\`);`,
      `CREATE INDEX \`audit_log_person\` ON \`audit_log\` (\`client_id\`,\`person_id\`);`,
      `CREATE INDEX \`audit_log_entity\` ON \`audit_log\` (\`entity\`,\`entity_id\`);`,
      `CREATE INDEX \`audit_log_admins\` ON \`audit_log\` (\`id\`,\`entity\`,\`actor\`) WHERE actor IS NOT NULL;`,
      `CREATE INDEX \`audit_log_client_admins\` ON \`audit_log\` (\`client_id\`,\`id\`,\`entity\`,\`actor\`) WHERE actor IS NOT NULL;`,
      `CREATE TABLE \`checkpoints\` (
	\`run_id\` integer PRIMARY KEY NOT NULL,
	\`lease\` integer NOT NULL,
	\`step\` integer DEFAULT 0 NOT NULL,
	\`cursor\` text,
	\`cursor_version\` integer DEFAULT 1 NOT NULL,
	\`counts\` text DEFAULT '{}' NOT NULL,
	\`progress_done\` integer DEFAULT 0 NOT NULL,
	\`progress_total\` integer,
	\`mark\` integer DEFAULT 0 NOT NULL,
	\`now_at\` integer NOT NULL,
	\`done\` integer DEFAULT false NOT NULL,
	\`outcome\` text,
	\`reopened\` integer DEFAULT 0 NOT NULL
);`,
      `CREATE TABLE \`departures\` (
	\`client_id\` integer PRIMARY KEY NOT NULL,
	\`at\` integer NOT NULL
);`,
      `CREATE TABLE \`effects\` (
	\`run_id\` integer NOT NULL,
	\`key\` text NOT NULL,
	\`state\` text NOT NULL,
	\`outcome\` text,
	\`intended_at\` integer NOT NULL,
	\`done_at\` integer,
	PRIMARY KEY(\`run_id\`, \`key\`)
);`,
      `CREATE TABLE \`failures\` (
	\`id\` integer PRIMARY KEY NOT NULL,
	\`run_id\` integer NOT NULL,
	\`step\` integer NOT NULL,
	\`ref\` text NOT NULL,
	\`code\` text NOT NULL,
	\`message\` text NOT NULL
);`,
      `CREATE INDEX \`failures_run\` ON \`failures\` (\`run_id\`,\`id\`);`,
      `CREATE TABLE \`lease_guard\` (
	\`ok\` integer NOT NULL,
	CONSTRAINT "lease_guard_ok" CHECK("lease_guard"."ok" = 1)
);`,
      `CREATE TABLE \`processor_state\` (
	\`processor\` text NOT NULL,
	\`client_id\` integer DEFAULT 0 NOT NULL,
	\`node_id\` text DEFAULT '' NOT NULL,
	\`key\` text NOT NULL,
	\`value\` text NOT NULL,
	PRIMARY KEY(\`processor\`, \`client_id\`, \`node_id\`, \`key\`)
);`,
    ],
  },
  {
    name: "0001_unexpected_failures",
    statements: [
      `ALTER TABLE \`failures\` ADD \`unexpected\` integer DEFAULT false NOT NULL;`,
    ],
  },
  {
    name: "0002_changes",
    statements: [
      `CREATE TABLE \`touched\` (
	\`run_id\` integer NOT NULL,
	\`place\` integer NOT NULL,
	\`id\` integer NOT NULL,
	\`person_id\` integer,
	\`before\` text,
	PRIMARY KEY(\`run_id\`, \`place\`, \`id\`)
);`,
      `ALTER TABLE \`checkpoints\` ADD \`hit\` integer DEFAULT 0 NOT NULL;`,
      `ALTER TABLE \`checkpoints\` ADD \`lead\` integer DEFAULT 0 NOT NULL;`,
      `ALTER TABLE \`checkpoints\` ADD \`unit_hit\` integer DEFAULT 0 NOT NULL;`,
    ],
  },
  {
    name: "0003_unmark",
    statements: [
      `ALTER TABLE \`checkpoints\` DROP COLUMN \`mark\`;`,
    ],
  },
  {
    name: "0004_marks",
    statements: [
      `ALTER TABLE \`checkpoints\` ADD \`marks\` text DEFAULT '' NOT NULL;`,
    ],
  },
  {
    name: "0005_fences",
    statements: [
      `CREATE TABLE \`fences\` (
	\`token\` integer PRIMARY KEY NOT NULL,
	\`at\` integer NOT NULL
);`,
      `CREATE INDEX \`fences_at\` ON \`fences\` (\`at\`);`,
    ],
  },
];
