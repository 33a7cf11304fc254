DROP INDEX `recert_periods_section`;--> statement-breakpoint
CREATE INDEX `recert_periods_section` ON `recert_periods` (`client_id`,`section_id`,`state`,`start_on`);--> statement-breakpoint
CREATE INDEX `components_kind` ON `components` (`client_id`,`kind`,`path_mode`,`id`);--> statement-breakpoint
CREATE INDEX `syllabus_items_dated` ON `syllabus_items` (`client_id`,`component_id`,`id`) WHERE display_from_at IS NOT NULL OR display_till_at IS NOT NULL;