ALTER TABLE `ticks` ADD `host_ahead_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `ticks` ADD `database_ahead_ms` integer;--> statement-breakpoint
ALTER TABLE `ticks` ADD `confirmed` integer DEFAULT true NOT NULL;--> statement-breakpoint
CREATE INDEX `triggers_fated` ON `triggers` (`last_fated_at`);