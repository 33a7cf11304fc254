import { appendLog, type LogLine } from "../control/run-logs.ts";
import { statesBeforeSql } from "../control/run-state.ts";
import { type Run, toRun } from "../control/runs.ts";
import type { Database, Statement } from "../store/database.ts";
import type { Counts, Ending } from "../store/step.ts";

/**
 * The runner's statements on the control tables. Every one that moves a run names the states it may come from and, once the
 * run is claimed, its lease, so that an owner that was superseded changes nothing.
 */

/** A claimed run has this long (ms) from its first start until it is ended as failed. */
export const MAXIMUM_RUN_MS = 6 * 3_600_000;

/** Open runs that are read at once; the oldest come first. */
const OPEN_AT_ONCE = 200;

/** A client's open runs that are due, and when the next one will be. */
export interface OpenRuns {
  readonly due: Run[];
  /** ms; null when nothing else is planned. */
  readonly nextAt: number | null;
}

/** The statements behind {@link readOpen}. */
export function openRunStatements(clientId: number, now: number): Statement[] {
  const open = "state IN ('planned', 'queued', 'waiting', 'running')";
  return [
    {
      sql: `UPDATE runs SET state = 'queued' WHERE client_id = ? AND ${open} AND state = 'planned' AND due_at <= ?`,
      args: [clientId, now],
    },
    {
      sql: `SELECT * FROM runs WHERE client_id = ? AND ${open} AND due_at <= ? ORDER BY due_at, id LIMIT ${OPEN_AT_ONCE}`,
      args: [clientId, now],
    },
    {
      sql: `SELECT min(due_at) AS next_at FROM runs WHERE client_id = ? AND ${open} AND due_at > ?`,
      args: [clientId, now],
    },
  ];
}

/** Marks planned runs that have come due as queued and reads all open ones; one round trip. @param now ms */
export async function readOpen(control: Database, clientId: number, now: number): Promise<OpenRuns> {
  const [, due, next] = await control.batch(openRunStatements(clientId, now), "write");
  const nextAt = next?.rows[0]?.next_at ?? null;
  return { due: (due?.rows ?? []).map(toRun), nextAt: nextAt === null ? null : Number(nextAt) };
}

/**
 * Claims a run: raises its lease and sets it running. From `queued` or `waiting` a new attempt begins; from `running` an
 * owner that is gone is replaced.
 *
 * @returns the run as claimed, or null when somebody else was faster
 */
export async function claimRun(control: Database, run: Run, now: number): Promise<Run | null> {
  const takeOver = run.state === "running";
  const result = await control.execute({
    sql: `UPDATE runs SET state = 'running', lease = lease + 1, attempt = attempt + ?, started_at = coalesce(started_at, ?),
        heartbeat_at = ?, deadline_at = coalesce(deadline_at, ?), not_before_at = NULL, reason = NULL, message = NULL
      WHERE id = ? AND lease = ? AND state IN (${takeOver ? "'running'" : statesBeforeSql("running")}) RETURNING *`,
    args: [takeOver ? 0 : 1, now, now, now + MAXIMUM_RUN_MS, run.id, run.lease],
  });
  return result.rows[0] ? toRun(result.rows[0]) : null;
}

/** Lets a run wait, with the reason in words. Nothing is written when it waits for the same already. */
export async function letWait(
  control: Database,
  run: Run,
  wait: { readonly reason: string; readonly message: string; readonly until: number | null },
): Promise<void> {
  await control.execute({
    sql: `UPDATE runs SET state = 'waiting', reason = ?, message = ? WHERE id = ? AND lease = ? AND state IN ('queued', 'waiting')`,
    args: [wait.reason, wait.message.slice(0, 400), run.id, run.lease],
  });
}

/** Ends a run that never started as skipped. */
export async function skipRun(
  control: Database,
  run: Run,
  reason: string,
  message: string,
  now: number,
): Promise<void> {
  await control.execute({
    sql: `UPDATE runs SET state = 'skipped', reason = ?, message = ?, ended_at = ? WHERE id = ? AND lease = ?
      AND state IN (${statesBeforeSql("skipped")})`,
    args: [reason, message.slice(0, 400), now, run.id, run.lease],
  });
}

/** What {@link beat} reports of a run under way. */
export interface Heartbeat {
  readonly counts: Counts;
  readonly progress: { readonly done: number; readonly total: number | null };
  readonly log: readonly LogLine[];
}

/**
 * Reports a run's progress and log, and asks whether it is to be cancelled.
 *
 * @returns null when the lease has moved on
 */
export async function beat(
  control: Database,
  run: Run,
  heartbeat: Heartbeat,
  now: number,
): Promise<{ readonly cancelRequestedAt: number | null } | null> {
  const results = await control.batch(
    [
      {
        sql: `UPDATE runs SET heartbeat_at = ?, counts = ?, progress_done = ?, progress_total = ?
          WHERE id = ? AND lease = ? AND state = 'running' RETURNING cancel_requested_at`,
        args: [
          now,
          JSON.stringify(heartbeat.counts),
          heartbeat.progress.done,
          heartbeat.progress.total,
          run.id,
          run.lease,
        ],
      },
      ...(heartbeat.log.length > 0 ? [appendLog(run.id, heartbeat.log)] : []),
    ],
    "write",
  );
  const row = results[0]?.rows[0];
  if (!row) return null;
  return { cancelRequestedAt: row.cancel_requested_at === null ? null : Number(row.cancel_requested_at) };
}

/** Sends a run back to wait for its next attempt. It goes on from its checkpoint. */
export async function retryLater(
  control: Database,
  run: Run,
  retry: { readonly at: number; readonly code: string; readonly message: string; readonly log: readonly LogLine[] },
): Promise<void> {
  await control.batch(
    [
      {
        sql: `UPDATE runs SET state = 'waiting', reason = 'retry', message = ?, not_before_at = ? WHERE id = ? AND lease = ? AND state = 'running'`,
        args: [retry.message.slice(0, 400), retry.at, run.id, run.lease],
      },
      appendLog(run.id, retry.log),
    ],
    "write",
  );
}

/** Durations kept for a job's median and p95. */
const DURATIONS_KEPT = 50;

/**
 * Finishes a run in the control tables: terminal state, statistics, the last of its log, in one batch; a second call
 * changes nothing. The statistics come first and ask for the run as it still is.
 */
export async function finishRun(
  control: Database,
  run: Run,
  ending: Ending,
  report: Heartbeat & { readonly errors: Run["errors"] },
  now: number,
): Promise<void> {
  const failed = ending.state === "failed";
  const held = "id = ? AND lease = ? AND state = 'running'";
  await control.batch(
    [
      {
        sql: `INSERT INTO job_stats (job_id, client_id, runs, failures_in_a_row, last_run_id, last_state, last_ended_at, last_duration_ms, durations)
          SELECT job_id, client_id, 1, ?1, id, ?2, ?3, ?3 - started_at, json_array(?3 - started_at) FROM runs
          WHERE dry_run = 0 AND id = ?4 AND lease = ?5 AND state = 'running'
          ON CONFLICT (job_id, client_id) DO UPDATE SET runs = runs + 1,
            failures_in_a_row = CASE excluded.failures_in_a_row WHEN 0 THEN 0 ELSE failures_in_a_row + 1 END,
            last_run_id = excluded.last_run_id, last_state = excluded.last_state, last_ended_at = excluded.last_ended_at,
            last_duration_ms = excluded.last_duration_ms,
            durations = (SELECT json_group_array(value) FROM (
              SELECT excluded.last_duration_ms AS value UNION ALL
              SELECT value FROM (SELECT value FROM json_each(job_stats.durations) ORDER BY key LIMIT ${DURATIONS_KEPT - 1})))`,
        args: [failed ? 1 : 0, ending.state, now, run.id, run.lease],
      },
      {
        sql: `INSERT INTO run_logs (run_id, at, level, message, data)
          SELECT ?, value ->> 'at', value ->> 'level', value ->> 'message', value ->> 'data' FROM json_each(?)
          WHERE EXISTS (SELECT 1 FROM runs WHERE ${held})`,
        args: [run.id, JSON.stringify(report.log), run.id, run.lease],
      },
      {
        sql: `UPDATE runs SET state = ?, reason = ?, message = ?, counts = ?, errors = ?, progress_done = ?, progress_total = ?,
            ended_at = ?, heartbeat_at = ? WHERE ${held}`,
        args: [
          ending.state,
          ending.code ?? null,
          ending.message?.slice(0, 400) ?? null,
          JSON.stringify(report.counts),
          JSON.stringify(report.errors),
          report.progress.done,
          report.progress.total,
          now,
          now,
          run.id,
          run.lease,
        ],
      },
    ],
    "write",
  );
}

/** The first failures of a run, for its row: at most 100 (spec 0.4). */
export async function readFailures(store: Database, runId: number, limit = 100): Promise<Run["errors"]> {
  const result = await store.execute({
    sql: "SELECT ref, code, message FROM failures WHERE run_id = ? ORDER BY id LIMIT ?",
    args: [runId, limit],
  });
  return result.rows.map((row) => ({ ref: String(row.ref), code: String(row.code), message: String(row.message) }));
}
