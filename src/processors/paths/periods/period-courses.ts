import { type SQL, sql } from "drizzle-orm";
import { type ChosenCourse, CourseChoice, isBookable } from "../../../learning/enrolment/course-choice.ts";
import { Prerequisites } from "../../../learning/enrolment/prerequisites/prerequisites.ts";
import { readLatestCycles, register } from "../../../learning/enrolment/register.ts";
import { hasNoCourse } from "../../../learning/enrolment/rules/rule-reads.ts";
import { openStatuses, statusList } from "../../../learning/enrolment/status.ts";
import { periodSourceRef } from "../../../learning/recertification/period.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Day } from "../../../time/day.ts";
import type { Step, Unit } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { pages } from "../../patterns/pages.ts";
import type { SectionWork } from "./section-work.ts";

/** A registration on a template, made by a period that runs, that has no course yet. */
interface Awaiting {
  readonly id: number;
  readonly personId: number;
  readonly templateId: number;
  readonly periodId: number;
  readonly dueOn: Day | null;
  /** JSON array: courses that it was cancelled on while the person was there; they are not chosen again. */
  readonly tried: string;
}

/** What periods have registered on templates gets one of their courses; what finds none waits for the next night. */
export async function* assignPeriodCourses(
  work: SectionWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, "noCourse">, void> {
  const ids = work.elements.flatMap(({ componentId }) => (componentId === null ? [] : [componentId]));
  if (!work.section.autoRegister || ids.length === 0) return;
  const read = (after: number) => work.rows.all(awaiting(work, ids, after));
  for await (const { rows: found, after } of pages(from?.after ?? 0, read, ({ id }) => id))
    yield { units: await chooseCourses(work, found), cursor: { after } };
}

async function chooseCourses(work: SectionWork, found: readonly Awaiting[]): Promise<Unit<"noCourse">[]> {
  const { rows, now, today } = work;
  const people = found.map(({ personId }) => personId);
  const prerequisites = new Prerequisites(rows, work, people);
  const templates = new Map<number, CourseChoice>();
  const chosen: (ChosenCourse | null)[] = [];
  for (const { templateId, personId, tried } of found) {
    const scene = { now, today, people: people.length, given: () => 0 };
    const courses = templates.get(templateId) ?? new CourseChoice(rows, templateId, prerequisites, scene);
    templates.set(templateId, courses);
    chosen.push(await courses.choose(personId, JSON.parse(tried) as number[]));
  }
  const latest = await readLatestCycles(
    rows,
    people.map((personId, index) => [chosen[index]?.id ?? 0, personId]),
  );
  const unreadable = [...templates.values()].flatMap((courses) => courses.unreadable);
  return [
    ...unreadable.map(({ id, failure }): Unit<"noCourse"> => ({ ref: `course:${id}`, writes: [], failure })),
    ...found.map((one, index): Unit<"noCourse"> => {
      const course = chosen[index];
      if (!course) return { ref: `registration:${one.id}`, writes: [], counts: { noCourse: 1 } };
      return book(one, course, (latest[index] ?? 0) + 1, now);
    }),
  ];
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

function book(parent: Awaiting, course: ChosenCourse, cycleNo: number, now: number): Unit<"noCourse"> {
  const { id, personId, periodId, dueOn } = parent;
  const registration = {
    componentId: course.id,
    personId,
    cycleNo,
    parentId: id,
    status: "booked",
    source: "recert",
    sourceRef: periodSourceRef(periodId, course.id),
    dueOn,
    prerequisites: course.prerequisites,
  } as const;
  const stillWanted = sql`${isBookable(sql`component`, now)} AND EXISTS (SELECT 1 FROM registrations AS parent
    WHERE parent.id = ${id} AND parent.status = 'personal_syllabus' AND ${hasNoCourse(sql`parent`)})`;
  return {
    ref: `registration:${id} course:${course.id}`,
    writes: [register(registration, now, stillWanted)],
  };
}
