import type { Database } from "../store/database.ts";

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
