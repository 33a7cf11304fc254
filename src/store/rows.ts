import type { Database, Statement } from "./database.ts";
import { boundStatement, platformStatement, type Query, type RowFor } from "./statement.ts";

/** A row as libSQL answers it, by column name. */
export type Row = Record<string, string | number | null>;

/**
 * Reads rows for one run. For a client's run every statement must name `thisClient`; nothing here writes.
 */
export interface ClientRows {
  /** All rows of a query. Keep it bounded: `LIMIT` with a cursor. A selection knows its row's type, and so does `` sql<Row>`…` ``. */
  all<Q extends Query>(query: Q): Promise<RowFor<Q>[]>;
  all<T = Row>(query: Query): Promise<T[]>;
  /** The first row, or null. */
  first<Q extends Query>(query: Q): Promise<RowFor<Q> | null>;
  first<T = Row>(query: Query): Promise<T | null>;
  /** Several reads in one round trip: the rows of each, typed as in {@link all}. */
  each<const Q extends readonly Query[]>(queries: Q): Promise<RowsOf<Q>>;
}

/** The rows that each of some queries answers. */
export type RowsOf<Q extends readonly Query[]> = {
  -readonly [Place in keyof Q]: RowFor<Q[Place]>[];
};

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
    async each<const Q extends readonly Query[]>(queries: Q) {
      const results = await database.batch(
        queries.map((query) => bind(query)),
        "read",
      );
      return results.map((result) => result.rows) as unknown as RowsOf<Q>;
    },
  };
}
