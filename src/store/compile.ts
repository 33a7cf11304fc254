import { Column, getTableName, Name, Param, Placeholder, SQL, StringChunk, Table } from "drizzle-orm";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import { Template } from "./sql.ts";

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
 * together anew at each level; a run compiles some fourteen statements, so our templates are walked here in one pass. The text of one
 * that was walked before is not even put together: its parts lead to it ({@link Place}). Only what holds parts that this pass does not
 * know is left to drizzle.
 */
export function compile(query: Query): Compiled {
  if (!(query instanceof SQL)) return "toSQL" in query ? query.toSQL() : dialect.sqlToQuery(query);
  const walk = new Walk();
  return walk.sql(query) ? { sql: walk.place.text, params: walk.params } : dialect.sqlToQuery(query);
}

/** Places that are kept. Texts are as many as there are statements in the code; what is written by hand into some could be more. */
const PLACES = 50_000;

/**
 * What was read of a template so far. From each place the parts that once followed lead on, so that the same template ends at the same
 * place, with a text that is the same object each time: a map by it need not read it again.
 */
class Place {
  static #count = 0;
  static #beginning = new Place("", null);

  readonly #piece: string;
  readonly #before: Place | null;
  #text: string | null = null;
  /** The part that followed first, and mostly the only one. */
  #part: unknown = null;
  #after: Place | null = null;
  #others: Map<unknown, Place> | null = null;

  private constructor(piece: string, before: Place | null) {
    this.#piece = piece;
    this.#before = before;
  }

  static beginning(): Place {
    if (Place.#count > PLACES) {
      Place.#count = 0;
      Place.#beginning = new Place("", null);
    }
    return Place.#beginning;
  }

  /** All that was read, from the beginning. */
  get text(): string {
    if (this.#text === null) {
      const pieces: string[] = [];
      for (let place: Place | null = this; place; place = place.#before) pieces.push(place.#piece);
      this.#text = pieces.reverse().join("");
    }
    return this.#text;
  }

  /** Where `part` leads; null: it has not been here yet ({@link add}). */
  find(part: unknown): Place | null {
    return this.#part === part ? this.#after : (this.#others?.get(part) ?? null);
  }

  add(part: unknown, piece: string): Place {
    Place.#count += 1;
    const place = new Place(piece, this);
    if (this.#after === null) [this.#part, this.#after] = [part, place];
    else {
      this.#others ??= new Map();
      this.#others.set(part, place);
    }
    return place;
  }
}

/** A parameter, as a part of a template. */
const PARAM = Symbol("parameter");

/** One pass over a template. Each method says whether it knows what it was given; once one does not, the pass is void. */
class Walk {
  place = Place.beginning();
  readonly params: unknown[] = [];

  sql(template: SQL): boolean {
    if ((template as unknown as Inlining).shouldInlineParams) return false;
    return template instanceof Template ? this.template(template) : this.parts(template.queryChunks);
  }

  private template({ texts, parts }: Template): boolean {
    this.write(texts[0] as string);
    for (let at = 0; at < parts.length; at += 1) {
      if (!this.part(parts[at])) return false;
      this.write(texts[at + 1] as string);
    }
    return true;
  }

  private parts(chunks: readonly unknown[]): boolean {
    for (let at = 0; at < chunks.length; at += 1) if (!this.part(chunks[at])) return false;
    return true;
  }

  private part(chunk: unknown): boolean {
    if (typeof chunk !== "object" || chunk === null) return chunk === undefined || this.param(chunk);
    if (chunk instanceof SQL) return this.sql(chunk);
    if (chunk instanceof StringChunk) {
      for (let at = 0; at < chunk.value.length; at += 1) this.write(chunk.value[at] as string);
      return true;
    }
    if (chunk instanceof Placeholder) return this.param(chunk);
    if (chunk instanceof Table || chunk instanceof Column) return this.named(chunk);
    if (chunk instanceof Name) return this.write(quoted(chunk.value));
    if (chunk instanceof Param) return this.encoded(chunk);
    if (Array.isArray(chunk)) return this.list(chunk);
    return false;
  }

  private write(text: string): true {
    if (text !== "") this.place = this.place.find(text) ?? this.place.add(text, text);
    return true;
  }

  private named(what: Table | Column): true {
    this.place = this.place.find(what) ?? this.place.add(what, nameOf(what));
    return true;
  }

  private param(value: unknown): true {
    this.place = this.place.find(PARAM) ?? this.place.add(PARAM, "?");
    this.params.push(value);
    return true;
  }

  private encoded(param: Param): boolean {
    if (param.value instanceof Placeholder) return this.param(param);
    const value: unknown = param.value === null ? null : param.encoder.mapToDriverValue(param.value);
    return value instanceof SQL ? this.sql(value) : this.param(value);
  }

  private list(values: readonly unknown[]): boolean {
    this.write("(");
    for (let at = 0; at < values.length; at += 1) {
      if (at > 0) this.write(", ");
      if (!this.part(values[at])) return false;
    }
    return this.write(")");
  }
}

function nameOf(what: Table | Column): string {
  if (what instanceof Table) return quoted(getTableName(what));
  return `${quoted(getTableName(what.table))}.${quoted(what.name)}`;
}

/** A name in quotes. (SQLite has no schemas that a table's name would be led by.) */
export function quoted(name: string): string {
  return `"${name.includes('"') ? name.replaceAll('"', '""') : name}"`;
}
