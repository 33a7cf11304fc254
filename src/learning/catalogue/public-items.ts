import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";

/** What everybody may see of a catalogue: a folder or an offer. */
export interface PublicItem {
  readonly id: number;
  /** Instant (ms) of the last change of the item or of its component. */
  readonly changedAt: number;
}

/**
 * Items of the client's catalogue that everybody may see, behind an id, in its order: public and visible, below folders that are,
 * and if the item offers a component, that is public and released or fixed.
 *
 * @param after id; 0: from the start
 */
export function selectPublicItems(after: number, limit: number): SQL<PublicItem> {
  return sql<PublicItem>`SELECT i.id, max(i.updated_at, coalesce(c.updated_at, 0)) AS changedAt
    FROM catalogue_items i LEFT JOIN components c ON c.id = i.component_id
    WHERE i.client_id = ${thisClient} AND i.id > ${after} AND i.visible = 1 AND i.is_public = 1
      AND (i.component_id IS NULL OR c.client_id = i.client_id AND c.is_public = 1 AND c.planning_status IN ('released', 'fixed'))
      AND NOT EXISTS (
        WITH RECURSIVE above(parent_id, shown) AS (
          SELECT f.parent_id, f.visible = 1 AND f.is_public = 1 AND f.client_id = i.client_id FROM catalogue_items f WHERE f.id = i.parent_id
          UNION SELECT f.parent_id, f.visible = 1 AND f.is_public = 1 AND f.client_id = i.client_id
            FROM above JOIN catalogue_items f ON f.id = above.parent_id)
        SELECT 1 FROM above WHERE NOT shown)
    ORDER BY i.id LIMIT ${limit}`;
}
