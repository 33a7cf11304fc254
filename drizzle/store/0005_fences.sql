CREATE TABLE `fences` (
	`token` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `fences_at` ON `fences` (`at`);