import type { Database } from "../../src/store/database.ts";

/** A process that is gone: thrown from every database call after the fatal one. */
export class ProcessGone extends Error {}

/** Counts the write batches that pass, so that a fault can be set at each of them. */
export interface Writes {
  count: number;
}

const isWrite = (mode: unknown) => mode === "write";

/** Passes everything on and counts the write batches. */
export function countingWrites(database: Database, writes: Writes): Database {
  return {
    execute: ((...args: Parameters<Database["execute"]>) => database.execute(...args)) as Database["execute"],
    transaction: ((mode?: "write") => database.transaction(mode ?? "write")) as Database["transaction"],
    batch: (statements, mode) => {
      if (isWrite(mode)) writes.count += 1;
      return database.batch(statements, mode);
    },
  };
}

/**
 * A process that is killed around its `fatal`-th write batch (from 1): before it reaches the database, or after it is in and
 * before the answer arrives. Nothing gets through afterwards.
 */
export function killedAt(database: Database, fatal: number, when: "before" | "after"): Database {
  let count = 0;
  let gone = false;
  const check = () => {
    if (gone) throw new ProcessGone("the process is gone");
  };
  return {
    execute: (async (...args: Parameters<Database["execute"]>) => {
      check();
      return database.execute(...args);
    }) as Database["execute"],
    transaction: (async (mode?: "write") => {
      check();
      return database.transaction(mode ?? "write");
    }) as Database["transaction"],
    async batch(statements, mode) {
      check();
      if (!isWrite(mode)) return database.batch(statements, mode);
      count += 1;
      if (count < fatal) return database.batch(statements, mode);
      gone = true;
      if (when === "after") await database.batch(statements, mode);
      throw new ProcessGone("the process is gone");
    },
  };
}

/** A network that loses the answer to the `lost`-th write batch (from 1): it is in, but the caller is told of an error. */
export function losingAnswer(database: Database, lost: number): Database {
  let count = 0;
  return {
    execute: ((...args: Parameters<Database["execute"]>) => database.execute(...args)) as Database["execute"],
    transaction: ((mode?: "write") => database.transaction(mode ?? "write")) as Database["transaction"],
    async batch(statements, mode) {
      const answer = await database.batch(statements, mode);
      if (!isWrite(mode)) return answer;
      count += 1;
      if (count === lost) throw new TypeError("fetch failed");
      return answer;
    },
  };
}
