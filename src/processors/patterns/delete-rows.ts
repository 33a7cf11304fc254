import { type SQL, sql } from "drizzle-orm";
import type { Query } from "../../store/statement.ts";
import type { RunContext, Step } from "../contract.ts";
import { pages } from "./pages.ts";

/** What {@link deleteRows} takes. `Key`: the id, and what the rows are ordered by before it. */
export interface DeleteRows<Key extends { readonly id: number }> {
  /** What the rows are, for a failure's reference: `message`. */
  readonly entity: string;
  /** The keys of up to `limit` rows behind a key (null: of the first), in their order. */
  readonly find: (after: Key | null, limit: number) => SQL<Key>;
  /**
   * Deletes the rows with these ids (a list in SQL: `id IN ${ids}`). It states again what makes them deletable: one that
   * changed since it was found stays. With a unary plus (`+client_id = …`) the rows are found by these ids and not by an index.
   */
  readonly remove: (ids: SQL) => Query;
}

/**
 * A processor that deletes rows that are old: a page of them with one statement. Those that were there and stayed count as
 * skipped; the others are counted as `deleted`. The run's cursor is the key of the last row; order by what the index has.
 *
 * ```ts
 * // cursor: z.strictObject({ queuedAt: z.int(), id: z.int() })
 * run: (context) =>
 *   deleteRows(context, {
 *     entity: "message",
 *     find: (after, limit) => select(messages, ["queuedAt", "id"], sql`WHERE … ORDER BY queued_at, id LIMIT ${limit}`),
 *     remove: (ids) => sql`DELETE FROM messages WHERE … AND id IN ${ids}`,
 *   }),
 * ```
 */
export async function* deleteRows<Key extends { readonly id: number }>(
  context: Pick<RunContext<object, Key>, "rows" | "cursor"> & {
    readonly parameters: { readonly chunkSize: number };
  },
  { entity, find, remove }: DeleteRows<Key>,
): AsyncGenerator<Step<Key, "deleted">, undefined> {
  const { rows, cursor, parameters } = context;
  const read = (after: Key | null) => rows.all<Key>(find(after, parameters.chunkSize));
  for await (const page of pages<Key, Key | null>(cursor, read, (key) => key)) {
    const ids = page.rows.map(({ id }) => id);
    const list = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
    const ref = `${entity}:${ids[0]}–${ids.at(-1)}`;
    yield {
      units: [{ ref, rows: ids.length, writes: [{ write: remove(list), count: "deleted" }] }],
      cursor: page.after as Key,
    };
  }
  return undefined;
}
