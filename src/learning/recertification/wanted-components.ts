import type { SQL } from "drizzle-orm";
import { among, columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { seatsLeft } from "../enrolment/places/seats.ts";
import { prerequisitesRequired } from "../enrolment/prerequisites/prerequisites.ts";
import { openStatuses, seatStatuses, statusList } from "../enrolment/status.ts";
import { components } from "../schema/content.ts";

const componentColumns = columns(
  components,
  ["id", "kind", "title", "planningStatus", "maxParticipants", "waitingList", "prerequisites"],
  "component",
);

/** A component that is to be registered for, with what decides about it. */
export interface WantedComponent extends RowOf<typeof componentColumns> {
  /** 1: no person is registered without meeting the prerequisites. */
  readonly prerequisitesRequired: number;
  /** Null: no limit. */
  readonly seatsLeft: number | null;
}

/** The components with these ids. */
export function wantedComponents(ids: Iterable<number>, today: Day): SQL<WantedComponent> {
  return sql`SELECT ${componentColumns}, ${seatsLeft(sql`component`)} AS seatsLeft,
      ${prerequisitesRequired(sql`component.id`, today)} AS prerequisitesRequired
    FROM components AS component WHERE +component.client_id = ${thisClient} AND component.id IN ${among(ids)}`;
}

/** How a person stands to a component. */
export interface Standing {
  /** The latest cycle; 0: none. */
  readonly latest: number;
  /** The open registration on it, or on a course of it where it is a template; null: none. */
  readonly openId: number | null;
  /** Local day; of the open registration. */
  readonly dueOn: Day | null;
  /** 1: an earlier cycle holds a seat already. */
  readonly hasSeat: number;
}

/** How people stand to components, for pairs `[componentId, personId]`, in their order. */
export function standings(pairs: readonly (readonly [componentId: number, personId: number])[]): SQL<Standing> {
  const own = sql`registrations AS own WHERE +own.client_id = ${thisClient}
    AND own.component_id = pair.value ->> 0 AND own.person_id = pair.value ->> 1`;
  const open = (column: SQL) => sql`(SELECT ${column} FROM registrations AS one
    WHERE one.client_id = ${thisClient} AND one.person_id = pair.value ->> 1 AND one.status IN ${statusList(openStatuses)}
      AND (one.component_id = pair.value ->> 0 OR one.component_id IN (SELECT course.id FROM components AS course
        WHERE course.client_id = ${thisClient} AND course.template_id = pair.value ->> 0))
    ORDER BY +one.id LIMIT 1)`;
  return sql`SELECT coalesce((SELECT max(own.cycle_no) FROM ${own}), 0) AS latest,
      ${open(sql`one.id`)} AS openId, ${open(sql`one.due_on`)} AS dueOn,
      EXISTS (SELECT 1 FROM ${own} AND own.status IN ${statusList(seatStatuses)}) AS hasSeat
    FROM json_each(${JSON.stringify(pairs)}) AS pair ORDER BY pair.key`;
}
