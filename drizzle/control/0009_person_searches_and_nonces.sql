CREATE TABLE `person_searches` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`name` text NOT NULL,
	`config` text NOT NULL,
	`deleted` integer DEFAULT false NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `person_searches_version` ON `person_searches` (`version`);--> statement-breakpoint
CREATE INDEX `person_searches_client` ON `person_searches` (`client_id`,`id`);--> statement-breakpoint
DROP INDEX `oidc_nonces_used`;--> statement-breakpoint
DROP INDEX `oidc_nonces_expiry`;--> statement-breakpoint
ALTER TABLE `oidc_nonces` ADD `client_id` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `oidc_nonces_used` ON `oidc_nonces` (`client_id`,`used_at`);--> statement-breakpoint
CREATE INDEX `oidc_nonces_expiry` ON `oidc_nonces` (`client_id`,`expires_at`);