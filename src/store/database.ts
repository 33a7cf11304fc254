import type { Client, InStatement, ResultSet, Transaction, TransactionMode } from "@libsql/client";

/**
 * A libSQL database as every room sees it: the three calls of `@libsql/client` that we use. Hosts pass a client; tests and
 * the simulation pass a wrapper that counts, delays or fails.
 */
export interface Database extends Pick<Client, "execute" | "batch" | "transaction"> {
  /**
   * Executes a batch and takes it back (dry runs), where the database's writer offers that; else see {@link rehearse}. Fails as
   * `batch` does.
   */
  readonly rehearse?: (statements: readonly Statement[]) => Promise<ResultSet[]>;
}

/** A value bound to a statement or read from a row. */
export type SqlValue = string | number | null;

/** One SQL statement with its positional arguments, ready for {@link Database.batch}. */
export interface Statement {
  readonly sql: string;
  readonly args: SqlValue[];
}

/**
 * Executes a batch and takes it back: what its statements would answer, with nothing written.
 *
 * @throws what `batch` throws
 */
export async function rehearse(database: Database, statements: readonly Statement[]): Promise<ResultSet[]> {
  if (database.rehearse) return await database.rehearse(statements);
  const transaction = await database.transaction("write");
  try {
    return await transaction.batch([...statements]);
  } finally {
    transaction.close();
  }
}

/** A statement without arguments: BEGIN, PRAGMA and their kind. */
export const bare = (sql: string): Statement => ({ sql, args: [] });

/** What {@link countingDatabase} has seen so far. A batch is one round trip, however many statements it carries. */
export interface DatabaseTally {
  roundTrips: number;
  statements: number;
}

/**
 * Wraps a database so that its round trips and statements are counted into `tally`. A transaction counts one round trip
 * for each of its calls.
 */
export function countingDatabase(database: Database, tally: DatabaseTally): Database {
  const count = (statements: number) => {
    tally.roundTrips += 1;
    tally.statements += statements;
  };
  return {
    execute(statement: InStatement | string, args?: never): Promise<ResultSet> {
      count(1);
      return args === undefined
        ? database.execute(statement as InStatement)
        : database.execute(statement as string, args);
    },
    batch(statements, mode?: TransactionMode) {
      count(statements.length);
      return database.batch(statements, mode);
    },
    rehearse(statements) {
      count(statements.length);
      return rehearse(database, statements);
    },
    async transaction(mode?: TransactionMode): Promise<Transaction> {
      count(1);
      const transaction = await database.transaction(mode ?? "write");
      return new Proxy(transaction, {
        get(target, property) {
          const member = Reflect.get(target, property) as unknown;
          if (typeof member !== "function") return member;
          return (...args: unknown[]) => {
            if (property === "execute") count(1);
            else if (property === "batch") count((args[0] as unknown[]).length);
            else if (property === "commit" || property === "rollback") count(1);
            return (member as (...all: unknown[]) => unknown).apply(target, args);
          };
        },
      });
    },
  };
}
