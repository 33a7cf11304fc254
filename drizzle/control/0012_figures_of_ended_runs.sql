DROP TRIGGER `runs_ended`;
--> statement-breakpoint
-- The figures of a job: every run that was taken up and ends adds itself, whichever statement ends it. One write for each row, of
-- which the longest part, the newest 50 to 99 durations, is cut at every fiftieth run only.
CREATE TRIGGER `runs_ended` AFTER UPDATE OF `state` ON `runs`
WHEN NEW.`dry_run` = 0 AND OLD.`state` IN ('planned', 'queued', 'waiting', 'running') AND NEW.`state` NOT IN ('planned', 'queued', 'waiting', 'running')
	AND NEW.`started_at` IS NOT NULL AND NEW.`ended_at` IS NOT NULL AND (OLD.`state` = 'running' OR NEW.`state` <> 'cancelled')
BEGIN
	INSERT INTO `job_stats` (`job_id`, `client_id`, `runs`, `failures_in_a_row`, `last_run_id`, `last_state`, `last_ended_at`, `last_duration_ms`, `durations`, `fates`, `last_failed_at`)
		VALUES (NEW.`job_id`, NEW.`client_id`, 1, NEW.`state` = 'failed', NEW.`id`, NEW.`state`, NEW.`ended_at`, NEW.`ended_at` - NEW.`started_at`,
			'[' || (NEW.`ended_at` - NEW.`started_at`) || ']', substr(NEW.`state`, 1, 1), CASE NEW.`state` WHEN 'failed' THEN NEW.`ended_at` END)
		ON CONFLICT (`job_id`, `client_id`) DO UPDATE SET `runs` = `runs` + 1, `failures_in_a_row` = CASE excluded.`failures_in_a_row` WHEN 0 THEN 0 ELSE `failures_in_a_row` + 1 END,
			`last_run_id` = excluded.`last_run_id`, `last_state` = excluded.`last_state`, `last_ended_at` = excluded.`last_ended_at`,
			`last_duration_ms` = excluded.`last_duration_ms`,
			`durations` = CASE
				WHEN `durations` = '[]' THEN excluded.`durations`
				WHEN `runs` % 50 = 49 THEN (SELECT json_group_array(`value`) FROM (
					SELECT excluded.`last_duration_ms` AS `value` UNION ALL
					SELECT `value` FROM (SELECT `value` FROM json_each(`job_stats`.`durations`) ORDER BY `key` LIMIT 49)))
				ELSE rtrim(excluded.`durations`, ']') || ',' || substr(`durations`, 2) END,
			`fates` = substr(excluded.`fates` || `fates`, 1, 20),
			`last_failed_at` = coalesce(excluded.`last_failed_at`, `last_failed_at`);
	INSERT INTO `job_totals` (`job_id`, `runs`, `last_run_id`, `last_state`, `last_ended_at`, `last_duration_ms`, `durations`, `fates`, `last_failed_at`)
		VALUES (NEW.`job_id`, 1, NEW.`id`, NEW.`state`, NEW.`ended_at`, NEW.`ended_at` - NEW.`started_at`,
			'[' || (NEW.`ended_at` - NEW.`started_at`) || ']', substr(NEW.`state`, 1, 1), CASE NEW.`state` WHEN 'failed' THEN NEW.`ended_at` END)
		ON CONFLICT (`job_id`) DO UPDATE SET `runs` = `runs` + 1, `last_run_id` = excluded.`last_run_id`, `last_state` = excluded.`last_state`, `last_ended_at` = excluded.`last_ended_at`,
			`last_duration_ms` = excluded.`last_duration_ms`,
			`durations` = CASE
				WHEN `durations` = '[]' THEN excluded.`durations`
				WHEN `runs` % 50 = 49 THEN (SELECT json_group_array(`value`) FROM (
					SELECT excluded.`last_duration_ms` AS `value` UNION ALL
					SELECT `value` FROM (SELECT `value` FROM json_each(`job_totals`.`durations`) ORDER BY `key` LIMIT 49)))
				ELSE rtrim(excluded.`durations`, ']') || ',' || substr(`durations`, 2) END,
			`fates` = substr(excluded.`fates` || `fates`, 1, 20),
			`last_failed_at` = coalesce(excluded.`last_failed_at`, `last_failed_at`);
END;
--> statement-breakpoint
-- One that was not taken up, or was cancelled while it waited for a retry, adds its fate's letter.
CREATE TRIGGER `runs_never_started` AFTER UPDATE OF `state` ON `runs`
WHEN NEW.`dry_run` = 0 AND OLD.`state` IN ('planned', 'queued', 'waiting', 'running') AND NEW.`state` NOT IN ('planned', 'queued', 'waiting', 'running')
	AND NOT (NEW.`started_at` IS NOT NULL AND NEW.`ended_at` IS NOT NULL AND (OLD.`state` = 'running' OR NEW.`state` <> 'cancelled'))
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
