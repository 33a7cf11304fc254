import { clientMoving } from "../../control/clients/moves.ts";
import { everythingStopped } from "../../control/runs/gate.ts";
import { appendLog, type LogLine } from "../../control/runs/run-logs.ts";
import type { Run } from "../../control/runs/runs.ts";
import { type Leased, type Reached, retryLater, setAside, type Why } from "../../control/runs/transitions.ts";
import type { Database } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { rowsOf, statement } from "../../store/statement.ts";
import { othersBelowCap, PERMIT_MS } from "./permits.ts";

/** What the owner of a run tells the control tables while it is at work, and when it leaves it for later. */

/** What {@link beat} reports of a run under way. */
export interface Heartbeat extends Reached {
  readonly log: readonly LogLine[];
}

/** What a run's owner learns of it at a heartbeat. */
export interface Answer {
  /** ms; null: no cancel was requested. */
  readonly cancelRequestedAt: number | null;
  /** Everything is stopped. */
  readonly stopped: boolean;
  /** The client's data is being moved. */
  readonly moving: boolean;
  /** It holds a permit, which is prolonged. */
  readonly permitted: boolean;
}

type Beaten = { readonly cancelRequestedAt: number | null; readonly stopped: 0 | 1; readonly moving: 0 | 1 };

/**
 * Reports a run's progress and log, and asks whether it is to be cancelled. A permit that has not run out is prolonged; one
 * that has may be another owner's by now.
 *
 * @returns null when the lease has moved on
 */
export async function beat(
  control: Database,
  run: Run,
  { counts, progress, log }: Heartbeat,
  now: number,
): Promise<Answer | null> {
  const report = sql<Beaten>`UPDATE runs SET heartbeat_at = ${now}, counts = ${JSON.stringify(counts)},
        progress_done = ${progress.done}, progress_total = ${progress.total}
      WHERE id = ${run.id} AND lease = ${run.lease} AND state = 'running'
      RETURNING cancel_requested_at AS "cancelRequestedAt",
        ${everythingStopped} AS stopped, ${clientMoving(sql`runs.client_id`)} AS moving`;
  const results = await control.batch(
    [statement(report), ...logged(run, log), ...(run.load === "heavy" ? [prolonged(run, now)] : [])],
    "write",
  );
  const permit = run.load === "heavy" ? results.at(-1) : undefined;
  const [reported] = results;
  const [row] = rowsOf(reported, report);
  if (!row) return null;
  return {
    cancelRequestedAt: row.cancelRequestedAt,
    stopped: row.stopped === 1,
    moving: row.moving === 1,
    permitted: (permit?.rowsAffected ?? 0) > 0,
  };
}

/** Prolongs the permit of a run that has one. */
const prolonged = (run: Run, now: number) =>
  statement(sql`UPDATE heavy_permits SET expires_at = ${now + PERMIT_MS}
    WHERE run_id = ${run.id} AND expires_at > ${now} AND ${othersBelowCap(now)}`);

const logged = (run: Leased, log: readonly LogLine[]) => (log.length > 0 ? [appendLog(run.id, log)] : []);

/**
 * Lets a run that was at work wait, to go on from its checkpoint later: for a permit, until nothing is stopped any more, for the
 * client's data to arrive in another database, or for a release that has its processor.
 */
export async function setRunAside(
  control: Database,
  run: Run,
  wait: Why & { readonly reason: "permit" | "stopped" | "moving" | "unknown_processor" },
  heartbeat: Heartbeat,
): Promise<void> {
  await control.batch([setAside(run, wait, heartbeat), ...logged(run, heartbeat.log)], "write");
}

/** Sends a run back to wait for its next attempt. It goes on from its checkpoint. */
export async function retryRunLater(
  control: Database,
  run: Run,
  retry: { readonly at: number; readonly message: string; readonly log: readonly LogLine[] },
): Promise<void> {
  await control.batch([retryLater(run, retry.message, retry.at), appendLog(run.id, retry.log)], "write");
}
