import type { SQL } from "drizzle-orm";
import { type Change, joinNew, newId } from "../../store/change.ts";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { hasRoomForAll, seatIsFree } from "./places/seats.ts";
import { type RegistrationSource, takesSeat } from "./status.ts";

/** A registration that is to be made. */
export interface NewRegistration {
  readonly componentId: number;
  readonly personId: number;
  /** One more than the person's latest on this component. */
  readonly cycleNo: number;
  /** Of a course: the registration on its template or learning path that it serves; SQL for one that the same unit makes. */
  readonly parentId?: number | SQL | null;
  readonly status: "requested" | "waiting_list" | "personal_syllabus" | "booked";
  readonly source: RegistrationSource;
  /** Makes it the only one of its source; null: nothing to tell it by. */
  readonly sourceRef: string | null;
  readonly dueOn: Day | null;
  /** `none` where the component has no prerequisites. */
  readonly prerequisites: "none" | "not_met" | "met";
}

/**
 * Registers a person, and tells audit and search, if at the moment of writing the person is active, the component is not
 * over, there is no registration of this cycle or a later one, and, for a status that takes a seat, one is free; on a
 * waiting list, if the component has one.
 *
 * @param now instant (ms)
 * @param also a further condition in SQL, over `component` and `person`
 */
export function register(registration: NewRegistration, now: number, also?: SQL): Change {
  const { componentId, personId, cycleNo, parentId, status, source, sourceRef, dueOn, prerequisites } = registration;
  return {
    write: sql`INSERT INTO registrations (${insertedColumns})
      SELECT component.client_id, component.id, person.id, ${cycleNo}, ${parentId ?? null}, ${status}, ${source},
        ${sourceRef}, ${status === "booked" ? now : null}, ${dueOn}, ${prerequisites},
        ${prerequisites === "none" ? null : now}, ${now}, ${now}
      FROM components AS component JOIN persons AS person ON person.client_id = component.client_id
      WHERE component.client_id = ${thisClient} AND component.id = ${componentId} AND person.id = ${personId}
        AND ${mayRegister(sql`${cycleNo}`)}${room(status)}${also ? sql` AND ${also}` : sql``}`,
    audit: {
      entity: "registration",
      personId,
      action: "register",
      after: {
        component_id: componentId,
        cycle_no: cycleNo,
        status,
        source,
        ...(dueOn === null ? {} : { due_on: dueOn }),
      },
    },
    indexed: "registration",
  };
}

const insertedColumns = sql.raw(`client_id, component_id, person_id, cycle_no, parent_registration_id, status, source,
  source_ref, booked_at, due_on, prerequisite_status, prerequisite_checked_at, created_at, updated_at`);

/** True in SQL for a `person` and a `component` of whom there may be a registration of this cycle, room aside. */
function mayRegister(cycleNo: SQL): SQL {
  return sql`component.planning_status NOT IN ('completed', 'cancelled') AND person.auth_status = 'active'
    AND NOT EXISTS (SELECT 1 FROM registrations AS other
      WHERE other.component_id = component.id AND other.person_id = person.id AND other.cycle_no >= ${cycleNo})`;
}

/** That a `component` has room for a `person` in this status, as a further condition in SQL. */
function room(status: NewRegistration["status"]): SQL {
  if (takesSeat(status)) return sql` AND ${seatIsFree(sql`component`, sql`person.id`)}`;
  return status === "waiting_list" ? sql` AND component.waiting_list = 1` : sql``;
}

/** One of several registrations that are made in one write: status and source are those of all. */
export type RegistrationOfMany = Omit<NewRegistration, "status" | "source" | "parentId"> & {
  readonly parentId?: number | null;
};

/**
 * Registers several people as {@link register} does, in one write, on components that have room for all: no person where, at the moment of
 * writing, the places are limited.
 *
 * @param made no two of one person on one component
 * @param now instant (ms)
 * @param also a further condition in SQL, over `component`, `person` and `one.value ->> 'parent'`
 */
export function registerAll(
  { status, source }: Pick<NewRegistration, "source"> & { readonly status: "personal_syllabus" | "booked" },
  made: readonly RegistrationOfMany[],
  now: number,
  also?: SQL,
): Change {
  const asked = JSON.stringify(
    made.map(({ componentId, personId, cycleNo, parentId, sourceRef, dueOn, prerequisites }) => ({
      component: componentId,
      person: personId,
      cycle: cycleNo,
      parent: parentId ?? null,
      ref: sourceRef,
      due: dueOn,
      prerequisites,
    })),
  );
  return {
    rows: sql`SELECT ${newId("registrations")} AS id, person.id AS person_id, NULL AS before
      FROM json_each(${asked}) AS one
      CROSS JOIN components AS component ON component.id = one.value ->> 'component' AND component.client_id = ${thisClient}
      CROSS JOIN persons AS person ON person.id = one.value ->> 'person' AND person.client_id = component.client_id
      WHERE ${mayRegister(sql`one.value ->> 'cycle'`)} AND ${hasRoomForAll(sql`component`)}${also ? sql` AND ${also}` : sql``}`,
    write: sql`INSERT INTO registrations (id, ${insertedColumns})
      SELECT touched.id, ${thisClient}, one.value ->> 'component', touched.person_id, one.value ->> 'cycle', one.value ->> 'parent',
        ${status}, ${source}, one.value ->> 'ref', ${status === "booked" ? now : null}, one.value ->> 'due',
        one.value ->> 'prerequisites', iif(one.value ->> 'prerequisites' = 'none', NULL, ${now}), ${now}, ${now}
      FROM json_each(${asked}) AS one ${joinNew("registrations")}`,
    audit: {
      entity: "registration",
      action: "register",
      after: sql`(SELECT json_patch('{}', json_object('component_id', made.component_id, 'cycle_no', made.cycle_no, 'status', made.status,
        'source', made.source, 'due_on', made.due_on)) FROM registrations AS made WHERE made.id = touched.id)`,
    },
    indexed: "registration",
  };
}

/** The latest cycle of each person on each component, for pairs `[componentId, personId]`; 0 where there is none. */
export async function readLatestCycles(
  rows: ClientRows,
  pairs: readonly (readonly [componentId: number, personId: number])[],
): Promise<readonly number[]> {
  // The unary plus keeps the planner on the index by component and person.
  const found = await rows.all<{ latest: number | null }>(sql`
    SELECT (SELECT max(known.cycle_no) FROM registrations AS known WHERE +known.client_id = ${thisClient}
      AND known.component_id = pair.value ->> 0 AND known.person_id = pair.value ->> 1) AS latest
    FROM json_each(${JSON.stringify(pairs)}) AS pair ORDER BY pair.key`);
  return found.map(({ latest }) => latest ?? 0);
}
