DROP INDEX `triggers_client`;--> statement-breakpoint
UPDATE `triggers` SET `id` = `job_id` * 268435456 + `id` WHERE `id` < 268435456;--> statement-breakpoint
CREATE INDEX `triggers_client` ON `triggers` (`client_id`,`job_id`);
