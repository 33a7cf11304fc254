CREATE VIRTUAL TABLE `search_words` USING fts5(`scope`, `title`, `text`, content='', prefix='2 3', tokenize='unicode61 remove_diacritics 2');
--> statement-breakpoint
INSERT INTO `search_words` (`search_words`, `rank`) VALUES ('secure-delete', 1);
--> statement-breakpoint
CREATE TRIGGER `search_documents_added` AFTER INSERT ON `search_documents` BEGIN
  INSERT INTO `search_words` (`rowid`, `scope`, `title`, `text`) VALUES (NEW.`id`, 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END,
    replace(replace(NEW.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(NEW.`text`, 'ß', 'ss'), 'ẞ', 'ss'));
END;
--> statement-breakpoint
CREATE TRIGGER `search_documents_removed` AFTER DELETE ON `search_documents` BEGIN
  INSERT INTO `search_words` (`search_words`, `rowid`, `scope`, `title`, `text`) VALUES ('delete', OLD.`id`, 'i' || OLD.`index_id` || CASE WHEN OLD.`is_public` THEN ' p' || OLD.`index_id` ELSE '' END,
    replace(replace(OLD.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(OLD.`text`, 'ß', 'ss'), 'ẞ', 'ss'));
END;
--> statement-breakpoint
CREATE TRIGGER `search_documents_changed` AFTER UPDATE OF `id`, `index_id`, `title`, `text`, `is_public` ON `search_documents`
WHEN OLD.`id` <> NEW.`id` OR OLD.`index_id` <> NEW.`index_id` OR OLD.`title` <> NEW.`title` OR OLD.`text` <> NEW.`text` OR OLD.`is_public` <> NEW.`is_public` BEGIN
  INSERT INTO `search_words` (`search_words`, `rowid`, `scope`, `title`, `text`) VALUES ('delete', OLD.`id`, 'i' || OLD.`index_id` || CASE WHEN OLD.`is_public` THEN ' p' || OLD.`index_id` ELSE '' END,
    replace(replace(OLD.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(OLD.`text`, 'ß', 'ss'), 'ẞ', 'ss'));
  INSERT INTO `search_words` (`rowid`, `scope`, `title`, `text`) VALUES (NEW.`id`, 'i' || NEW.`index_id` || CASE WHEN NEW.`is_public` THEN ' p' || NEW.`index_id` ELSE '' END,
    replace(replace(NEW.`title`, 'ß', 'ss'), 'ẞ', 'ss'), replace(replace(NEW.`text`, 'ß', 'ss'), 'ẞ', 'ss'));
END;
