import { type InStatement, LibsqlBatchError, type ResultSet } from "@libsql/client";
import type { Database, SqlValue, Statement } from "../database.ts";
import { DatabaseOutageError } from "../outage.ts";
import type { BatchAnswer, StatementAnswer, WriteBatch, WritePort } from "./batch.ts";
import { forbid } from "./fence.ts";

/** What {@link writtenThrough} works with. */
export interface WritingPorts {
  /** Reads straight from the database, and forbids a batch there whose answer did not come. */
  readonly direct: Pick<Database, "execute" | "batch">;
  readonly write: WritePort;
  /** A random whole number from 0 to 2^53 - 1: the token of a batch. */
  readonly token: () => number;
  /** ms */
  readonly now: () => number;
  /** Waits, ms. */
  readonly pause: (ms: number) => Promise<void>;
  /** A number in [0, 1), to spread those who try again. */
  readonly random: () => number;
}

/** A transaction was to be held open through a writer that serves others too. It is a bug: batches and rehearsals are all there is. */
export class OpenTransactionError extends Error {
  readonly code = "open_transaction";
  constructor() {
    super("No transaction can be held open here; send its statements as one batch");
  }
}

/** Times that a batch which did not reach the database is sent again. */
const TRIES = 3;

/** Pauses (ms) before that, and between two attempts to forbid a batch. */
const PAUSE_MS = 500;

/** Attempts to forbid a batch whose answer did not come, before its sender is told all the same. */
const FORBID_TRIES = 8;

/**
 * A database whose writes go through its one writer, and whose reads go straight. To its users it is as any other, with a promise more:
 * **once a call has failed, its batch does not take place any more**. Where no answer came, the batch is forbidden first
 * ({@link forbid}), so what its user reads afterwards decides what was written. Only where the database cannot be reached for that
 * either, the call fails all the same, and says so.
 *
 * - A batch is a write unless its mode is `read`; a statement is, unless it begins with SELECT, VALUES, EXPLAIN or a WITH that writes nothing.
 *   A PRAGMA goes straight too: within a transaction many of them do nothing.
 * - A refusal is a `LibsqlBatchError` with the statement's index within the batch, as from `@libsql/client`.
 */
export function writtenThrough(ports: WritingPorts): Database {
  const { direct } = ports;
  return {
    execute: (async (given: InStatement, args?: never) => {
      const statement = args === undefined ? toStatement(given) : { sql: given as string, args };
      if (isRead(statement.sql)) return await direct.execute(statement);
      return (await send(ports, [statement], false))[0];
    }) as Database["execute"],
    batch: async (statements, mode) => {
      if (mode === "read" || statements.length === 0) return await direct.batch(statements, mode);
      return await send(ports, statements.map(toStatement), false);
    },
    rehearse: (statements) => send(ports, statements, true),
    transaction: () => Promise.reject(new OpenTransactionError()),
  };
}

async function send(ports: WritingPorts, statements: readonly Statement[], rehearsal: boolean): Promise<ResultSet[]> {
  let why = "";
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await ports.pause(PAUSE_MS * (0.5 + ports.random()));
    const batch: WriteBatch = { statements, token: ports.token(), rehearsal };
    const answer = await answerTo(ports, batch);
    switch (answer.kind) {
      case "answers":
        return answer.answers.map(toResultSet);
      case "refused": {
        const { message, index, code } = answer.refusal;
        throw new LibsqlBatchError(message, index, code);
      }
      case "unknown":
        if (!rehearsal) await forbidden(ports, batch.token);
        throw new DatabaseOutageError(answer.why);
      case "undone":
        why = answer.why;
        break;
      default:
        answer satisfies never;
    }
  }
  throw new DatabaseOutageError(why);
}

async function answerTo({ write }: WritingPorts, batch: WriteBatch): Promise<BatchAnswer> {
  try {
    return await write(batch);
  } catch (error) {
    return { kind: "unknown", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Forbids a batch, unless the database cannot be reached for that. */
async function forbidden({ direct, now, pause, random }: WritingPorts, token: number): Promise<void> {
  for (let tries = 0; tries < FORBID_TRIES; tries += 1) {
    if (tries > 0) await pause(PAUSE_MS * (0.5 + random()));
    try {
      await direct.batch([forbid(token, now())], "write");
      return;
    } catch {
      // Tried again, and the failure of the batch itself is what is told.
    }
  }
}

export function toStatement(given: InStatement | [string, unknown?]): Statement {
  if (typeof given === "string") return { sql: given, args: [] };
  if (Array.isArray(given)) return { sql: given[0], args: (given[1] ?? []) as SqlValue[] };
  return { sql: given.sql, args: (given.args ?? []) as SqlValue[] };
}

/** Begins a statement that may write: a WITH with such a word somewhere counts as one. */
const WRITES = /\b(INSERT|UPDATE|DELETE|REPLACE)\b/i;

/** True for a statement that only reads. */
export function isRead(text: string): boolean {
  const start = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase();
  if (start === "SELECT" || start === "VALUES" || start === "EXPLAIN" || start === "PRAGMA") return true;
  return start === "WITH" && !WRITES.test(text);
}

/** Rows by the names of their columns, as `@libsql/client` gives them; of two columns of one name the first counts. */
export function toResultSet({ columns, rows, rowsAffected }: StatementAnswer): ResultSet {
  const result = {
    columns,
    columnTypes: [],
    rows: rows.length === 0 ? [] : namedRows(columns, rows),
    rowsAffected,
    lastInsertRowid: undefined,
  };
  return result as unknown as ResultSet;
}

/** Columns of statements that are kept, each with a row in which nothing stands yet. */
const emptyRows = new WeakMap<readonly string[], Record<string, SqlValue>>();

/** A copy of an empty row has room for all its columns from the beginning, so no row has to grow. */
function emptyRow(columns: readonly string[]): Record<string, SqlValue> {
  let row = emptyRows.get(columns);
  if (!row) {
    row = {};
    for (const name of columns) row[name] = null;
    emptyRows.set(columns, row);
  }
  return row;
}

function namedRows(columns: readonly string[], rows: readonly (readonly SqlValue[])[]): Record<string, SqlValue>[] {
  const empty = emptyRow(columns);
  return rows.map((values) => {
    const row = { ...empty };
    // From the last to the first: where one name stands for several columns, the first of them stays.
    for (let at = columns.length - 1; at >= 0; at -= 1) row[columns[at] as string] = values[at] as SqlValue;
    return row;
  });
}
