import { SQL } from "drizzle-orm";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import { expect } from "vitest";
import { type Compiled, compile as ours, type Query } from "../../../src/store/compile.ts";

const dialect = new SQLiteAsyncDialect();
const seen = new Set<string>();

/** The texts of all statements that were compared in this worker so far. */
export const compared: ReadonlySet<string> = seen;

/** `compile` of the store, which compares each text that it has not met before with what drizzle makes of the same template. */
export function compile(query: Query): Compiled {
  const compiled = ours(query);
  if (query instanceof SQL && !seen.has(compiled.sql)) {
    expect(compiled).toEqual(withoutTypings(dialect.sqlToQuery(query)));
    seen.add(compiled.sql);
  }
  return compiled;
}

/** What drizzle answers, without what only other databases need. */
export function withoutTypings({ sql, params }: Compiled): Compiled {
  return { sql, params };
}
