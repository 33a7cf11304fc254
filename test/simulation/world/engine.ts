import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type InStatement, LibsqlBatchError, LibsqlError, type ResultSet } from "@libsql/client";
import { bundles } from "../../../drizzle/bundles.ts";
import type { MigrationSet } from "../../../src/store/migrations.ts";
import type { BatchAnswer, StatementAnswer, WriteBatch } from "../../../src/store/writer/batch.ts";
import { FORBIDDEN, notForbidden } from "../../../src/store/writer/fence.ts";
import type { WriterDefect } from "./writer.ts";

/** Changes a statement before it is prepared: a deliberate defect. */
export type Mutation = (sql: string) => string;

/** Who is at the database right now; the audit's triggers ask. */
export interface Presence {
  /** Number of the process. */
  actor: number;
  /** 1 for an administrator, 0 for everybody else. */
  admin: number;
  /** The one client that it works for; 0 when it works for all. */
  client: number;
  /** The process's own clock (ms). */
  clock: number;
  /** True instant (ms). */
  instant: number;
  /** The database's own clock (ms). */
  database: number;
  /** When the runner last read its open runs, by its own clock (ms). */
  lookedAt: number;
  /** The true instant (ms) at which the database answered that. */
  lookedInstant: number;
  /** Ids of the processors that the release lacked at some time since that look. */
  missing: string;
}

type Value = string | number | null;

const args = (statement: InStatement) => (typeof statement === "string" ? [] : ((statement.args ?? []) as Value[]));
const text = (statement: InStatement) => (typeof statement === "string" ? statement : statement.sql);

function toLibsql(error: unknown): LibsqlError {
  const failure = error as { errcode?: number; message: string };
  const primary = (failure.errcode ?? 1) & 0xff;
  const code = primary === 19 ? "SQLITE_CONSTRAINT" : primary === 5 ? "SQLITE_BUSY" : "SQLITE_ERROR";
  return new LibsqlError(`${code}: ${failure.message}`, code);
}

/** The database is taken by a transaction of another. */
export const busy = () => new LibsqlError("SQLITE_BUSY: database is locked", "SQLITE_BUSY");

/**
 * SQLite in memory behind the calls of `@libsql/client`. libSQL's own file client prepares every statement anew and takes
 * 2.8 ms for what this does in 0.1 ms; 20,000 histories need that. Its prepared statements outlive a history.
 */
export class Engine {
  readonly #database: DatabaseSync;
  #statements = new Map<string, { prepared: StatementSync; reads: boolean }>();
  readonly #tables: string[];
  #mutation: Mutation | null = null;

  /** @param extra SQL of the audit: tables and triggers of its own */
  constructor(sets: readonly MigrationSet[], presence: Presence, extra: string) {
    const database = new DatabaseSync(":memory:");
    this.#database = database;
    for (const name of [
      "actor",
      "admin",
      "client",
      "clock",
      "instant",
      "lookedAt",
      "lookedInstant",
      "missing",
    ] as const) {
      database.function(`present_${name.toLowerCase()}`, () => presence[name]);
    }
    database.function("unixepoch", { varargs: true }, () => presence.database / 1000);
    for (const set of sets) {
      for (const migration of bundles[set]) for (const sql of migration.statements) database.exec(sql);
    }
    database.exec(extra);
    this.#tables = (
      database
        .prepare(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%' AND name NOT GLOB 'search_words*'",
        )
        .all() as {
        name: string;
      }[]
    ).map(({ name }) => name);
  }

  /** Empties every table for the next history. */
  reset(mutation: Mutation | null): void {
    if (mutation !== this.#mutation) this.#statements = new Map();
    this.#mutation = null;
    this.#database.exec("PRAGMA foreign_keys = OFF; BEGIN");
    // Twice: the first round fires the audit's own triggers.
    for (let round = 0; round < 2; round += 1) {
      for (const name of this.#tables) {
        const some = this.#prepare(`SELECT 1 FROM "${name}" LIMIT 1`).prepared.get();
        if (some !== undefined) this.#database.exec(`DELETE FROM "${name}"`);
      }
    }
    this.#database.exec("COMMIT; PRAGMA foreign_keys = ON");
    this.#mutation = mutation;
  }

  #prepare(sql: string): { prepared: StatementSync; reads: boolean } {
    let known = this.#statements.get(sql);
    if (!known) {
      const prepared = this.#database.prepare(this.#mutation ? this.#mutation(sql) : sql);
      known = { prepared, reads: prepared.columns().length > 0 };
      this.#statements.set(sql, known);
    }
    return known;
  }

  #run(statement: InStatement): ResultSet {
    try {
      const { prepared, reads } = this.#prepare(text(statement));
      const rows = reads ? prepared.all(...args(statement)) : [];
      const rowsAffected = reads ? 0 : Number(prepared.run(...args(statement)).changes);
      return { columns: [], columnTypes: [], rows, rowsAffected, lastInsertRowid: undefined } as unknown as ResultSet;
    } catch (error) {
      throw toLibsql(error);
    }
  }

  /** Rows of a query of the audit. */
  rows<T = Record<string, Value>>(sql: string, ...values: Value[]): T[] {
    return this.#prepare(sql).prepared.all(...values) as T[];
  }

  execute(statement: InStatement): ResultSet {
    return this.#run(statement);
  }

  batch(statements: readonly InStatement[]): ResultSet[] {
    this.#prepare("BEGIN IMMEDIATE").prepared.run();
    try {
      const results = this.#all(statements);
      this.#prepare("COMMIT").prepared.run();
      return results;
    } catch (error) {
      this.#prepare("ROLLBACK").prepared.run();
      throw error;
    }
  }

  #all(statements: readonly InStatement[]): ResultSet[] {
    return statements.map((statement, index) => {
      try {
        return this.#run(statement);
      } catch (error) {
        const { message, code } = error as LibsqlError;
        throw new LibsqlBatchError(message, index, code);
      }
    });
  }

  /**
   * Writes a group as the writers of the hosts do: each batch between a savepoint and its release, behind the question whether it is
   * forbidden.
   */
  group(
    sent: readonly { readonly batch: WriteBatch; readonly present: () => void }[],
    defect: WriterDefect | null,
  ): { readonly answer: BatchAnswer; readonly written: boolean }[] {
    const run = (sql: string) => this.#prepare(sql).prepared.run();
    run("BEGIN IMMEDIATE");
    let before = 0;
    const answers = sent.map(({ batch, present }) => {
      present();
      run("SAVEPOINT batch");
      const answer = this.#answer(batch, defect === "counts in the group" ? before : 0, defect === "asks for no fence");
      before += batch.statements.length;
      if (answer.kind !== "answers" || batch.rehearsal) run("ROLLBACK TO batch");
      run("RELEASE batch");
      return { answer, written: answer.kind === "answers" && !batch.rehearsal };
    });
    const takesAlong = defect === "takes neighbours along" && answers.some(({ answer }) => answer.kind === "refused");
    run(takesAlong ? "ROLLBACK" : "COMMIT");
    return takesAlong ? answers.map(({ answer }) => ({ answer, written: false })) : answers;
  }

  #answer({ statements, token }: WriteBatch, countedFrom: number, unasked: boolean): BatchAnswer {
    try {
      if (!unasked) this.#run(notForbidden(token));
    } catch {
      return { kind: "refused", refusal: FORBIDDEN };
    }
    const answers: StatementAnswer[] = [];
    for (const [index, statement] of statements.entries()) {
      try {
        const { rows, rowsAffected } = this.#run(statement);
        const columns = rows[0] ? Object.keys(rows[0]) : [];
        answers.push({ columns, rows: rows.map((row) => Object.values(row) as Value[]), rowsAffected });
      } catch (error) {
        const { message, code } = error as LibsqlError;
        return { kind: "refused", refusal: { index: countedFrom + index, code, message } };
      }
    }
    return { kind: "answers", answers };
  }
}
