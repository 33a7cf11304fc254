import type { InStatement } from "@libsql/client";
import type { Database } from "../../../src/store/database.ts";

/** A process that is gone: thrown from every database call after the fatal one. */
export class ProcessGone extends Error {}

/** What a process asks of its database. */
export interface Call {
  /** Its number among the process's writes, from 1; 0: it only reads. */
  readonly write: number;
  send(): Promise<unknown>;
}

/** Counts the writes that pass, so that a fault can be set at each of them. */
export interface Writes {
  count: number;
}

const changes = (statement: InStatement | string | readonly [string, unknown?]) => {
  const text = typeof statement === "string" ? statement : "sql" in statement ? statement.sql : statement[0];
  return /\b(INSERT|UPDATE|DELETE)\b/i.test(text);
};

/**
 * A database at the end of a line: `pass` sees each call and sends it, or does not, or loses its answer. A write is a batch in
 * mode `write` and any other statement that changes rows.
 */
export function over<D extends Database>(database: D, pass: (call: Call) => Promise<unknown>): D {
  let writes = 0;
  const call = async <T>(writing: boolean, send: () => Promise<T>) =>
    (await pass({ write: writing ? ++writes : 0, send })) as T;
  const line: Database = {
    execute: ((...args: Parameters<Database["execute"]>) =>
      call(changes(args[0]), () => database.execute(...args))) as Database["execute"],
    transaction: ((mode?: "write") =>
      call(false, () => database.transaction(mode ?? "write"))) as Database["transaction"],
    batch: (statements, mode) =>
      call(mode === "write" || statements.some(changes), () => database.batch(statements, mode)),
  };
  return Object.assign(Object.create(database) as D, line);
}

/** Passes everything on and counts the writes. */
export function countingWrites(database: Database, writes: Writes): Database {
  return over(database, ({ write, send }) => {
    if (write > 0) writes.count = write;
    return send();
  });
}

/**
 * A process that is killed around its `fatal`-th write (from 1): before it reaches the database, or after it is in and before the
 * answer arrives. Nothing gets through afterwards.
 */
export function killing(fatal: number, when: "before" | "after"): (call: Call) => Promise<unknown> {
  let gone = false;
  return async ({ write, send }) => {
    if (gone || write === fatal) {
      const first = !gone;
      gone = true;
      if (first && when === "after") await send();
      throw new ProcessGone("the process is gone");
    }
    return send();
  };
}

/** A network that loses the answer to the `lost`-th write (from 1): it is in, but the caller is told of an error. */
export function losing(lost: number): (call: Call) => Promise<unknown> {
  return async ({ write, send }) => {
    const answer = await send();
    if (write === lost) throw new TypeError("fetch failed");
    return answer;
  };
}

/** The database of a process as {@link killing} has it. */
export function killedAt(database: Database, fatal: number, when: "before" | "after"): Database {
  return over(database, killing(fatal, when));
}

/** The database of a process as {@link losing} has it. */
export function losingAnswer(database: Database, lost: number): Database {
  return over(database, losing(lost));
}
