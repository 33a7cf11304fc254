import type { InStatement } from "@libsql/client";
import type { Database, SqlValue, Statement } from "../../../src/store/database.ts";

/** What a page asked the database. */
export interface Asked {
  /** In the order of the questions. */
  readonly statements: Statement[];
  /** A batch is one, however many statements it carries. */
  roundTrips: number;
}

/** Wraps a database so that every statement is noted in `asked()`, whatever that is at the time. */
export function listeningDatabase(database: Database, asked: () => Asked): Database {
  const note = (statements: readonly (InStatement | [string, unknown?])[], roundTrips = 1) => {
    const log = asked();
    log.roundTrips += roundTrips;
    for (const one of statements) {
      if (typeof one === "string") log.statements.push({ sql: one, args: [] });
      else if (Array.isArray(one)) log.statements.push({ sql: one[0], args: (one[1] ?? []) as SqlValue[] });
      else log.statements.push({ sql: one.sql, args: (one.args ?? []) as SqlValue[] });
    }
  };
  return {
    execute(statement: InStatement | string, args?: never) {
      note([args === undefined ? statement : [statement as string, args]]);
      return args === undefined
        ? database.execute(statement as InStatement)
        : database.execute(statement as string, args);
    },
    batch(statements, mode) {
      note(statements as InStatement[]);
      return database.batch(statements, mode);
    },
    transaction() {
      throw new Error("A page uses batches");
    },
  };
}

/** Tables whose rows a page may read in full: they grow with the installation, by hand, and stay in the tens. */
const SMALL = new Set(["nodes", "settings", "meta_tags", "client_moves", "heavy_permits"]);

/** Indexes that hold few rows of a table that grows: the jobs that are failing now. */
const SMALL_INDEXES = new Set(["job_stats_failing"]);

/** The tables that stand behind the names in a statement's plan: an alias is all that a plan says. */
function tablesBehind(sql: string, tables: ReadonlySet<string>): Map<string, string> {
  const names = new Map([...tables].map((table) => [table, table]));
  for (const [, table = "", alias = ""] of sql.matchAll(/\b(?:FROM|JOIN|,)\s+"?(\w+)"?\s+(?:AS\s+)?"?(\w+)"?/gi)) {
    if (tables.has(table) && !tables.has(alias)) names.set(alias, table);
  }
  return names;
}

/**
 * What a statement would read in full of the tables that grow, by its plan (sqlite.org/eqp.html). An index or the key walked in order
 * as far as a `LIMIT` goes is no such reading, as long as nothing is sorted first.
 */
export async function fullReads(database: Database, { sql, args }: Statement): Promise<string[]> {
  const schema = await database.execute("SELECT name FROM sqlite_master WHERE type = 'table'");
  const names = tablesBehind(sql, new Set(schema.rows.map(({ name }) => String(name))));
  const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
  const steps = plan.rows.map(({ parent, detail }) => ({ parent, detail: String(detail) }));
  const isSorted = (parent: unknown) =>
    steps.some((step) => step.parent === parent && /USE TEMP B-TREE FOR (ORDER|GROUP)/.test(step.detail));
  return steps
    .filter(({ parent, detail }) => {
      const [, name = "", index = ""] = /^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?/.exec(detail) ?? [];
      const table = names.get(name);
      if (table === undefined || SMALL.has(table) || SMALL_INDEXES.has(index)) return false;
      return isSorted(parent) || !/\bLIMIT\b/i.test(sql);
    })
    .map(({ detail }) => detail);
}
