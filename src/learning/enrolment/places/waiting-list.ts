import type { SQL } from "drizzle-orm";
import { type Change, leadHit, touchedIds } from "../../../store/change.ts";
import { columns, type RowOf } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Day } from "../../../time/day.ts";
import { recipientColumns } from "../../messages/recipient-columns.ts";
import { metaRefused, metaTags } from "../../meta.ts";
import { components } from "../../schema/content.ts";
import { registrations } from "../../schema/enrolment.ts";
import { changeStatus } from "../change-status.ts";
import { type ClosableRegistration, closableColumns } from "../close.ts";
import { recertificationColumns, recertificationJoin } from "../next-cycle.ts";
import { prerequisitesRequired, type Standing } from "../prerequisites/prerequisites.ts";
import { seatIsFree } from "./seats.ts";

/** True in SQL if a person on the waiting list of `component` can get a place: active, the component released or fixed, a place free. */
function canMoveUp(component: SQL, person: SQL): SQL {
  return sql`${person}.auth_status = 'active' AND ${component}.planning_status IN ('released', 'fixed')
    AND ${seatIsFree(component, sql`${person}.id`)}`;
}

/**
 * Gives a place that has become free to the active person who has waited longest, if the component is released or fixed and
 * a place is really free. It belongs behind the cancellation that frees it, in the same unit.
 *
 * @param skip people at the head of the waiting list to pass over (a dry run has promoted them already and taken it back)
 * @param ending true in SQL for a `registration` that the run is about to end itself: it gets no place. Default: there is none
 */
export function promoteWaiting(componentId: number, now: number, skip = 0, ending?: SQL): Change {
  const stays = ending
    ? sql` AND NOT EXISTS (SELECT 1 FROM registrations AS registration WHERE registration.id = waiting.id AND ${ending})`
    : sql``;
  return {
    rows: sql`SELECT waiting.id AS id, waiting.person_id AS person_id, '{"status":"waiting_list"}' AS before
      FROM registrations AS waiting
      JOIN components AS component ON component.id = waiting.component_id AND component.client_id = waiting.client_id
      JOIN persons AS person ON person.id = waiting.person_id AND person.client_id = waiting.client_id
      WHERE waiting.client_id = ${thisClient} AND waiting.component_id = ${componentId} AND waiting.status = 'waiting_list'
        AND ${leadHit} AND ${canMoveUp(sql`component`, sql`person`)}${stays}
      ORDER BY waiting.id LIMIT 1 OFFSET ${skip}`,
    write: sql`UPDATE registrations SET status = 'booked', booked_at = ${now}, updated_at = ${now}
      WHERE client_id = ${thisClient} AND id IN ${touchedIds}`,
    audit: { entity: "registration", action: "promote", after: { status: "booked" } },
    indexed: "registration",
  };
}

/**
 * Gives a free place to one registration on the waiting list, and notes how its person stands to the prerequisites. Matches nothing
 * when the place was taken meanwhile, the person is not active, or the component is neither released nor fixed.
 *
 * @param now instant (ms)
 */
export function promote(
  registration: { readonly id: number; readonly personId: number; readonly componentId: number },
  standing: Standing,
  now: number,
): Change {
  const { id, personId, componentId } = registration;
  const checked = standing === "none" ? {} : { prerequisite_checked_at: now };
  return changeStatus(
    {
      id,
      personId,
      from: "waiting_list",
      to: "booked",
      action: "promote",
      columns: { booked_at: now, prerequisite_status: standing, ...checked },
      also: sql`EXISTS (SELECT 1 FROM components AS component JOIN persons AS person ON person.client_id = component.client_id
        WHERE component.client_id = ${thisClient} AND component.id = ${componentId} AND person.id = ${personId}
          AND ${canMoveUp(sql`component`, sql`person`)})`,
    },
    now,
  );
}

const listColumns = columns(
  components,
  ["id", "title", "location", "planningStatus", "startAt", "endAt", "timeZone", "prerequisites"],
  "component",
);

/** A component with people on its waiting list. */
export interface WaitingList extends RowOf<typeof listColumns> {
  /** 1: no person gets a place without meeting the prerequisites. */
  readonly prerequisitesRequired: number;
  /** 1: no mail about it is wanted. */
  readonly mailRefused: number;
}

/**
 * Components with meta 11816 ticked and people on their waiting list, from component `from` on in the order of their ids: those that
 * start before `until` (ms), and those without a start.
 */
export function waitingLists(from: number, until: number, today: Day, limit: number): SQL<WaitingList> {
  const component = sql`component.id`;
  return sql`SELECT ${listColumns}, ${prerequisitesRequired(component, today)} AS prerequisitesRequired,
      ${metaRefused(metaTags.sendEnrolmentMessages, component)} AS mailRefused
    FROM meta_values AS ticked
    CROSS JOIN components AS component ON component.id = ticked.component_id AND component.client_id = ticked.client_id
    WHERE ticked.client_id = ${thisClient} AND ticked.meta_tag_id = ${metaTags.cancelWaitingList} AND ticked.value = '1'
      AND ticked.component_id >= ${from} AND (component.start_at IS NULL OR component.start_at < ${until})
      AND EXISTS (SELECT 1 FROM registrations AS waiting WHERE waiting.client_id = component.client_id
        AND waiting.component_id = component.id AND waiting.status = 'waiting_list')
    ORDER BY ticked.component_id LIMIT ${limit}`;
}

const waitingColumns = columns(registrations, ["prerequisiteStatus", "suppressNotifications"], "registration");

/** A registration on a waiting list, with its person. */
export type Waiting = ClosableRegistration & RowOf<typeof waitingColumns> & RowOf<typeof recipientColumns>;

/**
 * The waiting list of a component behind registration `after`: who has waited longest comes first. The index is named, since SQLite
 * would rather walk through all of a client's registrations in the order of their ids.
 */
export function waitingOn(componentId: number, after: number, limit: number): SQL<Waiting> {
  return sql`SELECT ${closableColumns}, ${waitingColumns}, ${recipientColumns}, ${recertificationColumns}
    FROM registrations AS registration INDEXED BY registrations_component
    CROSS JOIN persons AS person ON person.id = registration.person_id AND person.client_id = registration.client_id
    ${recertificationJoin}
    WHERE registration.client_id = ${thisClient} AND registration.component_id = ${componentId}
      AND registration.status = 'waiting_list' AND registration.id > ${after}
    ORDER BY registration.id LIMIT ${limit}`;
}
