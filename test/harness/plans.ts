import type { InStatement } from "@libsql/client";
import type { Database } from "../../src/store/database.ts";

/**
 * How a database gets at the rows of a table while something runs on it: what `EXPLAIN QUERY PLAN` says about the table for each
 * statement that names it, each plan once.
 *
 * @param play runs it on this very client
 */
export async function plansFor(database: Database, table: string, play: () => Promise<unknown>): Promise<string[]> {
  const seen = new Map<string, InStatement>();
  const note = (statement: InStatement | string) => {
    const text = typeof statement === "string" ? statement : statement.sql;
    if (new RegExp(`\\b${table}\\b`).test(text)) seen.set(text, statement);
  };
  const { execute, batch } = database;
  database.execute = (...args: unknown[]) => {
    note(args[0] as InStatement);
    return Reflect.apply(execute, database, args);
  };
  database.batch = (...args) => {
    for (const statement of args[0]) note(statement as InStatement);
    return Reflect.apply(batch, database, args);
  };
  try {
    await play();
  } finally {
    Object.assign(database, { execute, batch });
  }
  const plans = new Set<string>();
  for (const [text, statement] of seen) {
    const args = typeof statement === "object" && "args" in statement ? (statement.args ?? []) : [];
    const plan = await database.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
    for (const { detail } of plan.rows)
      if (new RegExp(`\\b${table}\\b`).test(String(detail))) plans.add(String(detail));
  }
  return [...plans];
}
