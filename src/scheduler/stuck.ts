import type { SQL } from "drizzle-orm";
import { consequences } from "../control/runs/endings.ts";
import { giveUp, givingUp, skipLate } from "../control/runs/transitions.ts";
import type { Database } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { statement } from "../store/statement.ts";

/**
 * Every state of a run that has not ended has a deadline. The runner keeps them: it gives up a start after 24 hours and ends
 * a run at its maximum total time. What follows is the tick's, for runs whose runner does not come: the limits are later
 * by hours, so that a clock that is off by one takes no run from a runner that lives.
 */

/** Time (ms) after its due instant at which a run that has not started is given up. */
export const START_LIMIT_MS = 30 * 3_600_000;

/** The same for runs that may wait long: backfills, catch-ups, those of a job that runs all that it missed. */
export const LONG_START_LIMIT_MS = 30 * 86_400_000;

/** Time (ms) after its deadline at which a run that has started is given up, if it gave no sign of life for as long. One that was taken up again by hand and not claimed yet has none: it may wait as long as for a start. */
export const SILENCE_LIMIT_MS = 6 * 3_600_000;

/** Runs ended by one tick at most. */
const AT_MOST = 500;

/** True (1) for an open run that no owner will end any more. @param now ms */
export function stuck(now: number): SQL {
  return sql`CASE WHEN started_at IS NULL
    THEN due_at < ${now - START_LIMIT_MS} AND (due_at < ${now - LONG_START_LIMIT_MS}
      OR kind <> 'backfill' AND coalesce(reason, '') <> 'catch_up' AND coalesce(policies ->> 'misfire', 'once') <> 'all')
    ELSE coalesce(deadline_at, coalesce(not_before_at, started_at) + ${START_LIMIT_MS}) < ${now - SILENCE_LIMIT_MS}
      AND coalesce(heartbeat_at, 0) < ${now - SILENCE_LIMIT_MS} AND coalesce(not_before_at, 0) < ${now - SILENCE_LIMIT_MS} END`;
}

/** The oldest stuck runs. @param started whether they had started */
function stuckRuns(now: number, started: boolean): SQL {
  return sql`SELECT id FROM runs WHERE state IN ('planned', 'queued', 'waiting', 'running') AND due_at < ${now}
    AND started_at IS ${started ? sql`NOT NULL` : sql`NULL`} AND ${stuck(now)} ORDER BY due_at LIMIT ${AT_MOST}`;
}

/**
 * Ends stuck runs: those that never started are skipped, the others fail, unless their checkpoint says that they were done.
 * An owner who wakes up after all finds the lease raised. What follows from an end follows here too: figures, jobs that follow, a pause. A fixed number of statements in one batch.
 *
 * @param now ms
 * @returns how many were ended
 */
export async function endStuckRuns(control: Database, now: number): Promise<number> {
  const unstarted = stuckRuns(now, false);
  const started = stuckRuns(now, true);
  const results = await control.batch(
    [
      skipLate(unstarted, now),
      ...consequences(givingUp(started), now),
      statement(sql`UPDATE checkpoints SET lease = lease + 1 WHERE run_id IN (${started})`),
      giveUp(started, now),
      statement(sql`DELETE FROM heavy_permits WHERE run_id IN (SELECT p.run_id FROM heavy_permits p
        LEFT JOIN runs r ON r.id = p.run_id WHERE r.id IS NULL OR r.ended_at IS NOT NULL)`),
    ],
    "write",
  );
  return (results[0]?.rowsAffected ?? 0) + (results.at(-2)?.rowsAffected ?? 0);
}
