import type { SQL } from "drizzle-orm";
import { columns, type LeftJoined, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import { addDays, addMonths, type Day, startOfDay } from "../../time/day.ts";
import { components } from "../schema/content.ts";
import { prerequisitesRequired } from "./prerequisites/prerequisites.ts";
import { type AwaitingCourse, awaitingCourseOn } from "./rules/rule-reads.ts";
import { openStatuses, seatStatuses, statusList, successfulStatuses } from "./status.ts";

const baseColumns = columns(components, ["id", "refreshAfterMonths", "refreshLeadDays"], "base");
const refresherColumns = columns(
  components,
  ["kind", "title", "planningStatus", "maxParticipants", "waitingList", "prerequisites"],
  "refresher",
);

/** A component that has to be refreshed, with its refresher course (null: it is gone). */
export interface Refresher extends RowOf<typeof baseColumns>, LeftJoined<RowOf<typeof refresherColumns>> {
  /** The refresher's id. */
  readonly componentId: number;
  /** 1: no person is registered without meeting the refresher's prerequisites. */
  readonly prerequisitesRequired: number;
  /** 1: the component is, over a chain, its own refresher. */
  readonly circular: number;
}

/** Components behind id `after` that have a refresher. */
export function refreshers(today: Day, after: number, limit: number): SQL<Refresher> {
  return sql`SELECT ${baseColumns}, ${refresherColumns}, base.refresher_component_id AS componentId,
      ${prerequisitesRequired(sql`base.refresher_component_id`, today)} AS prerequisitesRequired,
      EXISTS (WITH RECURSIVE chain (id) AS (SELECT base.refresher_component_id UNION SELECT link.refresher_component_id
          FROM chain CROSS JOIN components AS link ON link.id = chain.id AND link.client_id = base.client_id
          WHERE link.refresher_component_id IS NOT NULL)
        SELECT 1 FROM chain WHERE chain.id = base.id) AS circular
    FROM components AS base INDEXED BY components_refresher
    LEFT JOIN components AS refresher ON refresher.id = base.refresher_component_id AND refresher.client_id = base.client_id
    WHERE base.client_id = ${thisClient} AND base.refresher_component_id IS NOT NULL AND base.id > ${after}
    ORDER BY base.id LIMIT ${limit}`;
}

/** Why no person can be registered on a component's refresher, its prerequisites aside; null: nothing is wrong. */
export function refresherProblem(refresher: Refresher): Failure | null {
  const { id, componentId, kind, title, planningStatus, refreshAfterMonths: months, circular } = refresher;
  if (kind === null)
    return { code: "no_course", message: `Its refresher ${componentId} does not exist; choose another` };
  if (planningStatus === "completed" || planningStatus === "cancelled")
    return {
      code: "no_course",
      message: `Its refresher "${title}" (component ${componentId}) is ${planningStatus}; choose another`,
    };
  if (months === null || months < 1)
    return {
      code: "bad_value",
      message: `Its months until it is refreshed are ${months ?? "not set"}; enter 1 or more`,
    };
  if (circular)
    return {
      code: "bad_value",
      message: `Component ${id} is its own refresher, over a chain of refreshers; break the chain`,
    };
  return null;
}

/** A component and the courses that count as it, where it is a template, in SQL. */
function familyOf(ids: readonly number[]): SQL {
  const list = JSON.stringify(ids);
  return sql`(SELECT value FROM json_each(${list}) UNION ALL SELECT course.id FROM components AS course
    WHERE course.client_id = ${thisClient} AND course.template_id IN (SELECT value FROM json_each(${list})))`;
}

/** A person whose success on a component is to be refreshed. */
export interface Refreshable {
  readonly personId: number;
  /** Instant (ms) of the latest success on the component or its refresher. */
  readonly completedAt: number;
  /** The cycle that a new registration on the refresher would be. */
  readonly cycleNo: number;
  /** 1: an earlier cycle of this person holds a place already. */
  readonly hasSeat: number;
  /** JSON array: what the refresher's registrations that failed or were cancelled are known by. */
  readonly closed: string;
}

/**
 * Active people behind id `after` whose latest success lies so that its refresh can be due between two days, and who have no open
 * registration on the refresher. The index is named, since SQLite would rather walk through all of a client's people in their order.
 *
 * @param due the days, and the client's zone
 */
export function refreshable(
  { id, componentId, refreshAfterMonths }: Refresher,
  due: { readonly from: Day; readonly until: Day; readonly timeZone: string },
  { after, limit }: { readonly after: number; readonly limit: number },
): SQL<Refreshable> {
  const months = refreshAfterMonths ?? 0;
  // Three days more on each side, by which months differ in length; the exact day is computed for each person.
  const from = startOfDay(addDays(addMonths(due.from, -months), -3), due.timeZone);
  const until = startOfDay(addDays(addMonths(due.until, -months), 4), due.timeZone);
  return sql`SELECT latest.personId, latest.completedAt,
      1 + coalesce((SELECT max(known.cycle_no) FROM registrations AS known
        WHERE known.component_id = ${componentId} AND known.person_id = latest.personId), 0) AS cycleNo,
      EXISTS (SELECT 1 FROM registrations AS own WHERE own.component_id = ${componentId} AND own.person_id = latest.personId
        AND own.status IN ${statusList(seatStatuses)}) AS hasSeat,
      (SELECT json_group_array(made.source_ref) FROM registrations AS made WHERE made.component_id = ${componentId}
        AND made.person_id = latest.personId AND made.source = 'refresher' AND made.status IN ('failed', 'cancelled')
        AND coalesce(made.cancel_reason, '') <> 'inactive_user') AS closed
    FROM (SELECT registration.person_id AS personId, max(registration.completed_at) AS completedAt
        FROM registrations AS registration INDEXED BY registrations_component
        WHERE registration.client_id = ${thisClient} AND registration.component_id IN ${familyOf([id, componentId])}
          AND registration.status IN ${statusList(successfulStatuses)} AND registration.person_id > ${after}
        GROUP BY registration.person_id) AS latest
    CROSS JOIN persons AS person ON person.id = latest.personId
    WHERE latest.completedAt >= ${from} AND latest.completedAt < ${until}
      AND person.client_id = ${thisClient} AND person.auth_status = 'active'
      AND NOT EXISTS (SELECT 1 FROM registrations AS open WHERE open.client_id = ${thisClient} AND open.person_id = latest.personId
        AND open.component_id IN ${familyOf([componentId])} AND open.status IN ${statusList(openStatuses)})
    ORDER BY latest.personId LIMIT ${limit}`;
}

/** What a registration for a refresh is known by. @param due local day on which the refresh falls due */
export function refreshRef(componentId: number, personId: number, due: Day, cycleNo: number): string {
  return `${refreshPrefix(componentId, personId, due)}${cycleNo}`;
}

/** How the references of all cycles for one refresh begin. */
export function refreshPrefix(componentId: number, personId: number, due: Day): string {
  return `${componentId}|${personId}|${due}|`;
}

/** Templates behind id `after` that are refreshers and not over. */
export function refresherTemplates(after: number, limit: number): SQL<{ id: number }> {
  return sql`SELECT DISTINCT template.id FROM components AS base INDEXED BY components_refresher
    CROSS JOIN components AS template ON template.id = base.refresher_component_id AND template.client_id = base.client_id
    WHERE base.client_id = ${thisClient} AND base.refresher_component_id IS NOT NULL AND template.id > ${after}
      AND template.kind = 'template' AND template.planning_status NOT IN ('completed', 'cancelled')
    ORDER BY template.id LIMIT ${limit}`;
}

/** Active people's refresher registrations in the personal syllabus of a template that have no course yet, behind id `after`. */
export function refreshersAwaitingCourse(
  templateId: number,
  page: { readonly after: number; readonly limit: number },
): SQL<AwaitingCourse> {
  const ofActive = sql`registration.source = 'refresher' AND EXISTS (SELECT 1 FROM persons AS person
    WHERE person.id = registration.person_id AND person.client_id = registration.client_id AND person.auth_status = 'active')`;
  return awaitingCourseOn(templateId, ofActive, page);
}
