import { type SQL, sql } from "drizzle-orm";
import type { Selection } from "../../store/select.ts";
import type { Query } from "../../store/statement.ts";
import type { RunContext, Step } from "../contract.ts";
import type { AfterId } from "./change-rows.ts";
import { pages } from "./pages.ts";

/** What {@link deleteRows} takes. */
export interface DeleteRows {
  /** What the rows are, for a failure's reference: `message`. */
  readonly entity: string;
  /** Up to `limit` ids above `after`, in their order. */
  readonly find: (after: number, limit: number) => Selection<{ readonly id: number }>;
  /**
   * Deletes the rows with these ids (a list in SQL: `id IN ${ids}`). It states again what makes them deletable: one that
   * changed since it was found stays.
   */
  readonly remove: (ids: SQL) => Query;
}

/**
 * A processor that deletes rows that are old: a page of them with one statement. Those that were there and stayed count as
 * skipped; the others are counted as `deleted`.
 *
 * ```ts
 * run: (context) =>
 *   deleteRows(context, {
 *     entity: "message",
 *     find: (after, limit) => select(messages, ["id"], sql`WHERE ${old} AND id > ${after} ORDER BY id LIMIT ${limit}`),
 *     remove: (ids) => sql`DELETE FROM messages WHERE ${old} AND id IN ${ids}`,
 *   }),
 * ```
 */
export async function* deleteRows(
  context: Pick<RunContext<object, AfterId>, "rows" | "cursor"> & {
    readonly parameters: { readonly chunkSize: number };
  },
  { entity, find, remove }: DeleteRows,
): AsyncGenerator<Step<AfterId, "deleted">, undefined> {
  const { rows, cursor, parameters } = context;
  const read = (after: number) => rows.all(find(after, parameters.chunkSize));
  for await (const page of pages(cursor?.after ?? 0, read, ({ id }) => id)) {
    const ids = page.rows.map(({ id }) => id);
    const list = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
    const ref = `${entity}:${ids[0]}–${ids.at(-1)}`;
    yield {
      units: [{ ref, rows: ids.length, writes: [{ write: remove(list), count: "deleted" }] }],
      cursor: { after: page.after },
    };
  }
  return undefined;
}
