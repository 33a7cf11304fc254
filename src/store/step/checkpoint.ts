import type { Row } from "@libsql/client";
import type { SQL } from "drizzle-orm";
import type { Database } from "../database.ts";
import { sql } from "../sql.ts";
import { statement } from "../statement.ts";
import { type Counts, type Ending, LeaseLostError } from "./step.ts";

/** Where a run stands, as its store knows it. */
export interface Checkpoint {
  readonly runId: number;
  readonly lease: number;
  readonly step: number;
  /** The processor's own cursor; null before its first step. */
  readonly cursor: unknown;
  readonly cursorVersion: number;
  readonly counts: Counts;
  readonly progress: { readonly done: number; readonly total: number | null };
  /** Instant of the run's first start (ms). */
  readonly now: number;
  /** Set once the run has ended in its store; the control tables follow. */
  readonly ending: Ending | null;
}

/** Reads a row with all columns of `checkpoints`. */
export function toCheckpoint(row: Row): Checkpoint {
  return {
    runId: Number(row.run_id),
    lease: Number(row.lease),
    step: Number(row.step),
    cursor: row.cursor === null ? null : (JSON.parse(String(row.cursor)) as unknown),
    cursorVersion: Number(row.cursor_version),
    counts: JSON.parse(String(row.counts)) as Counts,
    progress: {
      done: Number(row.progress_done),
      total: row.progress_total === null ? null : Number(row.progress_total),
    },
    now: Number(row.now_at),
    ending: Number(row.done) === 1 ? (JSON.parse(String(row.outcome)) as Ending) : null,
  };
}

/**
 * The statement that takes runs over in their store, for {@link openCheckpoint} and for the batch of a claim in the same database. It changes
 * nothing where the store knows the lease or a newer one, or where the client has left.
 *
 * @param of a query of `run_id`, `lease`, `cursor_version`, `now_at`, `reopened` and `client_id`
 */
export function opening(of: SQL): SQL {
  return sql`INSERT INTO checkpoints (run_id, lease, cursor_version, now_at, reopened)
      SELECT o.run_id, o.lease, o.cursor_version, o.now_at, o.reopened FROM (${of}) o
      WHERE NOT EXISTS (SELECT 1 FROM departures WHERE client_id = o.client_id)
      ON CONFLICT (run_id) DO UPDATE SET lease = excluded.lease, reopened = excluded.reopened,
        cursor_version = CASE step WHEN 0 THEN excluded.cursor_version ELSE cursor_version END,
        done = CASE WHEN reopened < excluded.reopened THEN 0 ELSE done END,
        outcome = CASE WHEN reopened < excluded.reopened THEN NULL ELSE outcome END
      WHERE lease < excluded.lease`;
}

/**
 * Takes a run over in its store: creates its checkpoint or raises the lease of the one that is there. From then on every
 * step of an older owner is refused. The store of a client that has left it (`departures`) takes none of its runs any more.
 *
 * @param run.clientId default 0: the platform, which never leaves
 * @param run.reopened how often the run was taken up again by hand; a higher number than the checkpoint knows opens a done one
 * @param now instant (ms) that becomes the run's `now` if this is its first start
 * @throws {LeaseLostError} when the store already knows this lease or a newer one, or when the client has left it.
 */
export async function openCheckpoint(
  database: Database,
  run: {
    readonly id: number;
    readonly lease: number;
    readonly cursorVersion: number;
    readonly clientId?: number;
    readonly reopened?: number;
  },
  now: number,
): Promise<Checkpoint> {
  const { id, lease, cursorVersion, reopened = 0, clientId = 0 } = run;
  const taken = sql`SELECT ${id} AS run_id, ${lease} AS lease, ${cursorVersion} AS cursor_version, ${now} AS now_at, ${reopened} AS reopened,
    ${clientId} AS client_id`;
  const result = await database.execute(statement(sql`${opening(taken)} RETURNING *`));
  const row = result.rows[0];
  if (!row) throw new LeaseLostError(run.id, run.lease);
  return toCheckpoint(row);
}

/** Reads a checkpoint without touching it; null when the run never started in this store. */
export async function readCheckpoint(database: Database, runId: number): Promise<Checkpoint | null> {
  const result = await database.execute({ sql: "SELECT * FROM checkpoints WHERE run_id = ?", args: [runId] });
  return result.rows[0] ? toCheckpoint(result.rows[0]) : null;
}
