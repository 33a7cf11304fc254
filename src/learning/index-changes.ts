import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../store/statement.ts";

/**
 * Tells the search indexes that a row changed, if the statement just before it in the same unit changed a row (SQL's
 * `changes()`); behind an audit entry it follows that.
 */
export function indexChange(entity: string, entityId: number | SQL, op: "upsert" | "delete", now: number): SQL {
  return sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
    SELECT ${thisClient}, ${entity}, ${entityId}, ${op}, ${now} WHERE changes() > 0`;
}
