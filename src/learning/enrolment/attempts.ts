import type { SQL } from "drizzle-orm";
import { unitHit } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";

/**
 * Puts a person's attempts at the media of a component and of its template aside, so that the next cycle begins from
 * nothing; previews stay. It belongs behind the making of the registration with this `recert` reference, in the same unit.
 *
 * @param now instant (ms)
 */
export function archiveAttempts(componentId: number, personId: number, sourceRef: string, now: number): SQL {
  return sql`UPDATE attempts SET archived = 1, updated_at = ${now}
    WHERE client_id = ${thisClient} AND person_id = ${personId} AND archived = 0 AND is_preview = 0
      AND media_id IN (SELECT item.media_id FROM components AS component
        JOIN syllabus_items AS item ON item.client_id = component.client_id
          AND item.component_id IN (component.id, component.template_id)
        WHERE component.client_id = ${thisClient} AND component.id = ${componentId} AND item.media_id IS NOT NULL)
      AND EXISTS (SELECT 1 FROM registrations AS made
        WHERE made.client_id = ${thisClient} AND made.source = 'recert' AND made.source_ref = ${sourceRef}) AND ${unitHit}`;
}
