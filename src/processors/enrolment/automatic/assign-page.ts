import { sql } from "drizzle-orm";
import { type ChosenCourse, CourseChoice, isBookable } from "../../../learning/enrolment/course-choice.ts";
import { Prerequisites } from "../../../learning/enrolment/prerequisites/prerequisites.ts";
import { readLatestCycles, register } from "../../../learning/enrolment/register.ts";
import { type AwaitingCourse, hasNoCourse } from "../../../learning/enrolment/rules/rule-reads.ts";
import type { RegistrationSource } from "../../../learning/enrolment/status.ts";
import type { CountsOf, Unit } from "../../contract.ts";
import type { EnrolScene } from "./enrol-people.ts";

/**
 * How the registrations on courses are made, and what is counted.
 *
 * @typeParam A what is known of those on the template
 */
export interface CourseAssignment<N extends string, A extends AwaitingCourse = AwaitingCourse> {
  readonly source: RegistrationSource;
  /** What the registration of a person on a course is known by. */
  readonly sourceRef: (course: { readonly courseId: number; readonly parent: A; readonly cycleNo: number }) => string;
  readonly assigned: CountsOf<N>;
  /** For a registration that finds no course and waits. */
  readonly waits: CountsOf<N>;
}

/** The units of a page of registrations that wait for a course. */
export interface AssignedPage<N extends string> {
  readonly units: readonly Unit<N>[];
  /** Courses whose prerequisites cannot be judged, which are never chosen: to be named once. */
  readonly unreadable: readonly Unit<N>[];
  /** The template has no course at all that can be booked. */
  readonly empty: boolean;
}

/** Gives a page of registrations in a template's personal syllabus one of its courses each; those that find none wait. */
export async function assignPage<N extends string, A extends AwaitingCourse>(
  scene: EnrolScene,
  templateId: number,
  found: readonly A[],
  how: CourseAssignment<N, A>,
): Promise<AssignedPage<N>> {
  const { rows, now, today, run, given } = scene;
  const waits = ({ id }: A): Unit<N> => ({ ref: `registration:${id}`, writes: [], counts: how.waits });
  const people = found.map(({ personId }) => personId);
  const courses = new CourseChoice(rows, templateId, new Prerequisites(rows, scene, people), {
    now,
    today,
    people: people.length,
    given: (courseId) => given[courseId] ?? 0,
  });
  if (await courses.isEmpty()) return { units: found.map(waits), unreadable: [], empty: true };
  const chosen: (ChosenCourse | null)[] = [];
  for (const { personId, tried } of found) chosen.push(await courses.choose(personId, JSON.parse(tried) as number[]));
  const latest = await readLatestCycles(
    rows,
    people.map((personId, index) => [chosen[index]?.id ?? 0, personId]),
  );
  const units = found.map((registration, index): Unit<N> => {
    const course = chosen[index];
    if (!course) return waits(registration);
    if (run.dryRun) given[course.id] = (given[course.id] ?? 0) + 1;
    return bookCourse(registration, course, (latest[index] ?? 0) + 1, now, how);
  });
  const unreadable = courses.unreadable.map(
    ({ id, failure }): Unit<N> => ({ ref: `course:${id}`, writes: [], failure }),
  );
  return { units, unreadable, empty: false };
}

function bookCourse<N extends string, A extends AwaitingCourse>(
  parent: A,
  course: ChosenCourse,
  cycleNo: number,
  now: number,
  { source, sourceRef, assigned }: CourseAssignment<N, A>,
): Unit<N> {
  const registration = {
    componentId: course.id,
    personId: parent.personId,
    cycleNo,
    parentId: parent.id,
    status: "booked",
    source,
    sourceRef: sourceRef({ courseId: course.id, parent, cycleNo }),
    dueOn: parent.dueOn,
    prerequisites: course.prerequisites,
  } as const;
  const stillWanted = sql`${isBookable(sql`component`, now)} AND EXISTS (SELECT 1 FROM registrations AS parent
    WHERE parent.id = ${parent.id} AND parent.status = 'personal_syllabus' AND ${hasNoCourse(sql`parent`)})`;
  return {
    ref: `registration:${parent.id} course:${course.id}`,
    writes: [register(registration, now, stillWanted)],
    counts: assigned,
  };
}
