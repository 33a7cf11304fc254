import { DatabaseSync, type StatementSync } from "node:sqlite";
import { LibsqlBatchError, type ResultSet } from "@libsql/client";
import { bare, type Database, type SqlValue, type Statement } from "../../store/database.ts";
import type { BatchAnswer, StatementAnswer, WriteBatch } from "../../store/writer/batch.ts";
import { Writer } from "../../store/writer/writer.ts";
import { toResultSet, toStatement, writtenThrough } from "../../store/writer/written-through.ts";
import type { OpenedDatabase } from "../assemble.ts";
import { groupedReads } from "../grouped-reads.ts";
import { refusalOf } from "../sqlite-error.ts";

/** Prepared statements that are kept. */
const KEPT = 1_000;

/**
 * Pages of the file that are kept in memory (kB). SQLite's own 2 MB hold few of the index pages that a tick changes beside a million
 * triggers.
 */
const CACHE_KB = 65_536;

/** Groups that are written with savepoints after a batch was refused: others like it may follow. */
const WARY_GROUPS = 8;

interface Prepared {
  readonly statement: StatementSync;
  /** Names of its columns; null: it gives no rows. */
  readonly columns: readonly string[] | null;
}

/**
 * Opens a database file, in WAL mode and with every commit on the disk before it is answered. The process works on one thread, so all
 * that happens at one moment is written in one transaction ({@link Writer}); statements are prepared once.
 *
 * @param path of the file
 * @param busyMs for this time (ms) a write is tried again while another program has locked the file
 * @param options.synchronous `OFF`: nothing waits for the disk, for a file that need not outlive the machine. Default `FULL`
 * @param options.soon when what came together is written ({@link Writer}). Default: once all events of the moment were told
 */
export function openFileDatabase(
  path: string,
  busyMs: number,
  {
    synchronous = "FULL",
    soon = setImmediate,
  }: { synchronous?: "FULL" | "OFF"; soon?: (work: () => void) => void } = {},
): OpenedDatabase {
  const file = new File(path, busyMs, synchronous);
  const writer = new Writer({
    commit: async (batches) => file.commit(batches),
    now: () => performance.now(),
    soon,
  });
  const straight: Pick<Database, "execute" | "batch"> = {
    execute: (async (given: Statement) => file.read([given])[0]) as Database["execute"],
    batch: async (statements) => file.read(statements.map(toStatement)),
  };
  // A read by itself costs as much again for the locks that begin and end it.
  const reads = new Writer({ commit: async (batches) => file.readGroup(batches), now: () => performance.now(), soon });
  const database = writtenThrough({
    direct: groupedReads((statements) => reads.write({ statements, token: 0 }), straight),
    write: (batch) => writer.write(batch),
    // Nothing is lost on the way within a process: no batch needs to be forbidden.
    token: () => 0,
    now: () => Date.now(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
  });
  return {
    ...database,
    migrate: async (statements) => file.migrate(statements.map(toStatement)),
    close: () => file.close(),
  };
}

/**
 * One connection to the file, by the SQLite that the runtime brings: a row costs it a tenth of what a driver outside the runtime takes
 * (1 µs, not 10). All of it is synchronous: a transaction is over before anything else is looked at.
 */
class File {
  readonly #connection: DatabaseSync;
  readonly #kept = new Map<string, Prepared>();
  /** Groups yet to be written with savepoints. */
  #wary = 0;

  constructor(path: string, busyMs: number, synchronous: string) {
    this.#connection = new DatabaseSync(path, { timeout: busyMs });
    this.#execute(bare("PRAGMA journal_mode = WAL"));
    this.#execute(bare(`PRAGMA synchronous = ${synchronous}`));
    this.#execute(bare(`PRAGMA cache_size = -${CACHE_KB}`));
  }

  /** Reads at one moment. */
  read(statements: readonly Statement[]): ResultSet[] {
    const [single] = statements;
    if (single && statements.length === 1) return [toResultSet(this.#attempt(single, 0))];
    this.#run("BEGIN");
    try {
      return statements.map((statement, index) => toResultSet(this.#attempt(statement, index)));
    } finally {
      if (this.#connection.isTransaction) this.#run("COMMIT");
    }
  }

  /** Reads a group at one moment. */
  readGroup(batches: readonly WriteBatch[]): BatchAnswer[] {
    this.#run("BEGIN");
    try {
      return batches.map(({ statements }) => this.#answerTo(statements));
    } finally {
      if (this.#connection.isTransaction) this.#run("COMMIT");
    }
  }

  /**
   * Writes a group in one transaction. A savepoint for each batch, with which a refused one alone is undone, makes SQLite keep a copy of
   * every page that the batch changes; refusals are rare. So the group is first written without them, and once more with them when a
   * batch was refused.
   */
  commit(batches: readonly WriteBatch[]): BatchAnswer[] {
    const isPlain = (this.#wary === 0 || batches.length === 1) && !batches.some(({ rehearsal }) => rehearsal);
    if (!isPlain) this.#wary = Math.max(0, this.#wary - 1);
    try {
      this.#run("BEGIN IMMEDIATE");
      const written = isPlain ? this.#writePlainly(batches) : null;
      if (written) return written;
      if (isPlain) {
        this.#wary = WARY_GROUPS;
        this.#run("BEGIN IMMEDIATE");
      }
      const answers = batches.map((batch) => this.#write(batch));
      this.#run("COMMIT");
      return answers;
    } catch (error) {
      // The transaction could not begin, has ended early, or did not come to its end: none of it was written.
      if (this.#connection.isTransaction) this.#run("ROLLBACK");
      return batches.map(() => ({ kind: "undone", why: refusalOf(error, 0).message }));
    }
  }

  /** Null: a batch was refused, and nothing of the group was written. @throws when the whole transaction is over */
  #writePlainly(batches: readonly WriteBatch[]): BatchAnswer[] | null {
    const answers: BatchAnswer[] = [];
    for (const { statements } of batches) {
      const answer = this.#answerTo(statements);
      answers.push(answer);
      if (answer.kind === "answers") continue;
      this.#run("ROLLBACK");
      // Alone in its group, no other batch has to be written again.
      return batches.length === 1 ? answers : null;
    }
    this.#run("COMMIT");
    return answers;
  }

  /** @throws when the whole transaction is over: what went wrong took it along */
  #write({ statements, rehearsal }: WriteBatch): BatchAnswer {
    this.#run("SAVEPOINT batch");
    const answer = this.#answerTo(statements);
    if (answer.kind === "refused" || rehearsal) this.#run("ROLLBACK TO batch");
    this.#run("RELEASE batch");
    return answer;
  }

  /** @throws when a refusal has ended the transaction */
  #answerTo(statements: readonly Statement[]): BatchAnswer {
    const answers: StatementAnswer[] = [];
    for (const statement of statements) {
      try {
        answers.push(this.#execute(statement));
      } catch (error) {
        if (!this.#connection.isTransaction) throw error;
        return { kind: "refused", refusal: refusalOf(error, answers.length) };
      }
    }
    return { kind: "answers", answers };
  }

  /** A migration: one transaction, without the checks of foreign keys, which a table that is rebuilt would break meanwhile. */
  migrate(statements: readonly Statement[]): ResultSet[] {
    this.#run("PRAGMA foreign_keys = off");
    try {
      this.#run("BEGIN IMMEDIATE");
      const results = statements.map((statement, index) => toResultSet(this.#attempt(statement, index)));
      this.#run("COMMIT");
      return results;
    } finally {
      if (this.#connection.isTransaction) this.#run("ROLLBACK");
      this.#run("PRAGMA foreign_keys = on");
      // What was prepared may name columns that have gone.
      this.#kept.clear();
    }
  }

  close(): void {
    this.#kept.clear();
    this.#connection.close();
  }

  #attempt(statement: Statement, index: number): StatementAnswer {
    try {
      return this.#execute(statement);
    } catch (error) {
      const { code, message } = refusalOf(error, index);
      throw new LibsqlBatchError(message, index, code);
    }
  }

  #run(sql: string): void {
    this.#execute(bare(sql));
  }

  #execute(given: Statement): StatementAnswer {
    const { statement, columns } = this.#prepared(given.sql);
    if (columns === null) return { columns: [], rows: [], rowsAffected: Number(statement.run(...given.args).changes) };
    return { columns, rows: statement.all(...given.args) as unknown as SqlValue[][], rowsAffected: 0 };
  }

  #prepared(sql: string): Prepared {
    let prepared = this.#kept.get(sql);
    if (prepared) {
      // The one used last stands last, which matters only once some may have to go.
      if (this.#kept.size < KEPT / 2) return prepared;
      this.#kept.delete(sql);
    } else {
      const statement = this.#connection.prepare(sql);
      const columns = statement.columns().map(({ name }) => name);
      if (columns.length > 0) statement.setReturnArrays(true);
      prepared = { statement, columns: columns.length > 0 ? columns : null };
      if (this.#kept.size >= KEPT) this.#kept.delete(this.#kept.keys().next().value as string);
    }
    this.#kept.set(sql, prepared);
    return prepared;
  }
}
