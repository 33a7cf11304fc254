import { sql } from "drizzle-orm";
import type { Database } from "../../store/database.ts";
import { among, select } from "../../store/select.ts";
import { read } from "../../store/statement.ts";
import { runs } from "../schema.ts";

/** Open runs of a client that its runner looks at, at most; those of backfills come last, the others the oldest first. */
export const OPEN_AT_ONCE = 200;

/** Open runs of one job that it looks at, at most; of those that wait behind them only the ones beyond their job's cap. */
export const OPEN_OF_A_JOB = 20;

/** Those of some ids (at most a page) that are runs which are still kept: retention removes a run, and not what names it. */
export async function keptRuns(control: Database, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const wanted = [...new Set(ids)].filter((id) => id > 0);
  if (wanted.length === 0) return new Set();
  const kept = await read(control, select(runs, ["id"], sql`WHERE id IN ${among(wanted)}`));
  return new Set(kept.map(({ id }) => id));
}

/**
 * Clients (0: the platform) with runs at work or set aside, at most `limit`, by index: those whose runners have something to find
 * out when everything is stopped or goes on.
 */
export async function clientsAtWork(control: Database, limit: number): Promise<number[]> {
  const found = await read<{ client_id: number }>(
    control,
    sql`SELECT DISTINCT client_id FROM runs WHERE state IN ('running', 'waiting', 'queued') AND started_at IS NOT NULL LIMIT ${limit}`,
  );
  return found.map((row) => row.client_id);
}
