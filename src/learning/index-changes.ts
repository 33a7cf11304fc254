import type { SQL } from "drizzle-orm";
import { lastAudited } from "../store/audit.ts";
import type { Audit, Indexed } from "../store/change.ts";
import { sql } from "../store/sql.ts";
import { thisClient, thisIndex, thisRun } from "../store/statement.ts";

/** Tells the search indexes of the change of one row, behind it and its audit entry; nothing where it changed nothing. */
export function indexChange({ entity, id, op = "upsert" }: Indexed, audit: Audit | undefined): SQL {
  const entityId = id ?? audit?.id ?? (audit ? lastAudited : sql`last_insert_rowid()`);
  return sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
    SELECT ${thisClient}, ${entity}, ${entityId}, ${op}, now_at FROM checkpoints WHERE run_id = ${thisRun} AND hit > 0`;
}

/** Tells the search indexes of a change of several rows: of each that it touched. */
export function indexChanges({ entity, op = "upsert" }: Indexed): SQL {
  return sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
    SELECT ${thisClient}, ${entity}, touched.id, ${op}, checkpoints.now_at
    FROM touched JOIN checkpoints ON checkpoints.run_id = touched.run_id
    WHERE touched.run_id = ${thisRun} AND touched.place = ${thisIndex} AND checkpoints.hit > 0 ORDER BY touched.id`;
}

/**
 * Tells the search indexes of the people whom the rows of the unit's first change are about (`Change.rows`), each once; a later write
 * of the unit.
 */
export const indexPeopleOfLead: SQL = sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
  SELECT ${thisClient}, 'person', about.person_id, 'upsert', checkpoints.now_at
  FROM (SELECT DISTINCT person_id FROM touched WHERE run_id = ${thisRun} AND place = 0) AS about
  JOIN checkpoints ON checkpoints.run_id = ${thisRun} WHERE about.person_id IS NOT NULL ORDER BY about.person_id`;
