import { Column, getTableName, Name, Param, Placeholder, SQL, StringChunk, Table } from "drizzle-orm";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";

/** Anything that can become a statement: a drizzle `sql` template or a drizzle query builder. */
export type Query = SQL | { toSQL(): { sql: string; params: unknown[] } };

/** A statement's text with `?` for each parameter, and these in their order; placeholders are still among them. */
export interface Compiled {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** What drizzle's types hide of a template: its parameters are to be written into the text. */
interface Inlining {
  readonly shouldInlineParams: boolean;
}

const dialect = new SQLiteAsyncDialect();

/**
 * Text and parameters of a query, the same as drizzle's `sqlToQuery`. That one makes an object for each part of a template and puts them
 * together anew at each level; a run compiles some twenty statements, so our templates are walked here in one pass, and only what holds
 * parts that this pass does not know is left to drizzle.
 */
export function compile(query: Query): Compiled {
  if (!(query instanceof SQL)) return "toSQL" in query ? query.toSQL() : dialect.sqlToQuery(query);
  const compiled = new Walk();
  return compiled.sql(query) ? { sql: compiled.text, params: compiled.params } : dialect.sqlToQuery(query);
}

/** One pass over a template. Each method says whether it knows what it was given; once one does not, the pass is void. */
class Walk {
  text = "";
  readonly params: unknown[] = [];

  sql(template: SQL): boolean {
    if ((template as unknown as Inlining).shouldInlineParams) return false;
    return this.parts(template.queryChunks);
  }

  private parts(chunks: readonly unknown[]): boolean {
    for (let at = 0; at < chunks.length; at += 1) if (!this.part(chunks[at])) return false;
    return true;
  }

  private part(chunk: unknown): boolean {
    if (chunk instanceof StringChunk)
      return this.write(chunk.value.length === 1 ? `${chunk.value[0]}` : chunk.value.join(""));
    if (typeof chunk !== "object" || chunk === null) return chunk === undefined || this.param(chunk);
    if (chunk instanceof SQL) return this.sql(chunk);
    if (chunk instanceof Placeholder) return this.param(chunk);
    if (chunk instanceof Table) return this.write(quoted(getTableName(chunk)));
    if (chunk instanceof Name) return this.write(quoted(chunk.value));
    if (chunk instanceof Column) return this.write(`${quoted(getTableName(chunk.table))}.${quoted(chunk.name)}`);
    if (chunk instanceof Param) return this.encoded(chunk);
    if (Array.isArray(chunk)) return this.list(chunk);
    return false;
  }

  private write(text: string): true {
    this.text += text;
    return true;
  }

  private param(value: unknown): true {
    this.text += "?";
    this.params.push(value);
    return true;
  }

  private encoded(param: Param): boolean {
    if (param.value instanceof Placeholder) return this.param(param);
    const value: unknown = param.value === null ? null : param.encoder.mapToDriverValue(param.value);
    return value instanceof SQL ? this.sql(value) : this.param(value);
  }

  private list(values: readonly unknown[]): boolean {
    this.text += "(";
    for (let at = 0; at < values.length; at += 1) {
      if (at > 0) this.text += ", ";
      if (!this.part(values[at])) return false;
    }
    return this.write(")");
  }
}

/** A name in quotes. (SQLite has no schemas that a table's name would be led by.) */
export function quoted(name: string): string {
  return `"${name.includes('"') ? name.replaceAll('"', '""') : name}"`;
}
