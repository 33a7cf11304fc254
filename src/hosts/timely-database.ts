import type { TransactionMode } from "@libsql/client";
import { type Database, rehearse } from "../store/database.ts";
import { DatabaseTimeoutError } from "../store/outage.ts";

/** Time (ms) that a page waits for one call of the database. */
export const DATABASE_CALL_MS = 10_000;

/**
 * Wraps a database so that a call which is not answered in time fails. The call itself is not undone: a write may still take
 * place, as after any lost answer. For pages: runs have their lease and their deadline.
 *
 * @param limitMs for each call, a transaction's opening included
 * @throws {DatabaseTimeoutError}
 */
export function timelyDatabase(database: Database, limitMs = DATABASE_CALL_MS): Database {
  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new DatabaseTimeoutError(limitMs)), limitMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    execute: (...args: Parameters<Database["execute"]>) => inTime(database.execute(...args)),
    batch: (statements, mode) => inTime(database.batch(statements, mode)),
    rehearse: (statements) => inTime(rehearse(database, statements)),
    transaction: (mode?: TransactionMode) => inTime(database.transaction(mode ?? "write")),
  };
}
