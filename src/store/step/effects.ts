import type { Database, Statement } from "../database.ts";

/**
 * The outcome of a remote effect. `unknown`: the intent was committed, the answer was not, so the call may or may not have
 * happened. `rehearsed`: this is a dry run, nothing was called. `refused`: a `before` write matched nothing, because another writer
 * else was faster; nothing was called and nothing settled.
 */
export type Outcome<T> =
  | { readonly state: "done"; readonly value: T }
  | { readonly state: "unknown" }
  | { readonly state: "rehearsed" }
  | { readonly state: "refused" };

/** Commits the intent; part of a step's batch, before the call. A key can be intended once in a run. */
export function intendEffect(runId: number, key: string, now: number): Statement {
  return {
    sql: "INSERT INTO effects (run_id, key, state, intended_at) VALUES (?, ?, 'intended', ?)",
    args: [runId, key, now],
  };
}

/** Commits the outcome; part of the step's batch after the call. */
export function settleEffect(runId: number, key: string, outcome: unknown, now: number): Statement {
  return {
    sql: "UPDATE effects SET state = 'done', outcome = ?, done_at = ? WHERE run_id = ? AND key = ?",
    args: [JSON.stringify(outcome ?? null), now, runId, key],
  };
}

/** What an earlier owner of this run left of an effect; null when it was never intended. */
export async function findEffect<T>(database: Database, runId: number, key: string): Promise<Outcome<T> | null> {
  const result = await database.execute({
    sql: "SELECT state, outcome FROM effects WHERE run_id = ? AND key = ?",
    args: [runId, key],
  });
  const row = result.rows[0];
  if (!row) return null;
  return row.state === "done" ? { state: "done", value: JSON.parse(String(row.outcome)) as T } : { state: "unknown" };
}
