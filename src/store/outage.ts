import { LibsqlError, type TransactionMode } from "@libsql/client";
import { type Database, rehearse } from "./database.ts";

/** The database did not answer, or not now: no row is at fault, and the same work is done again later. */
export class DatabaseOutageError extends Error {
  readonly code = "database_unavailable";
  constructor(cause: unknown) {
    super(`The database does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A call of the database was not answered in time. Whether it took place is not known. */
export class DatabaseTimeoutError extends DatabaseOutageError {
  constructor(limitMs: number) {
    super(`no answer within ${limitMs / 1000} s`);
  }
}

/** SQLite's codes for "not now". */
const BUSY = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN)/;

/** What the database or its server says of a statement: it would say the same again. `SQL_PARSE_ERROR` and its kind are the server's. */
const ABOUT_THE_STATEMENT = /^(SQLITE|SQL|ARGS)_/;

function isOutage(error: unknown): boolean {
  if (!(error instanceof LibsqlError)) return true;
  return !ABOUT_THE_STATEMENT.test(error.code) || BUSY.test(error.code);
}

/**
 * Wraps a database so that every failure to reach it, or to be served by it, is a {@link DatabaseOutageError}. What the
 * database says about a statement (a constraint, a syntax error) passes as it is.
 */
export function withOutages(database: Database): Database {
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw error instanceof DatabaseOutageError || !isOutage(error) ? error : new DatabaseOutageError(error);
    }
  };
  return {
    execute: (...args: Parameters<Database["execute"]>) => watched(database.execute(...args)),
    batch: (statements, mode) => watched(database.batch(statements, mode)),
    rehearse: (statements) => watched(rehearse(database, statements)),
    transaction: (mode?: TransactionMode) => watched(database.transaction(mode ?? "write")),
  };
}
