CREATE INDEX `catalogue_items_announced` ON `catalogue_items` (`client_id`,`announced_run_id`,`id`);--> statement-breakpoint
CREATE INDEX `components_announcing` ON `components` (`client_id`,`id`) WHERE notify_on_new_content = 1;--> statement-breakpoint
CREATE INDEX `syllabus_items_announced` ON `syllabus_items` (`client_id`,`announced_run_id`,`component_id`,`id`);