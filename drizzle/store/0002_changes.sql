CREATE TABLE `touched` (
	`run_id` integer NOT NULL,
	`place` integer NOT NULL,
	`id` integer NOT NULL,
	`person_id` integer,
	`before` text,
	PRIMARY KEY(`run_id`, `place`, `id`)
);
--> statement-breakpoint
ALTER TABLE `checkpoints` ADD `hit` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `checkpoints` ADD `lead` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `checkpoints` ADD `unit_hit` integer DEFAULT 0 NOT NULL;