import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";

/**
 * True in SQL for an item of a syllabus (SQL of its id) that was removed, or that lies in a folder that was. Items are never deleted, so
 * everything that reads progress passes over these (handbook, data: content).
 */
export function isRemoved(item: SQL): SQL {
  return sql`EXISTS (WITH RECURSIVE above(id, parent_id, removed_at) AS (
      SELECT own.id, own.parent_id, own.removed_at FROM syllabus_items AS own WHERE own.id = ${item} AND own.client_id = ${thisClient}
      UNION SELECT folder.id, folder.parent_id, folder.removed_at
        FROM above CROSS JOIN syllabus_items AS folder ON folder.id = above.parent_id)
    SELECT 1 FROM above WHERE removed_at IS NOT NULL)`;
}
