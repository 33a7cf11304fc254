CREATE VIRTUAL TABLE `search_words` USING fts5(`scope`, `title`, `text`, content='', contentless_delete=1, prefix='2 3', tokenize='unicode61 remove_diacritics 2');
--> statement-breakpoint
CREATE TRIGGER `search_documents_added` AFTER INSERT ON `search_documents` BEGIN
  INSERT INTO `search_words` (`rowid`, `scope`, `title`, `text`) VALUES (NEW.`id`, 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END,
    replace(replace(NEW.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(NEW.`text`, 'ß', 'ss'), 'ẞ', 'ss'));
END;
--> statement-breakpoint
CREATE TRIGGER `search_documents_removed` AFTER DELETE ON `search_documents` BEGIN
  DELETE FROM `search_words` WHERE `rowid` = OLD.`id`;
END;
--> statement-breakpoint
CREATE TRIGGER `search_documents_changed` AFTER UPDATE OF `index_id`, `title`, `text`, `is_public` ON `search_documents`
WHEN OLD.`index_id` <> NEW.`index_id` OR OLD.`title` <> NEW.`title` OR OLD.`text` <> NEW.`text` OR OLD.`is_public` <> NEW.`is_public` BEGIN
  DELETE FROM `search_words` WHERE `rowid` = OLD.`id`;
  INSERT INTO `search_words` (`rowid`, `scope`, `title`, `text`) VALUES (NEW.`id`, 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END,
    replace(replace(NEW.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(NEW.`text`, 'ß', 'ss'), 'ẞ', 'ss'));
END;
