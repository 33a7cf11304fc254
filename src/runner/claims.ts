import { heldSql } from "../control/clients/moves.ts";
import { consequences } from "../control/runs/endings.ts";
import { appendLog, type LogLine } from "../control/runs/run-logs.ts";
import { statesBeforeSql } from "../control/runs/run-state.ts";
import { type Run, toRun } from "../control/runs/runs.ts";
import type { RunToEnd } from "../processors/contract.ts";
import type { Database, Statement } from "../store/database.ts";
import type { Counts, Ending } from "../store/step.ts";
import { othersBelowCapSql, PERMIT_MS } from "./permits.ts";

/**
 * The runner's statements on the control tables. Every one that moves a run names the states it may come from and, once the
 * run is claimed, its lease, so that an owner that was superseded changes nothing.
 */

/** Open runs that are read at once; the oldest come first. */
const OPEN_AT_ONCE = 200;

/** Of one job so many are read; of those that wait behind them only the ones beyond their job's cap. */
const OPEN_OF_A_JOB = 20;

/** Whether the client may work at all at this moment. */
export interface Gate {
  /** The switch that stops everything is on. */
  readonly stopped: boolean;
  /** A blackout of the client or of the platform is under way. */
  readonly blackout: boolean;
  readonly clientActive: boolean;
  /** The client's data is on its way to another database: nothing of it may be worked on. */
  readonly moving: boolean;
}

/** An open run, with its place among the open runs of its job (1: the oldest); those of backfills have places of their own. */
export interface OpenRun extends Run {
  readonly place: number;
}

/** A client's open runs that are due, and when the next one will be. */
export interface OpenRuns {
  /** Oldest first, those of backfills behind all others. */
  readonly due: OpenRun[];
  /** ms; null when nothing else is planned. */
  readonly nextAt: number | null;
  readonly gate: Gate;
}

/** The statements behind {@link readOpen}. A run that has started is open whatever its due instant: another clock may have been ahead. */
export function openRunStatements(clientId: number, now: number): Statement[] {
  const open = "state IN ('planned', 'queued', 'waiting', 'running')";
  return [
    {
      sql: `UPDATE runs SET state = 'queued' WHERE client_id = ? AND ${open} AND state = 'planned' AND due_at <= ?`,
      args: [clientId, now],
    },
    {
      sql: `SELECT r.*, o.place FROM (
          SELECT id, place, due_at, policies, kind FROM (
            SELECT id, due_at, policies, kind,
              row_number() OVER (PARTITION BY job_id, node_id, kind = 'backfill' ORDER BY due_at, id) AS place
            FROM runs WHERE client_id = ? AND ${open} AND (due_at <= ? OR started_at IS NOT NULL))
          WHERE place <= ${OPEN_OF_A_JOB} OR kind <> 'backfill' AND place > 1 + coalesce(policies ->> 'overlapCap', 100)
          ORDER BY kind = 'backfill', due_at, id LIMIT ${OPEN_AT_ONCE}) o
        CROSS JOIN runs r ON r.id = o.id ORDER BY r.kind = 'backfill', o.due_at, o.id`,
      args: [clientId, now],
    },
    {
      sql: `SELECT min(due_at) AS next_at FROM runs WHERE client_id = ? AND ${open} AND due_at > ? AND started_at IS NULL`,
      args: [clientId, now],
    },
    {
      sql: `SELECT EXISTS (SELECT 1 FROM settings WHERE client_id = 0 AND key = 'stopped') AS stopped,
        EXISTS (SELECT 1 FROM blackouts WHERE ends_at > ? AND starts_at <= ? AND client_id IN (0, ?)) AS blackout,
        (? = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ? AND status = 'active')) AS active,
        ${heldSql("?")} AS moving`,
      args: [now, now, clientId, clientId, clientId, clientId],
    },
  ];
}

/** Marks planned runs that have come due as queued and reads all open ones; one round trip. @param now ms */
export async function readOpen(control: Database, clientId: number, now: number): Promise<OpenRuns> {
  const [, due, next, gate] = await control.batch(openRunStatements(clientId, now), "write");
  const nextAt = next?.rows[0]?.next_at ?? null;
  const facts = gate?.rows[0];
  return {
    due: (due?.rows ?? []).map((row) => ({ ...toRun(row), place: Number(row.place) })),
    nextAt: nextAt === null ? null : Number(nextAt),
    gate: {
      stopped: Number(facts?.stopped) === 1,
      blackout: Number(facts?.blackout) === 1,
      clientActive: Number(facts?.active) === 1,
      moving: Number(facts?.moving) === 1,
    },
  };
}

/** No run is at work beside which this one must not be: another heavy one, or one of its job or processor unless they may overlap. */
const ALONE = `NOT EXISTS (SELECT 1 FROM runs other WHERE other.client_id = runs.client_id AND other.state = 'running' AND other.id <> runs.id
  AND (runs.load = 'heavy' AND other.load = 'heavy' OR other.node_id = runs.node_id AND coalesce(runs.policies ->> 'overlap', 'skip') <> 'allow'
    AND (other.job_id = runs.job_id OR other.processor = runs.processor)))`;

/**
 * Claims a run: raises its lease and sets it running. A first start and a retry begin a new attempt; going on after a wait
 * for a permit does not, nor does replacing an owner that is gone. (Only a retry sets `not_before_at`; its reason may have
 * become another while it waited.) Whom it must not meet is asked once more, in the same
 * statement: what the runner judged may be minutes old when it had stood still. Nobody claims a run of a client whose data is
 * being moved.
 *
 * @param toClose it is claimed only to be ended, so it may meet anybody; whoever has to take it over ends it too
 * @returns the run as claimed, or null when somebody else was faster
 */
export async function claimRun(control: Database, run: Run, now: number, toClose = false): Promise<Run | null> {
  const takeOver = run.state === "running";
  const result = await control.execute({
    sql: `UPDATE runs SET state = 'running', lease = lease + 1, 
        attempt = attempt + CASE WHEN state <> 'running' AND (started_at IS NULL OR not_before_at IS NOT NULL) THEN 1 ELSE 0 END, started_at = coalesce(started_at, ?),
        heartbeat_at = ?, deadline_at = coalesce(deadline_at, ?), not_before_at = NULL, reason = NULL, message = NULL,
        cancel_requested_at = coalesce(cancel_requested_at, ?)
      WHERE id = ? AND lease = ? AND state IN (${takeOver ? "'running'" : statesBeforeSql("running")})
        AND NOT ${heldSql("runs.client_id")}
        ${takeOver || toClose ? "" : `AND ${ALONE}`} RETURNING *`,
    args: [now, now, now + run.policies.maxRunMinutes * 60_000, toClose && !takeOver ? now : null, run.id, run.lease],
  });
  return result.rows[0] ? toRun(result.rows[0]) : null;
}

/**
 * Claims a run at work from another owner, only to end it: raises its lease, so that the owner changes nothing any more, and marks it
 * with the reason for which it is ended, so that whoever was interrupted between this and the end may claim it again.
 *
 * @returns the run as claimed; null when it is no longer as it was seen, or the client's data is being moved
 */
export async function claimToEnd(control: Database, seen: RunToEnd): Promise<Run | null> {
  const result = await control.execute({
    sql: `UPDATE runs SET lease = lease + 1, reason = ?1
      WHERE id = ?2 AND state = 'running' AND NOT ${heldSql("runs.client_id")} AND (reason = ?1 OR lease = ?3
        AND (?4 IS NULL OR coalesce(heartbeat_at, 0) = ?4)
        AND (?5 IS NULL OR EXISTS (SELECT 1 FROM runs other WHERE other.id = ?5 AND other.state IN ('queued', 'running'))))
      RETURNING *`,
    args: [seen.ending.code, seen.runId, seen.lease, seen.heartbeatAt ?? null, seen.beside ?? null],
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
 * Reports a run's progress and log, and asks whether it is to be cancelled. A permit that has not run out is prolonged; one
 * that has may be somebody else's by now.
 *
 * @returns null when the lease has moved on
 */
export async function beat(
  control: Database,
  run: Run,
  heartbeat: Heartbeat,
  now: number,
): Promise<{
  readonly cancelRequestedAt: number | null;
  readonly stopped: boolean;
  readonly moving: boolean;
  readonly permitted: boolean;
} | null> {
  const results = await control.batch(
    [
      {
        sql: `UPDATE runs SET heartbeat_at = ?, counts = ?, progress_done = ?, progress_total = ?
          WHERE id = ? AND lease = ? AND state = 'running'
          RETURNING cancel_requested_at, EXISTS (SELECT 1 FROM settings WHERE client_id = 0 AND key = 'stopped') AS stopped,
            ${heldSql("runs.client_id")} AS moving`,
        args: [
          now,
          JSON.stringify(heartbeat.counts),
          heartbeat.progress.done,
          heartbeat.progress.total,
          run.id,
          run.lease,
        ],
      },
      {
        sql: `UPDATE heavy_permits SET expires_at = ?1 WHERE run_id = ?2 AND expires_at > ?3 AND ${othersBelowCapSql("?3")}`,
        args: [now + PERMIT_MS, run.id, now],
      },
      ...(heartbeat.log.length > 0 ? [appendLog(run.id, heartbeat.log)] : []),
    ],
    "write",
  );
  const row = results[0]?.rows[0];
  if (!row) return null;
  return {
    cancelRequestedAt: row.cancel_requested_at === null ? null : Number(row.cancel_requested_at),
    stopped: Number(row.stopped) === 1,
    moving: Number(row.moving) === 1,
    permitted: (results[1]?.rowsAffected ?? 0) > 0,
  };
}

/**
 * Lets a run that was at work wait, to go on from its checkpoint later: for a permit, until nothing is stopped any more, for the
 * client's data to arrive in another database, or for a release that has its processor.
 */
export async function setAside(
  control: Database,
  run: Run,
  wait: { readonly reason: "permit" | "stopped" | "moving" | "unknown_processor"; readonly message: string },
  heartbeat: Heartbeat,
): Promise<void> {
  await control.batch(
    [
      {
        sql: `UPDATE runs SET state = 'waiting', reason = ?, message = ?, counts = ?, progress_done = ?, progress_total = ?
          WHERE id = ? AND lease = ? AND state = 'running'`,
        args: [
          wait.reason,
          wait.message,
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

/**
 * Finishes a run in the control tables: terminal state, statistics, the last of its log, in one batch; a second call
 * changes nothing. What follows from it comes first and asks for the run as it still is.
 */
export async function finishRun(
  control: Database,
  run: Run,
  ending: Ending,
  report: Heartbeat & { readonly errors: Run["errors"] },
  now: number,
): Promise<void> {
  const held = "id = ? AND lease = ? AND state = 'running'";
  const itself = { sql: `SELECT id, ? FROM runs WHERE ${held}`, args: [ending.state, run.id, run.lease] };
  await control.batch(
    [
      ...consequences(itself, now),
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
