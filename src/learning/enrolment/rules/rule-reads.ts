import { type SQL, sql } from "drizzle-orm";
import { columns, type RowOf } from "../../../store/select.ts";
import { thisClient } from "../../../store/statement.ts";
import { addDays, type Day } from "../../../time/day.ts";
import { registrations } from "../../schema/enrolment.ts";
import { type ClosableRegistration, closableColumns } from "../close.ts";
import { type Recertification, recertificationColumns, recertificationJoin } from "../next-cycle.ts";
import {
  type ClosedStatus,
  openStatuses,
  type RegistrationStatus,
  seatStatuses,
  statusList,
  successfulStatuses,
} from "../status.ts";
import { candidates, isCandidate } from "./candidates.ts";
import { type EnrolmentRule, madeByRule } from "./rule.ts";

/**
 * Whom an enrolment rule concerns tonight, a page at a time: one read for each of its steps (handbook, catalogue:
 * ParticipantAutomaticRegistration). Where SQLite would
 * rather walk through all of a client's registrations in the order of their ids, the index is named.
 */

/** A page: rows whose id is greater than `after`, at most `limit`, in the order of their ids. */
export interface Page {
  readonly after: number;
  readonly limit: number;
  /** True in a dry run: {@link candidates} `unclaimed`. */
  readonly rehearsal: boolean;
}

/** Of people who left the group, or were passive for a while: counts as if it had never been, so that returning enrols again. */
const hasLeft = (registration: string) =>
  sql.raw(
    `(${registration}.status = 'cancelled' AND coalesce(${registration}.cancel_reason, '') IN ('left_group', 'inactive_user'))`,
  );

const nextCycle = (rule: EnrolmentRule) => sql`1 + coalesce((SELECT max(latest.cycle_no) FROM registrations AS latest
  WHERE latest.component_id = ${rule.componentId} AND latest.person_id = candidate.person_id), 0) AS cycleNo`;

const hasSeat = (rule: EnrolmentRule) => sql`EXISTS (SELECT 1 FROM registrations AS own
  WHERE own.component_id = ${rule.componentId} AND own.person_id = candidate.person_id
    AND own.status IN ${statusList(seatStatuses)}) AS hasSeat`;

/** A candidate without a registration. */
export interface Unregistered {
  readonly personId: number;
  /** The cycle that a new registration would be. */
  readonly cycleNo: number;
  /** 1: an earlier cycle of this person holds a place already. */
  readonly hasSeat: number;
}

/** Step 2: candidates whom nothing keeps from being enrolled; pages by person. */
export function unregistered(rule: EnrolmentRule, now: number, { after, limit, rehearsal }: Page): SQL<Unregistered> {
  const again = rule.reenrolClosed && !rule.recertify ? sql`AND known.status NOT IN ('failed', 'cancelled')` : sql``;
  const where = sql`NOT EXISTS (SELECT 1 FROM registrations AS known WHERE known.component_id = ${rule.componentId}
      AND known.person_id = chosen.person_id AND NOT ${hasLeft("known")} ${again})`;
  return sql`SELECT candidate.person_id AS personId, ${nextCycle(rule)}, ${hasSeat(rule)}
    FROM ${candidates(rule, now, { after, limit, where, unclaimed: rehearsal })} AS candidate ORDER BY candidate.person_id`;
}

const awaitingColumns = columns(registrations, ["id", "personId", "dueOn"], "registration");

/** A registration on a template that has no course yet. */
export interface AwaitingCourse extends RowOf<typeof awaitingColumns> {
  /** JSON array: courses that it was cancelled on while the person was there; they are not chosen again. */
  readonly tried: string;
}

/**
 * Step 3: candidates' registrations in the personal syllabus of a template without a course: none booked for it, and the
 * person not on one of the template's courses in another way; pages by registration.
 */
export function awaitingCourse(rule: EnrolmentRule, now: number, page: Page): SQL<AwaitingCourse> {
  const candidate = isCandidate(rule, now, sql`registration.person_id`, { unclaimed: page.rehearsal });
  return awaitingCourseOn(rule.componentId, candidate, page);
}

/** The same of a template's registrations of which `whose` holds (SQL over `registration`). */
export function awaitingCourseOn(
  templateId: number,
  whose: SQL,
  { after, limit }: Pick<Page, "after" | "limit">,
): SQL<AwaitingCourse> {
  return sql`SELECT ${awaitingColumns},
      (SELECT json_group_array(child.component_id) FROM registrations AS child
        WHERE child.client_id = registration.client_id AND child.parent_registration_id = registration.id
          AND NOT ${hasLeft("child")}) AS tried
    FROM registrations AS registration INDEXED BY registrations_component
    WHERE registration.client_id = ${thisClient} AND registration.component_id = ${templateId}
      AND registration.status = 'personal_syllabus' AND registration.id > ${after} AND ${hasNoCourse(sql`registration`)}
      AND ${whose}
      AND NOT EXISTS (SELECT 1 FROM registrations AS other
        JOIN components AS course ON course.id = other.component_id AND course.template_id = ${templateId}
        WHERE other.client_id = registration.client_id AND other.person_id = registration.person_id
          AND other.status IN ${statusList(openStatuses)})
    ORDER BY registration.id LIMIT ${limit}`;
}

/** True in SQL for a registration that no course registration serves, a cancelled one aside. */
export function hasNoCourse(registration: SQL): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM registrations AS course WHERE course.client_id = ${registration}.client_id
    AND course.parent_registration_id = ${registration}.id AND course.status <> 'cancelled')`;
}

const lastColumns = columns(registrations, ["id", "personId", "nextDueOn", "completedAt"], "registration");

/**
 * A person whose next cycle may have to begin, with the registration that it follows from. `nextDueOn` null: the registration is
 * successful and was closed when nothing dated the next cycle.
 */
export interface DueAgain extends RowOf<typeof lastColumns>, Recertification, Unregistered {
  readonly status: ClosedStatus;
  /** 1: a later cycle was cancelled because the person had left. */
  readonly returns: number;
}

/**
 * Step 4: candidates whose last registration was successful (with `reenrol_closed` also failed or cancelled) and whose next
 * due day lies no later than `horizon`, or, after a success, is not known; pages by person.
 */
export function dueAgain(
  rule: EnrolmentRule,
  now: number,
  horizon: Day,
  { after, limit, rehearsal }: Page,
): SQL<DueAgain> {
  const bases: RegistrationStatus[] = [...successfulStatuses];
  if (rule.reenrolClosed) bases.push("failed", "cancelled");
  const last = (person: string) => sql`(SELECT last.id FROM registrations AS last
    WHERE last.component_id = ${rule.componentId} AND last.person_id = ${sql.raw(person)} AND NOT ${hasLeft("last")}
    ORDER BY last.cycle_no DESC LIMIT 1)`;
  const where = sql`EXISTS (SELECT 1 FROM registrations AS registration WHERE registration.id = ${last("chosen.person_id")}
      AND registration.status IN ${statusList(bases)}
      AND (registration.next_due_on <= ${horizon}
        OR (registration.next_due_on IS NULL AND registration.status IN ${statusList(successfulStatuses)})))
    AND NOT EXISTS (SELECT 1 FROM registrations AS known WHERE known.component_id = ${rule.componentId}
      AND known.person_id = chosen.person_id AND known.status IN ${statusList(openStatuses)})`;
  return sql`SELECT ${lastColumns}, registration.status, ${nextCycle(rule)}, ${hasSeat(rule)}, ${recertificationColumns},
      EXISTS (SELECT 1 FROM registrations AS gone WHERE gone.component_id = ${rule.componentId}
        AND gone.person_id = candidate.person_id AND gone.cycle_no > registration.cycle_no) AS returns
    FROM ${candidates(rule, now, { after, limit, where, unclaimed: rehearsal })} AS candidate
    CROSS JOIN registrations AS registration ON registration.id = ${last("candidate.person_id")}
    ${recertificationJoin}
    ORDER BY candidate.person_id`;
}

const openOfRule = (rule: EnrolmentRule, also: SQL, { after, limit }: Page) => sql<ClosableRegistration>`
  SELECT ${closableColumns}, ${recertificationColumns}
  FROM registrations AS registration INDEXED BY registrations_source ${recertificationJoin}
  WHERE registration.client_id = ${thisClient} AND ${madeByRule(rule.id)}
    AND registration.status IN ${statusList(openStatuses)} AND +registration.id > ${after} AND ${also}
  ORDER BY registration.id LIMIT ${limit}`;

/** True in SQL for a registration that step 5 changes: `due_on + change_after_days` is past. */
function isOverdue(rule: EnrolmentRule, today: Day): SQL {
  if (rule.changeAfterDays === null || rule.changeTo === null) return sql`0`;
  return sql`coalesce(registration.due_on < ${addDays(today, -rule.changeAfterDays)}, 0)`;
}

/** Step 5: the rule's open registrations that have been overdue for too long; pages by registration. */
export function overdue(rule: EnrolmentRule, today: Day, page: Page): SQL<ClosableRegistration> {
  return openOfRule(rule, isOverdue(rule, today), page);
}

/** Step 6: the rule's open registrations of people who are no longer candidates, without those of step 5; pages by registration. */
export function leavers(
  rule: EnrolmentRule,
  { now, today }: { now: number; today: Day },
  page: Page,
): SQL<ClosableRegistration> {
  return openOfRule(rule, sql`${hasGone(rule, now)} AND NOT ${isOverdue(rule, today)}`, page);
}

/** True in SQL for a registration whose person is no longer a candidate. */
const hasGone = (rule: EnrolmentRule, now: number) => sql`NOT ${isCandidate(rule, now, sql`registration.person_id`)}`;

/** True in SQL for a `registration` that steps 5 and 6 end. */
export function isEndedByRule(rule: EnrolmentRule, { now, today }: { now: number; today: Day }): SQL {
  const gone = rule.autoCancel ? sql` OR ${hasGone(rule, now)}` : sql``;
  return sql`(${madeByRule(rule.id)} AND (${isOverdue(rule, today)}${gone}))`;
}
