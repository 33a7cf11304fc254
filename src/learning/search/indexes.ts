import type { SQL } from "drizzle-orm";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { searchIndexes } from "../schema/search.ts";
import { followed } from "./affected.ts";

const indexColumns = columns(
  searchIndexes,
  ["id", "name", "kind", "entity", "backend", "collection", "state", "expectedDocs", "lastChangeId", "builtWith"],
  "one",
);

/** A search index of the client. */
export type SearchIndex = RowOf<typeof indexColumns>;

/** An index, and what has changed since it was brought up to date. */
export interface ListedIndex extends SearchIndex {
  /** Id of the client's last change of anything; 0: none is known. */
  readonly upper: number;
  /** 1: something that it shows has changed since. */
  readonly changed: 0 | 1;
}

/** The client's active indexes of some kinds, by id. */
export function selectIndexes(kinds: readonly SearchIndex["kind"][]): SQL<ListedIndex> {
  const relevant = Object.entries(followed).map(
    ([entity, changes]) =>
      sql`WHEN ${sql.raw(`'${entity}'`)} THEN change.entity IN (${sql.raw(changes.map((one) => `'${one}'`).join(", "))})`,
  );
  return sql<ListedIndex>`SELECT ${indexColumns},
      (SELECT coalesce(max(id), 0) FROM index_changes WHERE client_id = ${thisClient}) AS upper,
      EXISTS (SELECT 1 FROM index_changes AS change WHERE change.client_id = ${thisClient} AND change.id > one.last_change_id
        AND CASE one.entity ${sql.join(relevant, sql` `)} END) AS changed
    FROM search_indexes AS one WHERE one.client_id = ${thisClient} AND one.active = 1
      AND one.kind IN (SELECT value FROM json_each(${JSON.stringify(kinds)})) ORDER BY one.id`;
}

const own = (id: number) => sql`id = ${id} AND client_id = ${thisClient} AND active = 1`;

/** A full build has begun. @param now ms */
export function beginBuild(id: number, now: number): SQL {
  return sql`UPDATE search_indexes SET state = 'building', updated_at = ${now} WHERE ${own(id)} AND state <> 'building'`;
}

/**
 * A full build has ended. It changes nothing where another one was asked for meanwhile.
 *
 * @param built.documents how many it wrote: a number or SQL
 * @param run.dryRun nothing of the build was written, its beginning neither
 * @param built.upper the last change that was known when it began to read
 * @param now ms
 */
export function endBuild(
  id: number,
  built: { readonly documents: number | SQL; readonly upper: number; readonly with: "solr" | "fts" },
  run: { readonly dryRun: boolean },
  now: number,
): SQL {
  return sql`UPDATE search_indexes SET state = 'ready', last_full_at = ${now}, expected_docs = ${built.documents},
      last_change_id = ${built.upper}, built_with = ${built.with}, updated_at = ${now}
    WHERE ${own(id)} AND (state = 'building' OR ${run.dryRun})`;
}

/** An index that shows nothing of what has changed need not hold these changes back. @param upper the last of them */
export function passUnchanged(id: number, upper: number): SQL {
  return sql`UPDATE search_indexes SET last_change_id = ${upper}
    WHERE ${own(id)} AND state = 'ready' AND last_change_id < ${upper}`;
}

/** An index holds every change up to this one. @param now ms */
export function passChanges(id: number, to: number, now: number): SQL {
  return sql`UPDATE search_indexes SET last_change_id = ${to}, last_delta_at = ${now}, updated_at = ${now}
    WHERE ${own(id)} AND state = 'ready' AND last_change_id < ${to}`;
}

/** An index is to be built anew. @param now ms */
export function markForBuild(id: number, state: "full_build_requested" | "unavailable", now: number): SQL {
  return sql`UPDATE search_indexes SET state = ${state}, updated_at = ${now} WHERE ${own(id)} AND state = 'ready'`;
}
