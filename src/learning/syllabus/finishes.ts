import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { type Day, localDay } from "../../time/day.ts";
import { statusList, successfulStatuses } from "../enrolment/status.ts";
import type { Element } from "./syllabus.ts";

/** A registration on a component with a syllabus, and whose it is. */
export interface Learner {
  readonly registrationId: number;
  readonly personId: number;
}

/** Something of which the day is not known was finished then: before every day. */
export const UNKNOWN_DAY: Day = "0000-01-01";

/** The statuses of an item's progress that are the end of it. */
export const finishedItem: SQL = sql.raw("('completed', 'passed')");

/**
 * True in SQL if a registration of a person (aliases and columns of the query) is a success on an element's component: on it, or, where
 * that is a template, on one of its courses.
 */
export function successOn(registration: SQL, component: SQL): SQL {
  return sql`${registration}.status IN ${statusList(successfulStatuses)} AND (${registration}.component_id = ${component}
    OR ${registration}.component_id IN (SELECT course.id FROM components AS course
      WHERE course.client_id = ${thisClient} AND course.template_id = ${component}))`;
}

/** Elements as JSON, for `json_each`: `item`, and `component` where it is one. */
export function elementsJson(elements: readonly Element[]): string {
  return JSON.stringify(elements.map(({ id, componentId }) => ({ item: id, component: componentId })));
}

interface Finish {
  readonly registrationId: number;
  readonly itemId: number;
  /** Instant (ms) of the completion. */
  readonly at: number | null;
  /** Local day since when a component is covered. */
  readonly since: Day | null;
}

function finishes(learners: readonly Learner[], elements: readonly Element[], coverage: boolean): SQL<Finish> {
  const asked = sql`json_each(${JSON.stringify(learners)}) AS learner CROSS JOIN json_each(${elementsJson(elements)}) AS element`;
  const names = sql`learner.value ->> 'registrationId' AS registrationId, element.value ->> 'item' AS itemId`;
  const component = sql`(element.value ->> 'component')`;
  const covered = sql`UNION ALL
    SELECT ${names}, NULL, covered.since FROM ${asked} CROSS JOIN coverage_entries AS covered ON covered.client_id = ${thisClient}
      AND covered.person_id = (learner.value ->> 'personId') AND covered.component_id = ${component}`;
  return sql`SELECT ${names}, coalesce(progress.completed_at, progress.last_at) AS at, NULL AS since FROM ${asked}
      CROSS JOIN item_progress AS progress ON progress.registration_id = (learner.value ->> 'registrationId')
        AND progress.item_id = (element.value ->> 'item')
    WHERE +progress.client_id = ${thisClient} AND ${component} IS NULL AND progress.status IN ${finishedItem}
    UNION ALL
    SELECT ${names}, done.completed_at, NULL FROM ${asked}
      CROSS JOIN registrations AS done ON done.client_id = ${thisClient} AND done.person_id = (learner.value ->> 'personId')
    WHERE ${component} IS NOT NULL AND ${successOn(sql`done`, component)}
    ${coverage ? covered : sql``}`;
}

/** The days on which people finished elements, by registration and item; an item that is not there was not finished. */
export type FinishDays = ReadonlyMap<number, ReadonlyMap<number, readonly Day[]>>;

/**
 * Reads when people finished elements (handbook, data: content): a medium by its progress, of which only the latest completion is known;
 * a component by each successful registration of the person, wherever it was made, and by what covers it.
 *
 * @param scene.coverage whether covered components count
 * @param scene.timeZone the client's, in which an instant has its day
 */
export async function readFinishDays(
  rows: ClientRows,
  learners: readonly Learner[],
  elements: readonly Element[],
  { coverage, timeZone }: { readonly coverage: boolean; readonly timeZone: string },
): Promise<FinishDays> {
  const days = new Map<number, Map<number, Day[]>>();
  if (learners.length === 0 || elements.length === 0) return days;
  for (const { registrationId, itemId, at, since } of await rows.all(finishes(learners, elements, coverage))) {
    const items = days.get(registrationId) ?? new Map<number, Day[]>();
    const known = items.get(itemId) ?? [];
    known.push(since ?? (at === null ? UNKNOWN_DAY : localDay(at, timeZone)));
    items.set(itemId, known);
    days.set(registrationId, items);
  }
  return days;
}
