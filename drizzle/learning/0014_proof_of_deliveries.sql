ALTER TABLE `webhook_events` ADD `proof` text;--> statement-breakpoint
CREATE INDEX `webhook_events_payload` ON `webhook_events` (`processed_at`) WHERE payload <> '{}';