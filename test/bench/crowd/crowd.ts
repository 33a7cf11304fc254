import type { Database } from "../../../src/store/database.ts";

/** How many rows a database gets. */
export interface Crowd {
  readonly clients: number;
  /** One in 500 is for all clients. */
  readonly jobs: number;
  readonly runs: number;
  /** Lines of the audit trail, mails, ticks, and each client's people's rest. */
  readonly others: number;
  /** A job of a client, and a run, that have a tenth of the runs, and many lines of log: pages are looked at by them. */
  readonly focus: { readonly jobId: number; readonly clientId: number; readonly runId: number };
  /** Added to all ids that are made here. */
  readonly from: number;
}

/** Runs planned ahead or at work; all others have ended. */
const OPEN = 40;
/** Between two runs (ms): a million of them make 90 days. */
const APART = 7776;

/**
 * Fills a migrated database by SQL alone, within seconds for a million runs: clients, jobs with their triggers and figures, runs
 * with their fates, logs, changes, mails, connectors, administrators.
 *
 * @param now ms; runs lie in the days before it
 */
export async function addCrowd(database: Database, crowd: Crowd, now: number): Promise<void> {
  const { clients, jobs, runs, others, focus, from } = crowd;
  // What the database itself writes at each run's end is written here at once.
  const kept = await database.execute(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'runs'",
  );
  for (const { name } of kept.rows) await database.execute(`DROP TRIGGER ${String(name)}`);
  const numbers = (count: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  const jobOf = `CASE WHEN i % 10 = 0 THEN ${focus.jobId} ELSE ${from} + 1 + i * 7 % ${jobs} END`;
  const clientOf = `CASE WHEN i % 10 = 0 THEN ${focus.clientId} ELSE ${from} + 1 + i % ${clients} END`;
  const state = `CASE WHEN i > ${runs - OPEN} THEN CASE i % 4 WHEN 0 THEN 'running' WHEN 1 THEN 'queued' WHEN 2 THEN 'waiting' ELSE 'planned' END
    WHEN i % 50 = 7 THEN 'failed' WHEN i % 50 = 9 THEN 'partial' WHEN i % 20 = 3 THEN 'skipped' WHEN i % 100 = 1 THEN 'cancelled'
    WHEN i % 9 = 4 THEN 'no_action' ELSE 'ok' END`;
  await database.batch(
    [
      `INSERT INTO clients (id, key, name, time_zone, created_at, updated_at) ${numbers(clients)}
        SELECT ${from} + i, 'client-' || (${from} + i), 'Client ' || (i * 7919 % ${clients}), 'Europe/Berlin', ${now}, ${now} FROM n`,
      `INSERT INTO jobs (id, name, processor, client_id, cron, active, created_at, updated_at) ${numbers(jobs)}
        SELECT ${from} + i, 'Job ' || (i * 7919 % ${jobs}), 'PlainJob', CASE WHEN i % 500 = 1 THEN 0 ELSE ${from} + 1 + i % ${clients} END,
          '0 ' || (i % 60) || ' ' || (i % 24) || ' * * ?', i % 50 <> 2, ${now}, ${now} FROM n`,
      `INSERT INTO triggers (job_id, client_id, time_zone, next_fire_at, paused_until, created_at, updated_at)
        SELECT j.id, c.id, 'Europe/Berlin', CASE WHEN j.active THEN ${now} + (j.id * 61 + c.id) % 1440 * 60000 END,
          CASE WHEN j.id % 100 = 3 THEN ${now} + 3600000 END, ${now}, ${now}
        FROM jobs j JOIN clients c ON c.id = j.client_id OR j.client_id = 0 WHERE j.id > ${from} AND c.id > ${from}`,
      `INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, reason, message,
          counts, started_at, ended_at, heartbeat_at, created_at) ${numbers(runs)},
        r AS (SELECT ${jobOf} AS job, ${clientOf} AS client, ${now} - (${runs - OPEN} - i) * ${APART} - i % 7 AS at, ${state} AS state FROM n)
        SELECT job, client, CASE WHEN at % 30 = 0 THEN 'manual' ELSE 'schedule' END, at, at, 'PlainJob', 'Job of the night', 'light',
          '{}', 'Europe/Berlin', state, CASE state WHEN 'skipped' THEN 'duplicate' WHEN 'failed' THEN 'error' END,
          CASE state WHEN 'failed' THEN 'The service did not answer' END, '{"scanned":120,"changed":7}',
          CASE WHEN state IN ('skipped', 'planned', 'queued', 'waiting') THEN NULL ELSE at END,
          CASE WHEN state IN ('planned', 'queued', 'waiting', 'running') THEN NULL ELSE at + 4200 END,
          CASE state WHEN 'running' THEN ${now} END, at FROM r`,
      `INSERT OR REPLACE INTO job_stats (job_id, client_id, runs, failures_in_a_row, last_state, last_ended_at, last_duration_ms, durations, fates, last_failed_at)
        SELECT job_id, client_id, 50, CASE WHEN job_id % 200 = 5 THEN 3 ELSE 0 END, 'ok', ${now} - 4000, 4200, '[4200,4100,3900]', 'oooofooooooooosooooo',
          CASE WHEN job_id % 40 = 5 THEN ${now} - job_id END FROM triggers WHERE job_id > ${from}`,
      `INSERT OR REPLACE INTO job_totals (job_id, runs, last_state, last_ended_at, last_duration_ms, durations, fates, last_failed_at)
        SELECT job_id, sum(runs), 'ok', max(last_ended_at), 4200, '[4200,4100,3900]', 'oooofooooooooosooooo', max(last_failed_at)
        FROM job_stats WHERE job_id > ${from} GROUP BY job_id`,
      `INSERT INTO run_logs (run_id, at, level, message, data) ${numbers(others)}
        SELECT CASE WHEN i % 3 = 0 THEN ${focus.runId} ELSE ${from} + i END, ${now} - 60000 + i, CASE WHEN i % 20 = 0 THEN 'warn' ELSE 'info' END,
          'Line ' || i, NULL FROM n`,
      `INSERT INTO audit_log (client_id, run_id, actor, entity, entity_id, action, before, after, at) ${numbers(others)}
        SELECT ${clientOf}, CASE WHEN i % 4 THEN i END, CASE WHEN i % 4 = 0 THEN 'ada@example.com' END, CASE WHEN i % 4 = 0 THEN 'job' ELSE 'person' END,
          CASE WHEN i % 40 = 0 THEN ${focus.jobId} ELSE i END, 'update', '{"name":"A"}', '{"name":"B"}', ${now} - (${others} - i) * 1000 FROM n`,
      `INSERT INTO messages (client_id, created_run_id, kind, channel, to_address, subject, body, dedupe_key, status, queued_at, error, created_at, updated_at)
        ${numbers(others)}
        SELECT ${clientOf}, i, 'notification', 'mail', 'person-' || i || '@example.com', 'Your course begins', 'Soon', ${from} || '-' || i,
          CASE WHEN i % 30 = 5 THEN 'error' WHEN i % 30 = 6 THEN 'to_forward' ELSE 'sent' END, ${now} - i * 1000,
          CASE WHEN i % 30 = 5 THEN 'refused: no such mailbox' END, ${now}, ${now} FROM n`,
      `INSERT INTO connectors (client_id, kind, name, created_at, updated_at) ${numbers(clients)}
        SELECT ${from} + i, 'mail', 'Mail', ${now}, ${now} FROM n`,
      `INSERT INTO calendars (client_id, day, name) ${numbers(clients)} SELECT ${from} + i, '2026-12-25', 'Christmas Day' FROM n`,
      `INSERT INTO blackouts (client_id, starts_at, ends_at, created_at, updated_at) ${numbers(clients)}
        SELECT ${from} + i, ${now} - i * 86400000, ${now} - i * 86400000 + 3600000, ${now}, ${now} FROM n`,
      `INSERT INTO ticks (at, source, planned) ${numbers(others)} SELECT ${now} - (${others} - i) * 60000, 'cron', 3 FROM n`,
    ],
    "write",
  );
  for (const { sql } of kept.rows) await database.execute(String(sql));
}
