import type { SQL } from "drizzle-orm";
import { type ClientFacts, clientColumns, clientQuery } from "../../control/clients/clients.ts";
import type { PlannedRun } from "../../control/runs/open-runs.ts";
import { type Run, type RunRow, runColumns, toRun } from "../../control/runs/runs.ts";
import { type Claim, claim, claimAlone, claimedBy, claimToEnd } from "../../control/runs/transitions.ts";
import type { Processor, RunToEnd } from "../../processors/contract.ts";
import type { Database } from "../../store/database.ts";
import { part } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, rowsOf, statement } from "../../store/statement.ts";
import { type Checkpoint, opening, toCheckpoint } from "../../store/step/checkpoint.ts";
import { type OpenRuns, openQueries, toOpenRuns } from "./open-runs.ts";

/** A run that was claimed, and what it starts with. */
export interface ClaimedRun {
  readonly run: Run;
  /** Null when the client is gone. */
  readonly client: ClientFacts | null;
  /** Null where it lies in another database, or its store refused the lease: it is opened there, and that says why. */
  readonly checkpoint: Checkpoint | null;
}

/** What a claim has to know of a run's processor: where the checkpoint lies, and which cursors it reads. */
export type Claimed = Pick<Processor, "store" | "cursorVersion">;

type ClientAndCheckpoint = ClientFacts & Parameters<typeof toCheckpoint>[0] & { readonly run_id: number | null };

/**
 * A claim, the checkpoint that it opens where control holds it, and the two reads that tell what came of it: also of an earlier call of the
 * same claimant, whose answer was lost.
 */
function claimQueries(statement: SQL, claim: Claim, clientId: number, processor: Claimed) {
  const isHere =
    processor.store === "control" || clientId === 0
      ? sql`1`
      : sql`EXISTS (SELECT 1 FROM clients WHERE id = ${clientId} AND database_url IS NULL)`;
  const taken = sql`SELECT id AS run_id, lease, ${processor.cursorVersion ?? 1} AS cursor_version, started_at AS now_at, reopened,
      ${processor.store === "control" ? sql`0` : sql`client_id`} AS client_id
    FROM runs WHERE ${claimedBy(claim)} AND ${isHere}`;
  return [
    statement,
    opening(taken),
    sql<RunRow>`SELECT ${runColumns} FROM runs WHERE ${claimedBy(claim)}`,
    sql<ClientAndCheckpoint>`SELECT c.*, k.* FROM (${clientQuery(clientId)}) c
      LEFT JOIN checkpoints k ON k.run_id = ${claim.id} AND k.lease = ${claim.lease}`,
  ] as const;
}

/** What the {@link claimQueries} answered; null: the run was not claimed. */
function toClaimed(row: RunRow | undefined, facts: ClientAndCheckpoint | undefined): ClaimedRun | null {
  if (!row) return null;
  return {
    run: toRun(row),
    client: facts ? part(facts, clientColumns) : null,
    checkpoint: facts && facts.run_id !== null ? toCheckpoint(facts) : null,
  };
}

/**
 * Claims a run ({@link claim}) and opens its checkpoint where it lies in the control database; one round trip.
 *
 * @param toClose it is claimed only to be ended
 * @returns null when another owner was faster
 */
export async function claimRun(
  control: Database,
  run: Run,
  processor: Claimed,
  claimant: string,
  now: number,
  toClose = false,
): Promise<ClaimedRun | null> {
  const made = { id: run.id, lease: run.lease + 1, claimant };
  const queries = claimQueries(claim(run, claimant, toClose, now), made, run.clientId, processor);
  const results = await control.batch(queries.map(statement), "write");
  return toClaimed(rowsOf(results[2], queries[2])[0], rowsOf(results[3], queries[3])[0]);
}

/** What came of a claim without a look ({@link claimPlanned}). */
export type Start =
  | { readonly claimed: ClaimedRun; readonly next: PlannedRun | null }
  /** It was not claimed; the look that was spared. */
  | { readonly claimed: null; readonly open: OpenRuns };

/**
 * Claims a run that the tick handed over, if nothing has to be judged ({@link claimAlone}), and opens its checkpoint; else it looks at the
 * client's open runs. One round trip.
 *
 * @param now ms
 */
export async function claimPlanned(
  control: Database,
  run: PlannedRun & { readonly clientId: number },
  processor: Claimed,
  claimant: string,
  now: number,
): Promise<Start> {
  const { clientId } = run;
  const made = { id: run.id, lease: 1, claimant };
  const [claiming, open, row, facts] = claimQueries(claimAlone(run, claimant, now), made, clientId, processor);
  const [due, gate] = openQueries(clientId, now, sql`EXISTS (SELECT 1 FROM runs WHERE ${claimedBy(made)})`);
  const results = await control.batch([claiming, open, row, facts, due, gate].map(statement), "write");
  const claimed = toClaimed(rowsOf(results[2], row)[0], rowsOf(results[3], facts)[0]);
  const look = toOpenRuns(rowsOf(results[4], due), rowsOf(results[5], gate)[0]);
  return claimed ? { claimed, next: look.next } : { claimed, open: look };
}

/**
 * Claims a run at work from another owner, only to end it ({@link claimToEnd}).
 *
 * @returns the run as claimed; null when it is no longer as it was seen, or the client's data is being moved
 */
export async function claimRunToEnd(control: Database, seen: RunToEnd): Promise<Run | null> {
  const { runId: id, lease, heartbeatAt = null, beside = null, ending } = seen;
  const claimed = claimToEnd({ id, lease, reason: ending.code, heartbeatAt, beside });
  const [row] = await read<RunRow>(control, sql`${claimed} RETURNING ${runColumns}`);
  return row ? toRun(row) : null;
}
