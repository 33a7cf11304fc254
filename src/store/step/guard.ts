import { LibsqlBatchError } from "@libsql/client";
import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../database.ts";
import { sql } from "../sql.ts";
import { statement } from "../statement.ts";

/**
 * The first statement of a guarded batch: the whole batch is refused by the database unless `condition` holds. (An
 * `UPDATE ... WHERE` that matches nothing would pass, and the statements behind it would run.)
 *
 * @param condition e.g. `` sql`EXISTS (SELECT 1 FROM jobs WHERE id = ${id} AND revision = ${revision})` ``
 */
export function guard(condition: SQL): Statement {
  return statement(sql`INSERT INTO lease_guard (ok) SELECT ${condition}`);
}

/** Two conditions as one. */
export function both(one: SQL, other: SQL): SQL {
  return sql`(${one}) AND (${other})`;
}

/** The last statement of a guarded batch. */
export const releaseGuard: Statement = { sql: "DELETE FROM lease_guard", args: [] };

/** True for an error by which the database refused one statement of a batch for what it would have stored. */
export function isConstraintError(error: unknown): error is LibsqlBatchError {
  return error instanceof LibsqlBatchError && error.code.startsWith("SQLITE_CONSTRAINT");
}

/**
 * Runs `statements` in one batch behind a guard.
 *
 * @returns the results of `statements`, or null when the guard refused (nothing was written)
 */
export async function guardedBatch(database: Database, condition: SQL, statements: readonly Statement[]) {
  try {
    const results = await database.batch([guard(condition), ...statements, releaseGuard], "write");
    return results.slice(1, -1);
  } catch (error) {
    if (isConstraintError(error) && error.statementIndex === 0) return null;
    throw error;
  }
}
