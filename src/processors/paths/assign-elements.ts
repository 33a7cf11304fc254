import type { SQL } from "drizzle-orm";
import { Prerequisites, prerequisitesProblem } from "../../learning/enrolment/prerequisites/prerequisites.ts";
import { register } from "../../learning/enrolment/register.ts";
import { openStatuses, statusList } from "../../learning/enrolment/status.ts";
import { periodSourceRef, type RecertPeriod } from "../../learning/recertification/period.ts";
import {
  type Standing,
  standings,
  type WantedComponent,
  wantedComponents,
} from "../../learning/recertification/wanted-components.ts";
import type { Element } from "../../learning/syllabus/syllabus.ts";
import { leadMissed } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import type { Unit, Write } from "../contract.ts";
import type { SectionWork } from "./periods/section-work.ts";

/** A component for which a period that opens registers its person. */
export interface Wanted {
  readonly period: RecertPeriod;
  readonly componentId: number;
}

/** The components among a period's elements that are due again, each once; none in a section that registers no person. */
export function wantedOf({ section }: SectionWork, period: RecertPeriod, due: readonly Element[]): Wanted[] {
  if (!section.autoRegister) return [];
  const ids = new Set(due.flatMap(({ componentId }) => (componentId === null ? [] : [componentId])));
  return [...ids].map((componentId) => ({ period, componentId }));
}

/**
 * The units that register people for the components that their periods have made due again, behind those that open the periods, in the
 * same step. As in an enrolment by rule: a full component puts people on its waiting list or is an expected failure, and so is one that
 * is over; unmet prerequisites are noted, and where they have to be met no person is registered.
 */
export async function assignElements(
  work: SectionWork,
  wanted: readonly Wanted[],
): Promise<Unit<"elementsAssigned">[]> {
  if (wanted.length === 0) return [];
  const { rows, today } = work;
  const ids = new Set(wanted.map(({ componentId }) => componentId));
  const pairs = wanted.map(({ componentId, period }) => [componentId, period.personId] as const);
  const [components, stands] = await rows.each([wantedComponents(ids, today), standings(pairs)]);
  const people = wanted.map(({ period }) => period.personId);
  const prerequisites = new Prerequisites(rows, work, people);
  const courses = new Map<number, Course>();
  for (const component of components) courses.set(component.id, await courseOf(work, component, prerequisites));
  return wanted.flatMap((one, index): Unit<"elementsAssigned">[] => {
    const ref = `period:${one.period.id} component:${one.componentId}`;
    const outcome = judge(work, one, courses.get(one.componentId), stands[index] as Standing);
    return outcome === null ? [] : [{ ref, ...outcome }];
  });
}

/** A component while a page of people is registered for it. */
interface Course {
  readonly component: WantedComponent;
  /** Why no person can be registered. */
  readonly problem: Failure | null;
  readonly meets: (personId: number) => "none" | "not_met" | "met";
  /** Seats that are left. */
  left: number;
}

async function courseOf(
  { rows }: SectionWork,
  component: WantedComponent,
  prerequisites: Prerequisites,
): Promise<Course> {
  const { id, title, planningStatus } = component;
  const over = planningStatus === "completed" || planningStatus === "cancelled";
  const problem = over
    ? {
        code: "component_closed",
        message: `"${title}" (component ${id}) is ${planningStatus}: no person can be registered`,
      }
    : await prerequisitesProblem(rows, component.prerequisites);
  const meets = await prerequisites.standing(problem ? null : component.prerequisites);
  return { component, problem, meets, left: component.seatsLeft ?? Number.POSITIVE_INFINITY };
}

function judge(
  { now }: SectionWork,
  { period, componentId }: Wanted,
  course: Course | undefined,
  { latest, openId, dueOn, hasSeat }: Standing,
): Omit<Unit<"elementsAssigned">, "ref"> | null {
  if (!course) {
    const message = `Component ${componentId} does not exist; take it out of the learning path`;
    return { writes: [], failure: { code: "component_missing", message } };
  }
  const { component, problem, meets } = course;
  if (openId !== null) return dueOn === null ? { writes: [takeDueDay(openId, period, now)] } : null;
  if (problem) return { writes: [], failure: problem };
  const { personId } = period;
  const prerequisites = meets(personId);
  if (prerequisites === "not_met" && component.prerequisitesRequired) return { writes: [] };
  const registration = {
    componentId,
    personId,
    cycleNo: latest + 1,
    source: "recert",
    sourceRef: periodSourceRef(period.id, componentId),
    dueOn: period.dueOn,
    prerequisites,
  } as const;
  const as = (status: "booked" | "personal_syllabus" | "waiting_list", also: SQL = sql`1`) => ({
    ...register({ ...registration, status }, now, sql`${isRunning(period)} AND ${also}`),
    count: "elementsAssigned" as const,
  });
  const writes: Write<"elementsAssigned">[] = [];
  if (course.left > 0 || hasSeat) {
    if (!hasSeat) course.left -= 1;
    writes.push(as(component.kind === "template" ? "personal_syllabus" : "booked"));
  } else if (!component.waitingList) {
    const message = `"${component.title}" (component ${componentId}) has ${component.maxParticipants} seats, all taken, and no waiting list`;
    return { writes: [], failure: { code: "full", message } };
  }
  // Also behind a booking: another person may take the last seat between our read and our write.
  if (component.waitingList && component.seatsLeft !== null)
    writes.push(as("waiting_list", writes.length > 0 ? leadMissed : undefined));
  return { writes };
}

/** True in SQL while a period is open or due. */
function isRunning({ id }: RecertPeriod): SQL {
  return sql`EXISTS (SELECT 1 FROM recert_periods AS period WHERE period.id = ${id} AND period.client_id = ${thisClient}
    AND period.state IN ('open', 'due'))`;
}

/** An open registration stays, and is due with the period if it was not due at all. */
function takeDueDay(id: number, period: RecertPeriod, now: number): Write<"elementsAssigned"> {
  return {
    write: sql`UPDATE registrations SET due_on = ${period.dueOn}, updated_at = ${now} WHERE id = ${id} AND client_id = ${thisClient}
      AND due_on IS NULL AND status IN ${statusList(openStatuses)} AND ${isRunning(period)}`,
    audit: {
      entity: "registration",
      id,
      personId: period.personId,
      action: "set_due_day",
      before: { due_on: null },
      after: { due_on: period.dueOn },
    },
    indexed: "registration",
  };
}
