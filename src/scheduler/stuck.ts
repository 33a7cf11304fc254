import { consequences } from "../control/runs/endings.ts";
import type { Database, Statement } from "../store/database.ts";

/**
 * Every state of a run that has not ended has a deadline. The runner keeps them: it gives up a start after 24 hours and ends
 * a run at its maximum total time. What follows is the tick's, for runs whose runner does not come: the limits are later
 * by hours, so that a clock that is off by one takes no run from a runner that lives.
 */

/** A run that has not started is given up so long (ms) after it was due. */
export const START_LIMIT_MS = 30 * 3_600_000;

/** The same for runs that may wait long: backfills, catch-ups, those of a job that runs all that it missed. */
export const LONG_START_LIMIT_MS = 30 * 86_400_000;

/** A run that has started is given up so long (ms) after its deadline, if nothing was heard of it for as long. One that was taken up again by hand and not claimed yet has none: it may wait as long as for a start. */
export const SILENCE_LIMIT_MS = 6 * 3_600_000;

/** Runs ended by one tick at most. */
const AT_MOST = 500;

/** True (1) for an open run that nobody will end any more. Instants are inlined: whole numbers. @param now ms */
export function stuckSql(now: number): string {
  const at = Math.trunc(now);
  return `CASE WHEN started_at IS NULL
    THEN due_at < ${at - START_LIMIT_MS} AND (due_at < ${at - LONG_START_LIMIT_MS}
      OR kind <> 'backfill' AND coalesce(reason, '') <> 'catch_up' AND coalesce(policies ->> 'misfire', 'once') <> 'all')
    ELSE coalesce(deadline_at, coalesce(not_before_at, started_at) + ${START_LIMIT_MS}) < ${at - SILENCE_LIMIT_MS}
      AND coalesce(heartbeat_at, 0) < ${at - SILENCE_LIMIT_MS} AND coalesce(not_before_at, 0) < ${at - SILENCE_LIMIT_MS} END`;
}

/** The oldest stuck runs. @param started whether they had started */
function stuckRuns(now: number, started: boolean): string {
  return `SELECT id FROM runs WHERE state IN ('planned', 'queued', 'waiting', 'running') AND due_at < ${Math.trunc(now)}
    AND started_at IS ${started ? "NOT " : ""}NULL AND ${stuckSql(now)} ORDER BY due_at LIMIT ${AT_MOST}`;
}

/**
 * Ends stuck runs: those that never started are skipped, the others fail, unless their checkpoint says that they were done.
 * An owner who wakes up after all finds the lease raised. What follows from an end follows here too: figures, jobs that follow, a pause. A fixed number of statements in one batch.
 *
 * @param now ms
 * @returns how many were ended
 */
export async function endStuckRuns(control: Database, now: number): Promise<number> {
  const done =
    "(SELECT c.outcome FROM checkpoints c WHERE c.run_id = runs.id AND c.done = 1 AND c.reopened = runs.reopened)";
  const statements: Statement[] = [
    {
      sql: `UPDATE runs SET reason = CASE state WHEN 'waiting' THEN 'late' ELSE 'no_runner' END,
          message = CASE state WHEN 'waiting' THEN 'It could not start in time; at last: ' || coalesce(substr(message, 1, 300), 'it waited')
            ELSE 'No runner took it' END, state = 'skipped', ended_at = ?
        WHERE id IN (${stuckRuns(now, false)})`,
      args: [now],
    },
    ...consequences(
      {
        sql: `SELECT id, coalesce(${done} ->> 'state', 'failed') FROM runs WHERE id IN (${stuckRuns(now, true)}) AND state IN ('running', 'waiting')`,
        args: [],
      },
      now,
    ),
    {
      sql: `UPDATE checkpoints SET lease = lease + 1 WHERE run_id IN (${stuckRuns(now, true)})`,
      args: [],
    },
    {
      sql: `UPDATE runs SET lease = lease + 1, ended_at = ?,
          reason = CASE WHEN ${done} IS NOT NULL THEN ${done} ->> 'code' WHEN deadline_at IS NULL THEN 'no_runner' ELSE 'max_run_time' END,
          message = CASE WHEN ${done} IS NOT NULL THEN ${done} ->> 'message'
            ELSE 'No runner has worked on it for hours, and its time is over; what was done before stays' END,
          state = coalesce(${done} ->> 'state', 'failed')
        WHERE id IN (${stuckRuns(now, true)}) AND state IN ('running', 'waiting')`,
      args: [now],
    },
    {
      sql: `DELETE FROM heavy_permits WHERE run_id IN (SELECT p.run_id FROM heavy_permits p
        LEFT JOIN runs r ON r.id = p.run_id WHERE r.id IS NULL OR r.ended_at IS NOT NULL)`,
      args: [],
    },
  ];
  const results = await control.batch(statements, "write");
  return (results[0]?.rowsAffected ?? 0) + (results.at(-2)?.rowsAffected ?? 0);
}
