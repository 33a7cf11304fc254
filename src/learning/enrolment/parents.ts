import { type Change, leadHit } from "../../store/change.ts";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { StatusColumns } from "./change-status.ts";
import { type ClosableRegistration, closableColumns, failRegistration, type Moment } from "./close.ts";
import { recertificationColumns, recertificationJoin } from "./next-cycle.ts";
import { openStatuses, statusList } from "./status.ts";

/** Open registrations on the templates of courses, by the course registrations that serve them. */
export type Parents = ReadonlyMap<number, ClosableRegistration>;

/**
 * Reads the registrations that are closed together with some course registrations when these succeed or fail: their parents that are open
 * and on the course's own template (handbook, data: enrolment). No read without ids.
 *
 * @param ids registrations that are about to be closed
 */
export async function readParents(rows: ClientRows, ids: readonly number[]): Promise<Parents> {
  if (ids.length === 0) return new Map();
  const found = await rows.all(sql<ClosableRegistration & { readonly childId: number }>`
    SELECT child.id AS childId, ${closableColumns}, ${recertificationColumns}
    FROM json_each(${JSON.stringify(ids)}) AS asked
    CROSS JOIN registrations AS child ON child.id = asked.value AND child.client_id = ${thisClient}
    CROSS JOIN components AS course ON course.id = child.component_id
    CROSS JOIN registrations AS registration ON registration.id = child.parent_registration_id
      AND registration.client_id = child.client_id AND registration.component_id = course.template_id
    ${recertificationJoin}
    WHERE registration.status IN ${statusList(openStatuses)}`);
  return new Map(found.map(({ childId, ...parent }) => [childId, parent]));
}

/**
 * Ends an open registration without success, and with it the one on the template that it serves: it would wait for another course for ever,
 * since that is looked for behind a cancelled course only. The writes of one unit, the registration's own first.
 *
 * @param columns of the registration itself
 */
export function failWithParent(
  registration: ClosableRegistration,
  parents: Parents,
  moment: Moment,
  columns: StatusColumns = {},
): [Change, ...Change[]] {
  const parent = parents.get(registration.id);
  const own = failRegistration(registration, moment, columns);
  return parent ? [own, failRegistration(parent, moment, {}, leadHit)] : [own];
}
