CREATE TABLE `update_steps` (
	`id` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL,
	`state` text DEFAULT 'pending' NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`run_id` integer,
	`started_at` integer,
	`ended_at` integer,
	`error` text
);
