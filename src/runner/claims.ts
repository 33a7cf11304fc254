import { type SQL, sql } from "drizzle-orm";
import { clientMoving } from "../control/clients/moves.ts";
import { consequences } from "../control/runs/endings.ts";
import { appendLog, type LogLine } from "../control/runs/run-logs.ts";
import { type Run, type RunRow, runColumns, runColumnsOfR, toRun } from "../control/runs/runs.ts";
import {
  claim,
  claimToEnd,
  finish,
  finishable,
  finishing,
  type Leased,
  queueDue,
  type Reached,
  retryLater,
  setAside,
  type Why,
} from "../control/runs/transitions.ts";
import type { RunToEnd } from "../processors/contract.ts";
import type { Database, Statement } from "../store/database.ts";
import { failures } from "../store/schema.ts";
import { select } from "../store/select.ts";
import { read, rowsOf, statement } from "../store/statement.ts";
import type { Ending } from "../store/step/step.ts";
import { othersBelowCap, PERMIT_MS } from "./permits.ts";

/** What the runner reads and writes in the control tables. */

/** Open runs that are read at once; the oldest come first. */
const OPEN_AT_ONCE = 200;

/** In the text and not bound: SQLite sorts several times faster for a limit that it knows when it prepares. */
const atOnce = sql.raw(String(OPEN_AT_ONCE));

/** Open runs of one job that are read, at most; of those that wait behind them only the ones beyond their job's cap. */
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

/** An open run, with its rank among the open runs of its job (1: the oldest); runs of backfills are ranked apart. */
export interface OpenRun extends Run {
  readonly rank: number;
}

/** A client's open runs that are due, and when the next one will be. */
export interface OpenRuns {
  /** Oldest first, those of backfills behind all others. */
  readonly due: OpenRun[];
  /** ms; null when nothing else is planned. */
  readonly nextAt: number | null;
  readonly gate: Gate;
}

/** Open runs of a client: a condition that the partial index of open runs answers. */
const openOf = (clientId: number) =>
  sql`client_id = ${clientId} AND state IN ('planned', 'queued', 'waiting', 'running')`;

/** The statements behind {@link readOpen}. A run that has started is open whatever its due instant: another clock may have been ahead. */
export function openRunStatements(clientId: number, now: number): Statement[] {
  return [queueDue(clientId, now), ...openQueries(clientId, now).map(statement)];
}

type Ranked = RunRow & Pick<OpenRun, "rank">;
type Next = { readonly at: number | null };
type Facts = { readonly [Fact in keyof Gate]: 0 | 1 };

function openQueries(clientId: number, now: number) {
  return [
    sql<Ranked>`SELECT ${runColumnsOfR}, o.rank FROM (
          SELECT id, rank, due_at, policies, kind FROM (
            SELECT id, due_at, policies, kind,
              row_number() OVER (PARTITION BY job_id, node_id, kind = 'backfill' ORDER BY due_at, id) AS rank
            FROM runs WHERE ${openOf(clientId)} AND (due_at <= ${now} OR started_at IS NOT NULL))
          WHERE rank <= ${OPEN_OF_A_JOB} OR kind <> 'backfill' AND rank > 1 + coalesce(policies ->> 'overlapCap', 100)
          ORDER BY kind = 'backfill', due_at, id LIMIT ${atOnce}) o
        CROSS JOIN runs r ON r.id = o.id ORDER BY r.kind = 'backfill', o.due_at, o.id`,
    sql<Next>`SELECT min(due_at) AS at FROM runs WHERE ${openOf(clientId)} AND due_at > ${now} AND started_at IS NULL`,
    sql<Facts>`SELECT EXISTS (SELECT 1 FROM settings WHERE client_id = 0 AND key = 'stopped') AS stopped,
        EXISTS (SELECT 1 FROM blackouts WHERE ends_at > ${now} AND starts_at <= ${now} AND client_id IN (0, ${clientId})) AS blackout,
        (${clientId} = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ${clientId} AND status = 'active')) AS "clientActive",
        ${clientMoving(clientId)} AS moving`,
  ] as const;
}

/** Marks planned runs that have come due as queued and reads all open ones; one round trip. @param now ms */
export async function readOpen(control: Database, clientId: number, now: number): Promise<OpenRuns> {
  const [dueRuns, nextRun, facts] = openQueries(clientId, now);
  const [, due, next, gate] = await control.batch(
    [queueDue(clientId, now), statement(dueRuns), statement(nextRun), statement(facts)],
    "write",
  );
  const [open] = rowsOf(gate, facts);
  return {
    due: rowsOf(due, dueRuns).map(({ rank, ...row }) => ({ ...toRun(row), rank })),
    nextAt: rowsOf(next, nextRun)[0]?.at ?? null,
    gate: {
      stopped: open?.stopped === 1,
      blackout: open?.blackout === 1,
      clientActive: open?.clientActive === 1,
      moving: open?.moving === 1,
    },
  };
}

async function claimed(control: Database, statement: SQL): Promise<Run | null> {
  const [row] = await read<RunRow>(control, sql`${statement} RETURNING ${runColumns}`);
  return row ? toRun(row) : null;
}

/**
 * Claims a run ({@link claim}).
 *
 * @param toClose it is claimed only to be ended
 * @returns the run as claimed, or null when another owner was faster
 */
export async function claimRun(control: Database, run: Run, now: number, toClose = false): Promise<Run | null> {
  return await claimed(control, claim(run, toClose, now));
}

/**
 * Claims a run at work from another owner, only to end it ({@link claimToEnd}).
 *
 * @returns the run as claimed; null when it is no longer as it was seen, or the client's data is being moved
 */
export async function claimRunToEnd(control: Database, seen: RunToEnd): Promise<Run | null> {
  const { runId: id, lease, heartbeatAt = null, beside = null, ending } = seen;
  return await claimed(control, claimToEnd({ id, lease, reason: ending.code, heartbeatAt, beside }));
}

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
        EXISTS (SELECT 1 FROM settings WHERE client_id = 0 AND key = 'stopped') AS stopped, ${clientMoving(sql`runs.client_id`)} AS moving`;
  const [reported, permit] = await control.batch(
    [
      statement(report),
      statement(sql`UPDATE heavy_permits SET expires_at = ${now + PERMIT_MS}
        WHERE run_id = ${run.id} AND expires_at > ${now} AND ${othersBelowCap(now)}`),
      ...logged(run, log),
    ],
    "write",
  );
  const [row] = rowsOf(reported, report);
  if (!row) return null;
  return {
    cancelRequestedAt: row.cancelRequestedAt,
    stopped: row.stopped === 1,
    moving: row.moving === 1,
    permitted: (permit?.rowsAffected ?? 0) > 0,
  };
}

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

/**
 * Finishes a run in the control tables: terminal state, statistics, the last of its log, in one batch; a second call
 * changes nothing. What follows from it comes first and asks for the run as it still is.
 */
export async function finishRun(
  control: Database,
  run: Run,
  ending: Ending,
  report: Heartbeat & Pick<Run, "errors">,
  now: number,
): Promise<void> {
  await control.batch(
    [
      ...consequences(finishing(run, ending.state), now),
      statement(sql`INSERT INTO run_logs (run_id, at, level, message, data)
        SELECT ${run.id}, value ->> 'at', value ->> 'level', value ->> 'message', value ->> 'data' FROM json_each(${JSON.stringify(report.log)})
        WHERE EXISTS (SELECT 1 FROM runs WHERE ${finishable(run)})`),
      finish(run, ending, report, now),
    ],
    "write",
  );
}

/** The first failures of a run, for its row: at most 100 (handbook, rules: counts). */
export async function readFailures(store: Database, runId: number, limit = 100): Promise<Run["errors"]> {
  return await read(
    store,
    select(failures, ["ref", "code", "message"], sql`WHERE run_id = ${runId} ORDER BY id LIMIT ${limit}`),
  );
}
