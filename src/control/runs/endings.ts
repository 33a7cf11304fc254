import type { SQL } from "drizzle-orm";
import type { Statement } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { statement } from "../../store/statement.ts";
import { FOR_EVER } from "../jobs/pauses.ts";

/**
 * What follows for others when runs end: jobs that follow, a pause after too many failures. The statements are sent in the batch that
 * ends the runs, before the statement that does: they ask for the runs as they still are. The figures of their jobs are kept by the
 * database itself, whichever statement ends a run (`runs_ended` in drizzle/control/0012_figures_of_ended_runs.sql).
 */

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
  const ended = sql`WITH ended (id, final) AS (${ending})`;
  const permits = [statement(sql`DELETE FROM heavy_permits WHERE run_id IN (SELECT id FROM (${ending}))`)];
  return [
    ...(known?.dryRun || known?.state === "cancelled" ? [] : [statement(sql`${ended} ${followers(now)}`)]),
    ...(known && (known.dryRun || known.state !== "failed") ? [] : [statement(sql`${ended} ${pause}`)]),
    ...(known?.load === "light" ? [] : permits),
  ];
}

/** Failures in a row of the job of `r` for its client, with the runs that end in the batch; its figures do not have these yet. */
const failuresInARow = sql`(SELECT count(*) FILTER (WHERE o.final = 'failed' AND o.id > o.good) + iif(max(o.good) = 0, coalesce((
      SELECT s.failures_in_a_row FROM job_stats s WHERE s.job_id = r.job_id AND s.client_id = r.client_id), 0), 0)
    FROM (SELECT e2.id, e2.final, max(iif(e2.final = 'failed', 0, e2.id)) OVER () AS good
      FROM ended e2 CROSS JOIN runs r2 ON r2.id = e2.id
      WHERE r2.job_id = r.job_id AND r2.client_id = r.client_id AND r2.dry_run = 0) o)`;

/** Pauses what has failed too often in a row. */
const pause = sql`UPDATE triggers SET paused_until = ${FOR_EVER},
    pause_note = 'paused by itself after ' || (r.policies ->> 'pauseAfterFailures') || ' failed runs in a row'
  FROM ended e CROSS JOIN runs r ON r.id = e.id
  WHERE e.final = 'failed' AND r.dry_run = 0 AND triggers.job_id = r.job_id AND triggers.client_id = r.client_id AND triggers.node_id = r.node_id
    AND ${failuresInARow} >= r.policies ->> 'pauseAfterFailures'`;

/** When it is (ms), an integer also where the driver has none. */
const moment = (now: number) => sql`CAST(${now} AS INTEGER)`;

/**
 * Queues the jobs that follow, for the same client; one that is paused has its fate too. The planned instant is that of the run which
 * ended, so that a repetition adds nothing.
 */
const followers = (
  now: number,
) => sql`INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
    time_zone, state, reason, message, ended_at, caused_by_run_id, created_at)
  SELECT j.id, t.client_id, t.node_id, 'after', r.scheduled_at, ${moment(now)}, j.processor, j.name, j.load, j.parameters, j.policies,
    t.time_zone, iif(t.paused_until > ${moment(now)}, 'skipped', 'queued'), iif(t.paused_until > ${moment(now)}, 'paused', NULL),
    iif(t.paused_until > ${moment(now)}, 'The job was paused' || coalesce(': ' || t.pause_note, ''), NULL), iif(t.paused_until > ${moment(now)}, ${moment(now)}, NULL),
    r.id, ${moment(now)}
  FROM ended e
  CROSS JOIN runs r ON r.id = e.id
  CROSS JOIN jobs j ON j.after_job_id = r.job_id
  CROSS JOIN triggers t ON t.job_id = j.id AND t.client_id = r.client_id
  WHERE r.dry_run = 0 AND e.final <> 'cancelled' AND (j.after_condition = 'ended' OR e.final <> 'failed') AND j.active = 1 AND j.deleted_at IS NULL
  ON CONFLICT DO NOTHING`;
