CREATE TABLE `search_documents` (
	`id` integer PRIMARY KEY NOT NULL,
	`client_id` integer NOT NULL,
	`index_id` integer NOT NULL,
	`entity_id` integer NOT NULL,
	`person_id` integer,
	`build_id` integer NOT NULL,
	`title` text NOT NULL,
	`text` text NOT NULL,
	`locale` text,
	`groups` text DEFAULT '[]' NOT NULL,
	`is_public` integer DEFAULT false NOT NULL,
	`columns` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`index_id`) REFERENCES `search_indexes`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `search_documents_key` ON `search_documents` (`client_id`,`index_id`,`entity_id`);--> statement-breakpoint
CREATE INDEX `search_documents_client` ON `search_documents` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `search_documents_person` ON `search_documents` (`client_id`,`person_id`,`index_id`);--> statement-breakpoint
CREATE INDEX `search_documents_index` ON `search_documents` (`index_id`);--> statement-breakpoint
ALTER TABLE `search_indexes` ADD `built_with` text;--> statement-breakpoint
CREATE UNIQUE INDEX `search_indexes_documents` ON `search_indexes` (`client_id`,`backend`,`collection`,`entity`);--> statement-breakpoint
CREATE INDEX `person_certifications_client` ON `person_certifications` (`client_id`,`id`);--> statement-breakpoint
CREATE INDEX `person_skills_client` ON `person_skills` (`client_id`,`id`);