CREATE INDEX `catalogue_items_product` ON `catalogue_items` (`connector_id`,`product_id`);--> statement-breakpoint
CREATE INDEX `persons_email` ON `persons` (`client_id`,lower(email));