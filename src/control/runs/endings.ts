import { type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../store/database.ts";
import { statement } from "../../store/statement.ts";
import { DURATIONS_SHOWN } from "../jobs/job-figures.ts";
import { FOR_EVER } from "../jobs/pauses.ts";

/**
 * What follows for others when runs end: figures, jobs that follow, a pause after too many failures. The statements are sent in the
 * batch that ends the runs, before the statement that does: they ask for the runs as they still are.
 */

/** Durations that a row holds at most. It is cut to {@link DURATIONS_SHOWN} only then: that costs ten times what adding one costs. */
const DURATIONS_KEPT = 2 * DURATIONS_SHOWN;

/** What one more run changes in a row of figures; `excluded` holds those of the run alone. */
const oneMoreRun = (table: "job_stats" | "job_totals") => sql`runs = runs + 1, last_run_id = excluded.last_run_id,
    last_state = excluded.last_state, last_ended_at = excluded.last_ended_at, last_duration_ms = excluded.last_duration_ms,
    durations = CASE json_array_length(${sql.identifier(table)}.durations)
      WHEN 0 THEN excluded.durations
      WHEN ${DURATIONS_KEPT} THEN (SELECT json_group_array(value) FROM (
        SELECT excluded.last_duration_ms AS value UNION ALL
        SELECT value FROM (SELECT value FROM json_each(${sql.identifier(table)}.durations) ORDER BY key LIMIT ${DURATIONS_SHOWN - 1})))
      ELSE rtrim(excluded.durations, ']') || ',' || substr(${sql.identifier(table)}.durations, 2) END`;

/** When it is, in a statement of {@link consequences}. */
const moment = sql`(SELECT at FROM moment)`;

/** What is known of the one run that ends in a batch. */
export interface Known {
  readonly state: string;
  readonly load: "light" | "heavy";
  readonly dryRun: boolean;
}

/**
 * Everything that follows, a fixed number of statements whatever the number of runs.
 *
 * @param ending the runs that end in the batch: a query of their ids and of the states that they end with
 * @param now ms
 * @param known of the one run that ends: spares what changes nothing for it; null: they may be any, and several
 */
export function consequences(ending: SQL, now: number, known: Known | null = null): Statement[] {
  const after = (follows: SQL): Statement =>
    statement(sql`WITH ended (id, final) AS (${ending}), moment (at) AS (SELECT CAST(${now} AS INTEGER)) ${follows}`);
  const inOrder = known ? undefined : sql`ORDER BY r.id`;
  const figures = [
    after(sql`INSERT INTO job_stats (job_id, client_id, runs, failures_in_a_row, last_run_id, last_state, last_ended_at, last_duration_ms, durations)
      SELECT r.job_id, r.client_id, 1, e.final = 'failed', r.id, e.final, ${moment}, ${moment} - r.started_at, json_array(${moment} - r.started_at)
      FROM ended e CROSS JOIN runs r ON r.id = e.id WHERE r.dry_run = 0 ${inOrder}
      ON CONFLICT (job_id, client_id) DO UPDATE SET
        failures_in_a_row = CASE excluded.failures_in_a_row WHEN 0 THEN 0 ELSE failures_in_a_row + 1 END, ${oneMoreRun("job_stats")}`),
    after(sql`INSERT INTO job_totals (job_id, runs, last_run_id, last_state, last_ended_at, last_duration_ms, durations)
      SELECT r.job_id, 1, r.id, e.final, ${moment}, ${moment} - r.started_at, json_array(${moment} - r.started_at)
      FROM ended e CROSS JOIN runs r ON r.id = e.id WHERE r.dry_run = 0 ${inOrder}
      ON CONFLICT (job_id) DO UPDATE SET ${oneMoreRun("job_totals")}`),
  ];
  const pause = [
    after(sql`UPDATE triggers SET paused_until = ${FOR_EVER},
        pause_note = 'paused by itself after ' || (r.policies ->> 'pauseAfterFailures') || ' failed runs in a row'
      FROM ended e CROSS JOIN runs r ON r.id = e.id CROSS JOIN job_stats s ON s.job_id = r.job_id AND s.client_id = r.client_id
      WHERE e.final = 'failed' AND triggers.job_id = r.job_id AND triggers.client_id = r.client_id AND triggers.node_id = r.node_id
        AND s.failures_in_a_row >= r.policies ->> 'pauseAfterFailures'`),
  ];
  const permits = [statement(sql`DELETE FROM heavy_permits WHERE run_id IN (SELECT id FROM (${ending}))`)];
  return [
    ...(known?.dryRun ? [] : figures),
    ...(known?.dryRun || known?.state === "cancelled" ? [] : [after(followers)]),
    ...(known && known.state !== "failed" ? [] : pause),
    ...(known?.load === "light" ? [] : permits),
  ];
}

/**
 * Queues the jobs that follow, for the same client; one that is paused has its fate too. The planned instant is that of the run which
 * ended, so that a repetition adds nothing.
 */
const followers = sql`INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
    time_zone, state, reason, message, ended_at, caused_by_run_id, created_at)
  SELECT j.id, t.client_id, t.node_id, 'after', r.scheduled_at, ${moment}, j.processor, j.name, j.load, j.parameters, j.policies,
    t.time_zone, iif(t.paused_until > ${moment}, 'skipped', 'queued'), iif(t.paused_until > ${moment}, 'paused', NULL),
    iif(t.paused_until > ${moment}, 'The job was paused' || coalesce(': ' || t.pause_note, ''), NULL), iif(t.paused_until > ${moment}, ${moment}, NULL),
    r.id, ${moment}
  FROM ended e
  CROSS JOIN runs r ON r.id = e.id
  CROSS JOIN jobs j ON j.after_job_id = r.job_id
  CROSS JOIN triggers t ON t.job_id = j.id AND t.client_id = r.client_id
  WHERE r.dry_run = 0 AND e.final <> 'cancelled' AND (j.after_condition = 'ended' OR e.final <> 'failed') AND j.active = 1 AND j.deleted_at IS NULL
  ON CONFLICT DO NOTHING`;
