import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../store/rows.ts";
import { sql } from "../store/sql.ts";
import { thisClient } from "../store/statement.ts";
import { MS_PER_DAY } from "../time/day.ts";

/** Where `ProgrammeCurriculumLevelStatusUpdateJob` keeps the last change that learning logic has passed, in `processor_state`. */
export const LOGIC_WATERMARK = { processor: "ProgrammeCurriculumLevelStatusUpdateJob", key: "watermark" } as const;

const logicWatermark = sql`processor = ${LOGIC_WATERMARK.processor} AND client_id = ${thisClient} AND node_id = '' AND key = ${LOGIC_WATERMARK.key}`;

/** Days after which a change is dropped, also where an index has not seen it. */
const KEPT_DAYS = 30;
/** Changes that one statement deletes. */
const AT_ONCE = 5000;

/** The last change of the client in `index_changes`, as `last`; 0: there is none. */
export function lastChange(): SQL<{ readonly last: number }> {
  return sql`SELECT coalesce(max(id), 0) AS last FROM index_changes WHERE client_id = ${thisClient}`;
}

/** The last of the next `limit` changes behind `from` and up to `upper`, as `to`; null: there are none. */
export function nextChanges(from: number, upper: number, limit: number): SQL<{ readonly to: number | null }> {
  return sql`SELECT max(id) AS "to" FROM (SELECT id FROM index_changes
    WHERE client_id = ${thisClient} AND id > ${from} AND id <= ${upper} ORDER BY id LIMIT ${limit})`;
}

/** What is to be done about changes that no index needs any more. */
export interface Trim {
  /** Changes up to this one are deleted. */
  readonly end: number;
  /** Changes up to this one are deleted for their age alone. */
  readonly aged: number;
}

/**
 * Finds the changes that every active search index and learning logic have passed, and those that are too old (handbook, data: catalogue,
 * search and commerce). An index that waits for a full build needs none.
 *
 * @param now instant (ms)
 * @returns null: there are none
 */
export async function findTrim(rows: ClientRows, now: number): Promise<Trim | null> {
  const found = await rows.first<{
    behind: number | null;
    passed: number | null;
    young: number | null;
    first: number | null;
    last: number | null;
  }>(sql`
    SELECT (SELECT min(last_change_id) FROM search_indexes WHERE client_id = ${thisClient} AND active = 1
        AND state NOT IN ('never_built', 'full_build_requested')) AS behind,
      (SELECT CAST(value AS INTEGER) FROM processor_state WHERE ${logicWatermark}) AS passed,
      (SELECT id FROM index_changes WHERE client_id = ${thisClient} AND at >= ${now - KEPT_DAYS * MS_PER_DAY} ORDER BY id LIMIT 1) AS young,
      (SELECT min(id) FROM index_changes WHERE client_id = ${thisClient}) AS first,
      (SELECT max(id) FROM index_changes WHERE client_id = ${thisClient}) AS last`);
  if (!found || found.first === null) return null;
  const aged = found.young === null ? (found.last ?? 0) : found.young - 1;
  // Learning logic that has no watermark looks at everything the next time, so it needs no changes either.
  const last = found.last ?? 0;
  const end = Math.max(Math.min(found.passed ?? last, found.behind ?? last), aged);
  return end >= found.first ? { end, aged } : null;
}

/** Deletes some of the changes of a {@link Trim}; indexes and learning logic that have not seen what goes for its age are to begin anew. */
export function trimSome({ end, aged }: Trim, now: number): SQL[] {
  return [
    sql`UPDATE search_indexes SET state = 'full_build_requested', updated_at = ${now} WHERE client_id = ${thisClient} AND active = 1
      AND state = 'ready' AND last_change_id < (SELECT coalesce(max(id), 0) FROM index_changes WHERE client_id = ${thisClient} AND id <= ${aged})`,
    sql`DELETE FROM processor_state WHERE ${logicWatermark}
      AND CAST(value AS INTEGER) < (SELECT coalesce(max(id), 0) FROM index_changes WHERE client_id = ${thisClient} AND id <= ${aged})`,
    sql`DELETE FROM index_changes WHERE id IN (SELECT id FROM index_changes
      WHERE client_id = ${thisClient} AND id <= ${end} ORDER BY id LIMIT ${AT_ONCE})`,
  ];
}
