import { SQL, type SQLChunk, StringChunk, sql as tag } from "drizzle-orm";

/** No chunks: what a {@link Template} hands to drizzle's constructor. */
const NONE: SQLChunk[] = [];

/**
 * A template as it was written: its texts, the same array each time, and what stands between them. To drizzle it is SQL like any other,
 * whose chunks are made when they are asked for; `compile` walks it as it is.
 */
export class Template<Row = unknown> extends SQL<Row> {
  readonly texts: readonly string[];
  readonly parts: readonly unknown[];

  constructor(texts: readonly string[], parts: readonly unknown[]) {
    super(NONE);
    this.texts = texts;
    this.parts = parts;
  }

  /** @throws always: drizzle adds to the chunks in place, and here they are made anew. */
  override append(): never {
    throw new Error("A template stays as it was written; put it into another one");
  }
}

// Drizzle's own constructor assigns the chunks, so there has to be a setter; a field in the class would be made for each template.
Object.defineProperty(Template.prototype, "queryChunks", {
  get(this: Template): SQLChunk[] {
    return this.texts.flatMap((text, at) => {
      const part = this.parts[at] as SQLChunk;
      return at < this.parts.length ? [new StringChunk(text), part] : [new StringChunk(text)];
    });
  },
  set: () => undefined,
});

function template<Row = unknown>(texts: TemplateStringsArray, ...parts: unknown[]): SQL<Row> {
  return new Template<Row>(texts, parts);
}

/**
 * A statement, or a piece of one: `` sql`SELECT id FROM runs WHERE client_id = ${clientId}` ``. What stands between the braces is a value
 * that is bound, unless it is SQL itself, a table or a column of the schema; an array is a list in brackets. The row type that
 * `` sql<Row>`…` `` names is what {@link read} answers.
 *
 * It is drizzle's tag with drizzle's helpers (`sql.raw`, `sql.join`, `sql.identifier`, `sql.placeholder`), and gives drizzle's `SQL`. Drizzle's own makes
 * two objects for each part of a template and looks through each of them for tables: over a third of all that a run that finds nothing
 * to do left to the collector.
 */
export const sql = Object.assign(template, {
  raw: tag.raw,
  join: tag.join,
  identifier: tag.identifier,
  placeholder: tag.placeholder,
});
