PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_tracking_events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`client_id` integer NOT NULL,
	`person_id` integer NOT NULL,
	`component_id` integer,
	`item_id` integer,
	`event` text NOT NULL,
	`duration_s` integer DEFAULT 0 NOT NULL,
	`at` integer NOT NULL,
	`day_on` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `__new_tracking_events`("id", "client_id", "person_id", "component_id", "item_id", "event", "duration_s", "at", "day_on", "created_at", "updated_at") SELECT "id", "client_id", "person_id", "component_id", "item_id", "event", "duration_s", "at", "day_on", "created_at", "updated_at" FROM `tracking_events`;--> statement-breakpoint
DROP TABLE `tracking_events`;--> statement-breakpoint
ALTER TABLE `__new_tracking_events` RENAME TO `tracking_events`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `tracking_events_day` ON `tracking_events` (`client_id`,`day_on`,`id`);--> statement-breakpoint
CREATE INDEX `tracking_events_day_person` ON `tracking_events` (`client_id`,`day_on`,`person_id`,`component_id`,`item_id`,`event`,`duration_s`);--> statement-breakpoint
CREATE INDEX `tracking_events_person` ON `tracking_events` (`client_id`,`person_id`);--> statement-breakpoint
ALTER TABLE `search_documents` ADD `words_format` integer DEFAULT 1 NOT NULL;
--> statement-breakpoint
DELETE FROM `sqlite_sequence` WHERE `name` IN ('tracking_events', '__new_tracking_events');
--> statement-breakpoint
INSERT INTO `sqlite_sequence` (`name`, `seq`) SELECT 'tracking_events', max(
	coalesce((SELECT max(`id`) FROM `tracking_events`), 0),
	coalesce((SELECT max(CAST(`value` AS integer)) FROM `processor_state` WHERE `processor` = 'TrackingCalculation' AND `key` = 'lastEventId'), 0));
--> statement-breakpoint
CREATE VIRTUAL TABLE `search_words_titles` USING fts5(`words`, `scope`, content='', detail=column, prefix='2 3 4 5 6 7 8', tokenize="unicode61 remove_diacritics 2 categories 'L* N* M* Co'");
--> statement-breakpoint
CREATE VIRTUAL TABLE `search_words_all` USING fts5(`words`, `scope`, content='', detail=column, prefix='2 3 4 5 6 7 8', tokenize="unicode61 remove_diacritics 2 categories 'L* N* M* Co'");
--> statement-breakpoint
INSERT INTO `search_words_titles` (`search_words_titles`, `rank`) VALUES ('secure-delete', 1);
--> statement-breakpoint
INSERT INTO `search_words_all` (`search_words_all`, `rank`) VALUES ('secure-delete', 1);
--> statement-breakpoint
DROP TRIGGER `search_documents_added`;
--> statement-breakpoint
DROP TRIGGER `search_documents_removed`;
--> statement-breakpoint
DROP TRIGGER `search_documents_changed`;
--> statement-breakpoint
CREATE TRIGGER `search_documents_added` AFTER INSERT ON `search_documents` BEGIN
  INSERT INTO `search_words_titles` (`rowid`, `words`, `scope`) SELECT NEW.`id`, replace(replace(NEW.`title`, 'ß', 'ss'), 'ẞ', 'ss'), 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END WHERE NEW.`words_format` = 2;
  INSERT INTO `search_words_all` (`rowid`, `words`, `scope`) SELECT NEW.`id`, replace(replace(NEW.`title` || ' ' || NEW.`text`, 'ß', 'ss'), 'ẞ', 'ss'), 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END WHERE NEW.`words_format` = 2;
  INSERT INTO `search_words` (`rowid`, `scope`, `title`, `text`) SELECT NEW.`id`, 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END, replace(replace(NEW.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(NEW.`text`, 'ß', 'ss'), 'ẞ', 'ss') WHERE NEW.`words_format` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `search_documents_removed` AFTER DELETE ON `search_documents` BEGIN
  INSERT INTO `search_words_titles` (`search_words_titles`, `rowid`, `words`, `scope`) SELECT 'delete', OLD.`id`, replace(replace(OLD.`title`, 'ß', 'ss'), 'ẞ', 'ss'), 'i' || OLD.`index_id` || CASE WHEN OLD.`is_public` THEN ' p' || OLD.`index_id` ELSE '' END WHERE OLD.`words_format` = 2;
  INSERT INTO `search_words_all` (`search_words_all`, `rowid`, `words`, `scope`) SELECT 'delete', OLD.`id`, replace(replace(OLD.`title` || ' ' || OLD.`text`, 'ß', 'ss'), 'ẞ', 'ss'), 'i' || OLD.`index_id` || CASE WHEN OLD.`is_public` THEN ' p' || OLD.`index_id` ELSE '' END WHERE OLD.`words_format` = 2;
  INSERT INTO `search_words` (`search_words`, `rowid`, `scope`, `title`, `text`) SELECT 'delete', OLD.`id`, 'i' || OLD.`index_id` || CASE WHEN OLD.`is_public` THEN ' p' || OLD.`index_id` ELSE '' END, replace(replace(OLD.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(OLD.`text`, 'ß', 'ss'), 'ẞ', 'ss') WHERE OLD.`words_format` = 1;
END;
--> statement-breakpoint
CREATE TRIGGER `search_documents_changed` AFTER UPDATE OF `id`, `index_id`, `title`, `text`, `is_public`, `words_format` ON `search_documents`
WHEN OLD.`id` <> NEW.`id` OR OLD.`index_id` <> NEW.`index_id` OR OLD.`title` <> NEW.`title` OR OLD.`text` <> NEW.`text` OR OLD.`is_public` <> NEW.`is_public` OR OLD.`words_format` <> NEW.`words_format` BEGIN
  INSERT INTO `search_words_titles` (`search_words_titles`, `rowid`, `words`, `scope`) SELECT 'delete', OLD.`id`, replace(replace(OLD.`title`, 'ß', 'ss'), 'ẞ', 'ss'), 'i' || OLD.`index_id` || CASE WHEN OLD.`is_public` THEN ' p' || OLD.`index_id` ELSE '' END WHERE OLD.`words_format` = 2;
  INSERT INTO `search_words_all` (`search_words_all`, `rowid`, `words`, `scope`) SELECT 'delete', OLD.`id`, replace(replace(OLD.`title` || ' ' || OLD.`text`, 'ß', 'ss'), 'ẞ', 'ss'), 'i' || OLD.`index_id` || CASE WHEN OLD.`is_public` THEN ' p' || OLD.`index_id` ELSE '' END WHERE OLD.`words_format` = 2;
  INSERT INTO `search_words` (`search_words`, `rowid`, `scope`, `title`, `text`) SELECT 'delete', OLD.`id`, 'i' || OLD.`index_id` || CASE WHEN OLD.`is_public` THEN ' p' || OLD.`index_id` ELSE '' END, replace(replace(OLD.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(OLD.`text`, 'ß', 'ss'), 'ẞ', 'ss') WHERE OLD.`words_format` = 1;
  INSERT INTO `search_words_titles` (`rowid`, `words`, `scope`) SELECT NEW.`id`, replace(replace(NEW.`title`, 'ß', 'ss'), 'ẞ', 'ss'), 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END WHERE NEW.`words_format` = 2;
  INSERT INTO `search_words_all` (`rowid`, `words`, `scope`) SELECT NEW.`id`, replace(replace(NEW.`title` || ' ' || NEW.`text`, 'ß', 'ss'), 'ẞ', 'ss'), 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END WHERE NEW.`words_format` = 2;
  INSERT INTO `search_words` (`rowid`, `scope`, `title`, `text`) SELECT NEW.`id`, 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END, replace(replace(NEW.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(NEW.`text`, 'ß', 'ss'), 'ẞ', 'ss') WHERE NEW.`words_format` = 1;
END;
--> statement-breakpoint
UPDATE `search_indexes` SET `state` = 'full_build_requested' WHERE `built_with` = 'fts' AND `state` IN ('ready', 'building');
