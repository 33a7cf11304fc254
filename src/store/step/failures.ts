import type { SQL } from "drizzle-orm";
import { sql } from "../sql.ts";
import { thisClient, thisRun } from "../statement.ts";

// A run belongs to one client, so that `thisRun` already tells clients apart; `thisClient` is named since every read must.

/** The last failure recorded for this run so far: `id`, 0 when there is none. */
export function lastFailure(): SQL {
  return sql`SELECT coalesce(max(id), 0) AS id FROM failures WHERE run_id = ${thisRun} AND ${thisClient} > 0`;
}

/** Failures of one piece of work: those of some runs behind a failure. */
export interface FailureScope {
  /** Ids of the runs that worked on it: this one, and before it those that stopped at `maxRows`. */
  readonly runs: readonly number[];
  /** Id of the last failure before it, 0 for none. */
  readonly after: number;
}

const within = ({ runs, after }: FailureScope) =>
  sql`${thisClient} > 0 AND run_id IN (SELECT value FROM json_each(${JSON.stringify(runs)})) AND id > ${after}`;

/** The failures of a scope, oldest first: `id`, `ref`, `code`, `message`. */
export function failuresAfter(scope: FailureScope, limit: number): SQL {
  return sql`SELECT id, ref, code, message FROM failures WHERE ${within(scope)} ORDER BY id LIMIT ${limit}`;
}

/** How many failures a scope has: `failed`. */
export function countFailuresAfter(scope: FailureScope): SQL {
  return sql`SELECT count(*) AS failed FROM failures WHERE ${within(scope)}`;
}

/** A SQL condition: a scope has a failure with one of these codes. */
export function hasFailure(scope: FailureScope, codes: readonly string[]): SQL {
  return sql`EXISTS (SELECT 1 FROM failures WHERE ${within(scope)}
    AND code IN (SELECT value FROM json_each(${JSON.stringify(codes)})))`;
}

/** Number of unexpected failures of this run: `failed`. */
export function countUnexpectedFailures(): SQL {
  return sql`SELECT count(*) AS failed FROM failures WHERE run_id = ${thisRun} AND ${thisClient} > 0 AND unexpected = 1`;
}

/** They no longer count towards `maxFailures`: what they belong to was given up. */
export function forgetUnexpectedFailures(): SQL {
  return sql`UPDATE failures SET unexpected = 0 WHERE run_id = ${thisRun} AND ${thisClient} > 0 AND unexpected = 1`;
}

/** Which of `refs` failed in a scope: `ref`. */
export function failedAmong(refs: readonly string[], scope: FailureScope): SQL {
  return sql`SELECT ref FROM failures WHERE ${within(scope)} AND ref IN (SELECT value FROM json_each(${JSON.stringify(refs)}))`;
}
