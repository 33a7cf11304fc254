import { type SQL, sql } from "drizzle-orm";
import { type AwaitingCourse, hasNoCourse } from "../../../learning/enrolment/rules/rule-reads.ts";
import { openStatuses, statusList } from "../../../learning/enrolment/status.ts";
import { periodSourceRef } from "../../../learning/recertification/period.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Step, Unit } from "../../contract.ts";
import { assignPage, type CourseAssignment } from "../../enrolment/automatic/assign-page.ts";
import type { EnrolScene } from "../../enrolment/automatic/enrol-people.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { pages } from "../../patterns/pages.ts";
import type { SectionWork } from "./section-work.ts";

/** A registration on a template, made by a period that runs, that has no course yet. */
interface Awaiting extends AwaitingCourse {
  readonly templateId: number;
  readonly periodId: number;
}

/** What periods have registered on templates gets one of their courses; what finds none waits for the next night. */
export async function* assignPeriodCourses(
  work: SectionWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, "noCourse">, void> {
  const ids = work.elements.flatMap(({ componentId }) => (componentId === null ? [] : [componentId]));
  if (!work.section.autoRegister || ids.length === 0) return;
  const read = (after: number) => work.rows.all(awaiting(work, ids, after));
  const scene = { ...work, given: {} };
  for await (const { rows: found, after } of pages(from?.after ?? 0, read, ({ id }) => id))
    yield { units: await chooseCourses(scene, found), cursor: { after } };
}

/** How they are booked: by the period, which has one registration on each course. */
const how: CourseAssignment<"noCourse", Awaiting> = {
  source: "recert",
  sourceRef: ({ courseId, parent }) => periodSourceRef(parent.periodId, courseId),
  waits: { noCourse: 1 },
};

async function chooseCourses(scene: EnrolScene, found: readonly Awaiting[]): Promise<Unit<"noCourse">[]> {
  const chosen: Unit<"noCourse">[] = [];
  for (const [templateId, own] of Map.groupBy(found, (one) => one.templateId)) {
    const { units, unreadable } = await assignPage(scene, templateId, own, how);
    chosen.push(...unreadable, ...units);
  }
  return chosen;
}

function awaiting({ section, chunkSize }: SectionWork, componentIds: readonly number[], after: number): SQL<Awaiting> {
  return sql`SELECT registration.id AS id, registration.person_id AS personId, template.id AS templateId, period.id AS periodId,
      registration.due_on AS dueOn,
      (SELECT json_group_array(child.component_id) FROM registrations AS child
        WHERE child.client_id = registration.client_id AND child.parent_registration_id = registration.id
          AND coalesce(child.cancel_reason, '') <> 'inactive_user') AS tried
    FROM recert_periods AS period INDEXED BY recert_periods_section
    CROSS JOIN json_each(${JSON.stringify([...new Set(componentIds)])}) AS element
    CROSS JOIN components AS template ON template.id = element.value AND template.kind = 'template'
    CROSS JOIN registrations AS registration ON registration.client_id = period.client_id AND registration.source = 'recert'
      AND registration.source_ref = 'period:' || period.id || '|' || template.id
    CROSS JOIN persons AS person ON person.id = registration.person_id AND person.auth_status = 'active'
    WHERE period.client_id = ${thisClient} AND period.section_id = ${section.id} AND period.state IN ('open', 'due')
      AND registration.status = 'personal_syllabus' AND registration.id > ${after} AND ${hasNoCourse(sql`registration`)}
      AND NOT EXISTS (SELECT 1 FROM registrations AS other
        JOIN components AS course ON course.id = other.component_id AND course.template_id = template.id
        WHERE other.client_id = registration.client_id AND other.person_id = registration.person_id
          AND other.status IN ${statusList(openStatuses)})
    ORDER BY registration.id LIMIT ${chunkSize}`;
}
