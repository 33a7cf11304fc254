import type { ResultSet } from "@libsql/client";
import { fillPlaceholders, Placeholder, type SQL } from "drizzle-orm";
import { compile, type Query } from "./compile.ts";
import type { Database, SqlValue, Statement } from "./database.ts";
import type { Selection } from "./select.ts";
import { sql } from "./sql.ts";

export type { Query } from "./compile.ts";

const CLIENT = "thisClient";
const RUN = "thisRun";
const INDEX = "thisIndex";

/**
 * Stands in a processor's statement for the client whose run it is. Only a handle bound to a client can fill it in, and
 * such a handle refuses a statement that lacks it, so a processor cannot address another client's rows by mistake.
 */
export const thisClient = sql.placeholder(CLIENT);

/** Stands in a processor's statement for the id of its run. */
export const thisRun = sql.placeholder(RUN);

/** Stands in a processor's statement for the index of its write within the unit: 0 for the first. */
export const thisIndex = sql.placeholder(INDEX);

/** A processor's statement did not say which client it is for (`thisClient`). It is a bug of the processor; nothing was executed. */
export class UnboundStatementError extends Error {
  readonly code = "unbound_statement";
  readonly statement: string;
  constructor(statement: string) {
    super(`This statement names no client; use thisClient in it: ${statement.slice(0, 200)}`);
    this.statement = statement;
  }
}

/** What `params` come to with these values for their placeholders. @throws when there is a placeholder that `values` does not name. */
function fill(params: readonly unknown[], values: Readonly<Record<string, number>>): SqlValue[] {
  const args = new Array<SqlValue>(params.length);
  for (let at = 0; at < params.length; at += 1) args[at] = toValue(filled(params[at], values));
  return args;
}

function filled(param: unknown, values: Readonly<Record<string, number>>): unknown {
  if (typeof param !== "object" || param === null) return param;
  const known = param instanceof Placeholder ? values[param.name] : undefined;
  return known ?? fillPlaceholders([param], values)[0];
}

function toValue(value: unknown): SqlValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  return value === undefined ? null : (value as SqlValue);
}

/**
 * Reads rows outside a run: the scheduler's, an administrator's. `read(database, select(...))` knows its rows' type.
 */
export async function read<T>(database: Pick<Database, "execute">, query: Selection<T>): Promise<T[]>;
export async function read<T = Record<string, SqlValue>>(
  database: Pick<Database, "execute">,
  query: Query,
): Promise<T[]>;
export async function read(database: Pick<Database, "execute">, query: Query): Promise<unknown[]> {
  return (await database.execute(statement(query))).rows;
}

/** The row that a query answers: a selection's, or the one that `` sql<Row>`…` `` names. */
export type RowFor<Q> =
  Q extends SQL<infer Row> ? (unknown extends Row ? Record<string, SqlValue> : Row) : Record<string, SqlValue>;

/** Several reads of one moment, in one round trip: {@link read} for each of `queries`, in their order. */
export async function readEach<const Q extends readonly Query[]>(
  database: Pick<Database, "batch">,
  queries: Q,
): Promise<{ -readonly [I in keyof Q]: RowFor<Q[I]>[] }> {
  const results = await database.batch(queries.map(statement), "read");
  return results.map(({ rows }) => rows) as unknown as { -readonly [I in keyof Q]: RowFor<Q[I]>[] };
}

/** What a batch answered to one of its queries, with that query's rows. */
export function rowsOf<Row>(result: ResultSet | undefined, _query: SQL<Row>): Row[] {
  return (result?.rows ?? []) as unknown as Row[];
}

/** A statement of the scheduler's or the runner's own, which belongs to no single client. Throws when a placeholder is left open. */
export function statement(query: Query): Statement {
  const { sql: text, params } = compile(query);
  return { sql: text, args: fill(params, {}) };
}

/**
 * A statement for one client's run, with `thisClient` and `thisRun` filled in.
 *
 * @param index of the write within its unit
 * @throws {UnboundStatementError} when the statement has no `thisClient`.
 */
export function boundStatement(query: Query, clientId: number, runId: number, index = 0): Statement {
  const { sql: text, params } = compile(query);
  if (!params.some((value) => value instanceof Placeholder && value.name === CLIENT))
    throw new UnboundStatementError(text);
  return {
    sql: text,
    args: fill(params, { [CLIENT]: clientId, [RUN]: runId, [INDEX]: index }),
  };
}

/** A statement of platform work (client 0): `thisRun` is filled in, `thisClient`, where used, is 0. */
export function platformStatement(query: Query, runId: number, index = 0): Statement {
  const { sql: text, params } = compile(query);
  return { sql: text, args: fill(params, { [CLIENT]: 0, [RUN]: runId, [INDEX]: index }) };
}
