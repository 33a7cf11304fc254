import { type SQL, sql } from "drizzle-orm";
import { thisClient, thisRun } from "./statement.ts";

// A run belongs to one client, so that `thisRun` already tells clients apart; `thisClient` is named since every read must.

/** The last failure recorded for this run so far: `id`, 0 when there is none. */
export function lastFailure(): SQL {
  return sql`SELECT coalesce(max(id), 0) AS id FROM failures WHERE run_id = ${thisRun} AND ${thisClient} > 0`;
}

/** The failures of this run behind `after` (an id), oldest first: `id`, `ref`, `code`, `message`. */
export function failuresAfter(after: number, limit: number): SQL {
  return sql`SELECT id, ref, code, message FROM failures
    WHERE run_id = ${thisRun} AND ${thisClient} > 0 AND id > ${after} ORDER BY id LIMIT ${limit}`;
}

/** How many failures this run has behind `after`: `failed`. */
export function countFailuresAfter(after: number): SQL {
  return sql`SELECT count(*) AS failed FROM failures WHERE run_id = ${thisRun} AND ${thisClient} > 0 AND id > ${after}`;
}

/** How many failures of this run nobody reckoned with: `failed`. */
export function countUnexpectedFailures(): SQL {
  return sql`SELECT count(*) AS failed FROM failures WHERE run_id = ${thisRun} AND ${thisClient} > 0 AND unexpected = 1`;
}

/** Which of `refs` failed in this run behind `after`: `ref`. */
export function failedAmong(refs: readonly string[], after: number): SQL {
  return sql`SELECT ref FROM failures WHERE run_id = ${thisRun} AND ${thisClient} > 0 AND id > ${after}
    AND ref IN (SELECT value FROM json_each(${JSON.stringify(refs)}))`;
}
