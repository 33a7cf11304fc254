INSERT INTO `meta_tags` (`id`, `name`, `value_type`, `enum_values`) VALUES
	(11801, 'Cancel when prerequisites are overdue', 'bool', '[]'),
	(11813, 'Cancel inactive users', 'bool', '[]'),
	(11814, 'Learning path completion by', 'enum', '["none","progress","logic"]'),
	(11816, 'Cancel the waiting list at the start', 'bool', '[]'),
	(11838, 'No registration without prerequisites', 'bool', '[]'),
	(12703, 'Prerequisites due on', 'day', '[]'),
	(900001, 'Automatic update', 'bool', '[]'),
	(900002, 'Automatically set to ''fixed''', 'int', '[]');
--> statement-breakpoint
-- The fates of a job: every run that ends adds its letter, whichever statement ends it.
CREATE TRIGGER `runs_ended` AFTER UPDATE OF `state` ON `runs`
WHEN NEW.`dry_run` = 0 AND OLD.`state` IN ('planned', 'queued', 'waiting', 'running') AND NEW.`state` NOT IN ('planned', 'queued', 'waiting', 'running')
BEGIN
	INSERT INTO `job_stats` (`job_id`, `client_id`, `fates`, `last_failed_at`)
		VALUES (NEW.`job_id`, NEW.`client_id`, substr(NEW.`state`, 1, 1), CASE NEW.`state` WHEN 'failed' THEN NEW.`ended_at` END)
		ON CONFLICT (`job_id`, `client_id`) DO UPDATE SET `fates` = substr(excluded.`fates` || `fates`, 1, 20),
			`last_failed_at` = coalesce(excluded.`last_failed_at`, `last_failed_at`);
	INSERT INTO `job_totals` (`job_id`, `fates`, `last_failed_at`)
		VALUES (NEW.`job_id`, substr(NEW.`state`, 1, 1), CASE NEW.`state` WHEN 'failed' THEN NEW.`ended_at` END)
		ON CONFLICT (`job_id`) DO UPDATE SET `fates` = substr(excluded.`fates` || `fates`, 1, 20),
			`last_failed_at` = coalesce(excluded.`last_failed_at`, `last_failed_at`);
END;
--> statement-breakpoint
-- An occurrence that was skipped at once.
CREATE TRIGGER `runs_skipped` AFTER INSERT ON `runs`
WHEN NEW.`dry_run` = 0 AND NEW.`state` NOT IN ('planned', 'queued', 'waiting', 'running')
BEGIN
	INSERT INTO `job_stats` (`job_id`, `client_id`, `fates`, `last_failed_at`)
		VALUES (NEW.`job_id`, NEW.`client_id`, substr(NEW.`state`, 1, 1), CASE NEW.`state` WHEN 'failed' THEN NEW.`ended_at` END)
		ON CONFLICT (`job_id`, `client_id`) DO UPDATE SET `fates` = substr(excluded.`fates` || `fates`, 1, 20),
			`last_failed_at` = coalesce(excluded.`last_failed_at`, `last_failed_at`);
	INSERT INTO `job_totals` (`job_id`, `fates`, `last_failed_at`)
		VALUES (NEW.`job_id`, substr(NEW.`state`, 1, 1), CASE NEW.`state` WHEN 'failed' THEN NEW.`ended_at` END)
		ON CONFLICT (`job_id`) DO UPDATE SET `fates` = substr(excluded.`fates` || `fates`, 1, 20),
			`last_failed_at` = coalesce(excluded.`last_failed_at`, `last_failed_at`);
END;
