import type { SQL } from "drizzle-orm";
import { type ClosableRegistration, cancelRegistration, closableColumns } from "../../learning/enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../../learning/enrolment/next-cycle.ts";
import { openStatuses, statusList } from "../../learning/enrolment/status.ts";
import { earliestInstant, latestInstant } from "../../learning/recertification/achievement.ts";
import { type Learner, readFinishDays, successOn } from "../../learning/syllabus/finishes.ts";
import { type Change, leadHit, touchedIds } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addDays, type Day } from "../../time/day.ts";
import type { Step, Unit } from "../contract.ts";
import type { AfterId } from "../patterns/change-rows.ts";
import { pages } from "../patterns/pages.ts";
import type { SectionWork } from "./periods/section-work.ts";

/** A registration that a period made and that the person has not begun, with the period's. */
interface Unstarted extends ClosableRegistration {
  readonly pathRegistrationId: number;
  readonly startOn: Day;
}

const REASON = "done_early";

/**
 * Registrations that a period made for a component which its person turns out to have finished before the period started, in the days in
 * which that counts, are cancelled unless they were begun; with a template's, its course's. Cancelled and not passed, since a success
 * would grant everything a second time.
 */
export async function* cancelDoneEarly(work: SectionWork, from: AfterId | null): AsyncGenerator<Step<AfterId>, void> {
  const { rows, section, elements } = work;
  const components = elements.filter(({ componentId }) => componentId !== null);
  if (!section.autoRegister || section.earlyDays === 0 || components.length === 0) return;
  const read = (after: number) => rows.all(unstarted(work, after));
  for await (const { rows: found, after } of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const learners = found.map(
      ({ pathRegistrationId, personId }): Learner => ({ registrationId: pathRegistrationId, personId }),
    );
    const days = await readFinishDays(rows, learners, components, work);
    const doneEarly = ({ pathRegistrationId, componentId, startOn }: Unstarted) =>
      components.some(
        (element) =>
          element.componentId === componentId &&
          (days.get(pathRegistrationId)?.get(element.id) ?? []).some(
            (day) => day >= addDays(startOn, -section.earlyDays) && day < startOn,
          ),
      );
    const units = found.filter(doneEarly).map((one): Unit => {
      const writes = [cancelRegistration(one, REASON, work), cancelCourses(one.id, work.now)];
      return { ref: `registration:${one.id}`, writes };
    });
    if (units.length > 0) yield { units, cursor: { after } };
  }
}

function unstarted({ section, elements, coverage, chunkSize }: SectionWork, after: number): SQL<Unstarted> {
  const ids = new Set(elements.flatMap(({ componentId }) => (componentId === null ? [] : [componentId])));
  const covered = sql` OR EXISTS (SELECT 1 FROM coverage_entries AS covered WHERE covered.client_id = ${thisClient}
    AND covered.person_id = registration.person_id AND covered.component_id = element.value AND covered.since < period.start_on)`;
  return sql`SELECT ${closableColumns}, ${recertificationColumns}, period.registration_id AS pathRegistrationId,
      period.start_on AS startOn
    FROM recert_periods AS period INDEXED BY recert_periods_section
    CROSS JOIN json_each(${JSON.stringify([...ids])}) AS element
    CROSS JOIN registrations AS registration ON registration.client_id = period.client_id AND registration.source = 'recert'
      AND registration.source_ref = 'period:' || period.id || '|' || element.value
    ${recertificationJoin}
    WHERE period.client_id = ${thisClient} AND period.section_id = ${section.id} AND period.state IN ('open', 'due', 'ended')
      AND registration.status IN ${statusList(openStatuses)} AND registration.status <> 'in_progress'
      AND registration.started_at IS NULL AND registration.id > ${after}
      AND NOT EXISTS (SELECT 1 FROM registrations AS course WHERE course.client_id = registration.client_id
        AND course.parent_registration_id = registration.id AND (course.started_at IS NOT NULL OR course.status = 'in_progress'))
      AND (EXISTS (SELECT 1 FROM registrations AS done WHERE done.client_id = ${thisClient}
          AND done.person_id = registration.person_id AND ${successOn(sql`done`, sql`element.value`)}
          AND done.completed_at >= ${earliestInstant(sql`period.start_on`, section.earlyDays)}
          AND done.completed_at < ${latestInstant(sql`period.start_on`)})
        ${coverage ? covered : sql``})
    ORDER BY registration.id LIMIT ${chunkSize}`;
}

/** The open courses that serve a registration on a template are cancelled with it. */
function cancelCourses(parentId: number, now: number): Change {
  return {
    rows: sql`SELECT course.id AS id, course.person_id AS person_id, json_object('status', course.status) AS before
      FROM registrations AS course WHERE course.client_id = ${thisClient} AND course.parent_registration_id = ${parentId}
        AND course.status IN ${statusList(openStatuses)} AND ${leadHit}`,
    write: sql`UPDATE registrations SET status = 'cancelled', cancelled_at = ${now}, cancel_reason = ${REASON}, updated_at = ${now}
      WHERE +client_id = ${thisClient} AND id IN ${touchedIds}`,
    audit: {
      entity: "registration",
      action: "cancel",
      after: { status: "cancelled", cancelled_at: now, cancel_reason: REASON },
    },
    indexed: "registration",
  };
}
