import { type SQL, sql } from "drizzle-orm";
import { lastAudited } from "../../store/audit.ts";
import type { ClientRows } from "../../store/rows.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import { indexChange } from "../index-changes.ts";
import { placeStatuses, statusList } from "./status.ts";

const taking = statusList(placeStatuses);

/**
 * How many people have a place on `component` (an alias of `components` in the query), in SQL. A person has one place,
 * however many cycles.
 *
 * @param except SQL of a person's id who is not counted
 */
function placesTaken(component: SQL, except?: SQL): SQL {
  return sql`(SELECT count(DISTINCT taken.person_id) FROM registrations AS taken
    WHERE taken.client_id = ${component}.client_id AND taken.component_id = ${component}.id
      AND taken.status IN ${taking}${except ? sql` AND taken.person_id <> ${except}` : sql``})`;
}

/**
 * True in SQL if `component` has a place for a person: no limit, or fewer others than it. A template's limit is what its
 * courses start from; nobody sits in a template, so it limits nothing.
 */
export function placeIsFree(component: SQL, person: SQL): SQL {
  return sql`(${component}.kind = 'template' OR ${component}.max_participants IS NULL
    OR ${placesTaken(component, person)} < ${component}.max_participants)`;
}

/** Places that are left on `component`, in SQL; NULL where there is no limit. Negative when it is overbooked. */
export function placesLeft(component: SQL): SQL {
  return sql`CASE WHEN ${component}.kind <> 'template' THEN ${component}.max_participants - ${placesTaken(component)} END`;
}

/** Places that are left on a component; `Infinity` where there is no limit. */
export async function readPlacesLeft(rows: ClientRows, componentId: number): Promise<number> {
  const component = sql`component`;
  const found = await rows.first<{ left: number | null }>(sql`SELECT ${placesLeft(component)} AS left
    FROM components AS component WHERE component.client_id = ${thisClient} AND component.id = ${componentId}`);
  return found?.left ?? Number.POSITIVE_INFINITY;
}

/**
 * Gives the place that the cancellation of `cancelledId` freed to the active person who has waited longest, if the
 * component is released or fixed and a place is really free. It belongs behind that cancellation in the same unit. The last
 * of the statements writes one row if, and only if, somebody was promoted: count that one.
 *
 * @param skip so many from the head of the waiting list are passed over (a dry run has promoted them already and taken it back)
 */
export function promoteWaiting(componentId: number, cancelledId: number, now: number, skip = 0): SQL[] {
  // The audit row is written first and chooses; the two others follow it, so that all three mean the same registration.
  return [
    sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, before, after, at)
      SELECT waiting.client_id, ${thisRun}, waiting.person_id, 'registration', waiting.id, 'promote',
        '{"status":"waiting_list"}', '{"status":"booked"}', ${now}
      FROM registrations AS waiting
      JOIN components AS component ON component.id = waiting.component_id AND component.client_id = waiting.client_id
      JOIN persons AS person ON person.id = waiting.person_id AND person.client_id = waiting.client_id
      WHERE waiting.client_id = ${thisClient} AND waiting.component_id = ${componentId} AND waiting.status = 'waiting_list'
        AND person.auth_status = 'active' AND component.planning_status IN ('released', 'fixed')
        AND EXISTS (SELECT 1 FROM registrations AS freed
          WHERE freed.id = ${cancelledId} AND freed.client_id = waiting.client_id
            AND freed.status = 'cancelled' AND freed.cancelled_at = ${now})
        AND ${placeIsFree(sql`component`, sql`person.id`)}
      ORDER BY waiting.id LIMIT 1 OFFSET ${skip}`,
    sql`UPDATE registrations SET status = 'booked', booked_at = ${now}, updated_at = ${now}
      WHERE client_id = ${thisClient} AND changes() > 0 AND id = ${lastAudited}`,
    indexChange("registration", lastAudited, "upsert", now),
  ];
}
