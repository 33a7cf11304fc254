import type { Database, Statement } from "./database.ts";
import type { Selection } from "./select.ts";
import { boundStatement, platformStatement, type Query } from "./statement.ts";

/** A row as libSQL answers it, by column name. */
export type Row = Record<string, string | number | null>;

/**
 * Reads rows for one run. For a client's run every statement must name `thisClient`; nothing here writes.
 */
export interface ClientRows {
  /** All rows of a query. Keep it bounded: `LIMIT` with a cursor. A {@link Selection} knows its row's type. */
  all<T>(query: Selection<T>): Promise<T[]>;
  all<T = Row>(query: Query): Promise<T[]>;
  /** The first row, or null. */
  first<T>(query: Selection<T>): Promise<T | null>;
  first<T = Row>(query: Query): Promise<T | null>;
  /** Several reads in one round trip. */
  each(queries: readonly Query[]): Promise<Row[][]>;
}

/** Binds a query to a client and a run: {@link boundStatement}, or {@link platformStatement} for client 0. */
export function bindFor(clientId: number, runId: number): (query: Query, index?: number) => Statement {
  return (query, index = 0) =>
    clientId === 0 ? platformStatement(query, runId, index) : boundStatement(query, clientId, runId, index);
}

/** The reading handle of a run. @throws {UnboundStatementError} from each call whose statement names no client. */
export function clientRows(database: Database, clientId: number, runId: number): ClientRows {
  const bind = bindFor(clientId, runId);
  return {
    async all<T>(query: Query) {
      const result = await database.execute(bind(query));
      return result.rows as unknown as T[];
    },
    async first<T>(query: Query) {
      const result = await database.execute(bind(query));
      return (result.rows[0] as unknown as T) ?? null;
    },
    async each(queries) {
      const results = await database.batch(
        queries.map((query) => bind(query)),
        "read",
      );
      return results.map((result) => result.rows as unknown as Row[]);
    },
  };
}
