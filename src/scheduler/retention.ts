import type { Database, Statement } from "../store/database.ts";

const DAY_MS = 86_400_000;

/** Runs of a job that stay whatever their age. */
export const NEWEST_KEPT = 20;

/** Ticks stay for so many days. */
const TICK_DAYS = 7;

/** Rows looked at in one call, so that a large clean-up is spread over many. */
const AT_MOST = 500;

/** How many days runs are kept unless setting `runRetentionDays` says otherwise. */
const DEFAULT_DAYS = 90;

/** Runs that may go: ended, older than the retention, and not among the newest of their job. */
export function outdatedRuns(cutoff: number): Statement {
  return {
    sql: `SELECT r.id, r.client_id FROM runs r WHERE r.id IN (
        SELECT id FROM runs WHERE created_at < ? AND state NOT IN ('planned', 'queued', 'waiting', 'running') ORDER BY id LIMIT ${AT_MOST * 4})
      AND (SELECT count(*) FROM (SELECT 1 FROM runs n WHERE n.job_id = r.job_id AND n.id > r.id LIMIT ${NEWEST_KEPT})) = ${NEWEST_KEPT}
      ORDER BY r.id LIMIT ${AT_MOST}`,
    args: [cutoff],
  };
}

/**
 * Removes what retention lets go (spec 3.1, M9): runs older than `runRetentionDays` but for the newest 20 of each job, with
 * their logs, checkpoints, effects and failures; ticks older than a week; sign-in throttling and sessions that are over.
 * First the stores, then the control rows, so that a crash between the two leaves a run that the next call removes.
 *
 * @param storeOf the store of a client's runs; null when the client or its database is gone
 * @param now ms
 * @returns how many runs were removed; as many as {@link AT_MOST} means that there may be more
 */
export async function sweepRetention(
  control: Database,
  storeOf: (clientId: number) => Promise<Database | null>,
  now: number,
): Promise<number> {
  const setting = await control.execute(
    "SELECT CAST(value AS INTEGER) AS days FROM settings WHERE client_id = 0 AND key = 'runRetentionDays'",
  );
  const days = Number(setting.rows[0]?.days ?? DEFAULT_DAYS);
  const found = await control.execute(outdatedRuns(now - days * DAY_MS));
  const byClient = new Map<number, number[]>();
  for (const row of found.rows) {
    const ids = byClient.get(Number(row.client_id)) ?? [];
    ids.push(Number(row.id));
    byClient.set(Number(row.client_id), ids);
  }
  for (const [clientId, ids] of byClient) {
    const store = await storeOf(clientId);
    if (store)
      await store.batch(
        ["checkpoints", "effects", "failures"].map((table) => remove(table, "run_id", ids)),
        "write",
      );
  }
  const ids = found.rows.map((row) => Number(row.id));
  await control.batch(
    [
      remove("run_logs", "run_id", ids),
      remove("heavy_permits", "run_id", ids),
      remove("runs", "id", ids),
      {
        sql: `DELETE FROM ticks WHERE id IN (SELECT id FROM ticks WHERE at < ? ORDER BY at LIMIT 5000)`,
        args: [now - TICK_DAYS * DAY_MS],
      },
      { sql: "DELETE FROM admin_sessions WHERE expires_at < ?", args: [now] },
      { sql: "DELETE FROM sign_in_attempts WHERE last_at < ? AND blocked_until < ?", args: [now - DAY_MS, now] },
      { sql: "DELETE FROM blackouts WHERE ends_at < ?", args: [now - days * DAY_MS] },
    ],
    "write",
  );
  return ids.length;
}

function remove(table: string, column: string, ids: readonly number[]): Statement {
  return {
    sql: `DELETE FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`,
    args: [JSON.stringify(ids)],
  };
}
