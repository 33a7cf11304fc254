import type { Database } from "../../store/database.ts";

/** Those of some ids (at most a page) that are runs which are still kept: retention removes a run, and not what names it. */
export async function keptRuns(control: Database, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const wanted = [...new Set(ids)].filter((id) => id > 0);
  if (wanted.length === 0) return new Set();
  const result = await control.execute({
    sql: "SELECT id FROM runs WHERE id IN (SELECT value FROM json_each(?))",
    args: [JSON.stringify(wanted)],
  });
  return new Set(result.rows.map((row) => Number(row.id)));
}

/**
 * Clients (0: the platform) with runs at work or set aside, at most `limit`, by index: those whose runners have something to find
 * out when everything is stopped or goes on.
 */
export async function clientsAtWork(control: Database, limit: number): Promise<number[]> {
  const result = await control.execute({
    sql: `SELECT DISTINCT client_id FROM runs WHERE state IN ('running', 'waiting', 'queued') AND started_at IS NOT NULL LIMIT ?`,
    args: [limit],
  });
  return result.rows.map((row) => Number(row.client_id));
}
