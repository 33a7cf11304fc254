import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../../store/rows.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { seatStatuses, statusList } from "../status.ts";

const taking = statusList(seatStatuses);

/**
 * How many people have a seat on `component` (an alias of `components` in the query), in SQL. A person has one seat,
 * however many cycles.
 *
 * @param except SQL of a person's id who is not counted
 */
export function seatsTaken(component: SQL, except?: SQL): SQL {
  // The unary plus: else SQLite takes the people of the client in their order, and not the few of the component.
  return sql`(SELECT count(DISTINCT +taken.person_id) FROM registrations AS taken
    WHERE taken.client_id = ${component}.client_id AND taken.component_id = ${component}.id
      AND taken.status IN ${taking}${except ? sql` AND taken.person_id <> ${except}` : sql``})`;
}

/**
 * True in SQL if `component` has a seat for a person: no limit, or fewer others than it. A template's limit is what its
 * courses start from; no person sits in a template, so it limits nothing.
 */
export function seatIsFree(component: SQL, person: SQL): SQL {
  return sql`(${hasRoomForAll(component)} OR ${seatsTaken(component, person)} < ${component}.max_participants)`;
}

/** True in SQL if nothing limits the people on `component`. */
export function hasRoomForAll(component: SQL): SQL {
  return sql`(${component}.kind = 'template' OR ${component}.max_participants IS NULL)`;
}

/** Seats that are left on `component`, in SQL; NULL where there is no limit. Negative when it is overbooked. */
export function seatsLeft(component: SQL): SQL {
  return sql`CASE WHEN ${component}.kind <> 'template' THEN ${component}.max_participants - ${seatsTaken(component)} END`;
}

/** Seats that are left on a component; `Infinity` where there is no limit. */
export async function readSeatsLeft(rows: ClientRows, componentId: number): Promise<number> {
  const component = sql`component`;
  const found = await rows.first<{ left: number | null }>(sql`SELECT ${seatsLeft(component)} AS left
    FROM components AS component WHERE component.client_id = ${thisClient} AND component.id = ${componentId}`);
  return found?.left ?? Number.POSITIVE_INFINITY;
}
