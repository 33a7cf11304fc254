import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import type { Query } from "../../store/statement.ts";
import type { RunContext, Step, Write } from "../contract.ts";
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
  /** Deletes what hangs on the rows that were deleted; it says `leadHit` in its condition. Default: nothing hangs on them. */
  readonly also?: (ids: SQL) => Query;
}

/** What {@link deleteRows} needs of a run. */
type DeletingContext<Key> = Pick<RunContext<object, Key>, "rows" | "cursor"> & {
  readonly parameters: { readonly chunkSize: number };
};

/**
 * A processor that deletes rows that are old: a page of them with one statement. Those that were there and stayed count as
 * skipped; the others are counted as `count` says, by default as `deleted`. The run's cursor is the key of the last row; order by what the
 * index has.
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
export function deleteRows<Key extends { readonly id: number }>(
  context: DeletingContext<Key>,
  deletion: DeleteRows<Key> & { readonly count?: undefined },
): AsyncGenerator<Step<Key, "deleted">, undefined>;
export function deleteRows<Key extends { readonly id: number }, N extends string>(
  context: DeletingContext<Key>,
  deletion: DeleteRows<Key> & { readonly count: N },
): AsyncGenerator<Step<Key, N>, undefined>;
export async function* deleteRows<Key extends { readonly id: number }, N extends string>(
  context: DeletingContext<Key>,
  { entity, find, remove, also, count = "deleted" as N }: DeleteRows<Key> & { readonly count?: N | undefined },
): AsyncGenerator<Step<Key, N>, undefined> {
  const { rows, cursor, parameters } = context;
  const read = (after: Key | null) => rows.all<Key>(find(after, parameters.chunkSize));
  for await (const page of pages<Key, Key | null>(cursor, read, (key) => key)) {
    const ids = page.rows.map(({ id }) => id);
    const list = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
    const ref = `${entity}:${ids[0]}–${ids.at(-1)}`;
    const writes: Write<N>[] = [{ write: remove(list), count }];
    if (also) writes.push(also(list));
    yield {
      units: [{ ref, rows: ids.length, writes }],
      cursor: page.after as Key,
    };
  }
  return undefined;
}
