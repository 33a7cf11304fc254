import type { SQL } from "drizzle-orm";
import { type ChosenCourse, CourseChoice, isBookable } from "../../../learning/enrolment/course-choice.ts";
import { Prerequisites } from "../../../learning/enrolment/prerequisites/prerequisites.ts";
import { readLatestCycles, register, registerAll } from "../../../learning/enrolment/register.ts";
import { type AwaitingCourse, hasNoCourse } from "../../../learning/enrolment/rules/rule-reads.ts";
import type { RegistrationSource } from "../../../learning/enrolment/status.ts";
import type { Change } from "../../../store/change.ts";
import { sql } from "../../../store/sql.ts";
import type { CountsOf, Unit, Write } from "../../contract.ts";
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
  /** The counter of those made, if any. */
  readonly assigned?: N;
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
  const bookings: Booking<A>[] = [];
  const waiting: Unit<N>[] = [];
  found.forEach((parent, index) => {
    const course = chosen[index];
    if (!course) {
      waiting.push(waits(parent));
      return;
    }
    if (run.dryRun) given[course.id] = (given[course.id] ?? 0) + 1;
    bookings.push({ parent, course, cycleNo: (latest[index] ?? 0) + 1 });
  });
  const units = [...bookCourses(bookings, now, how), ...waiting];
  const unreadable = courses.unreadable.map(
    ({ id, failure }): Unit<N> => ({ ref: `course:${id}`, writes: [], failure }),
  );
  return { units, unreadable, empty: false };
}

/** A registration on a template, and the course that it gets. */
interface Booking<A extends AwaitingCourse> {
  readonly parent: A;
  readonly course: ChosenCourse;
  readonly cycleNo: number;
}

/** Courses with room for everybody are booked in one write, those with a number of places one by one. */
function bookCourses<N extends string, A extends AwaitingCourse>(
  bookings: readonly Booking<A>[],
  now: number,
  { source, sourceRef, assigned }: CourseAssignment<N, A>,
): Unit<N>[] {
  const registrationOf = ({ parent, course, cycleNo }: Booking<A>) => ({
    componentId: course.id,
    personId: parent.personId,
    cycleNo,
    parentId: parent.id,
    status: "booked" as const,
    source,
    sourceRef: sourceRef({ courseId: course.id, parent, cycleNo }),
    dueOn: parent.dueOn,
    prerequisites: course.prerequisites,
  });
  const counted = (change: Change): Write<N> => (assigned === undefined ? change : { ...change, count: assigned });
  const alone = (booking: Booking<A>): Unit<N> => {
    const { parent, course } = booking;
    const stillWanted = wanted(sql`${parent.id}`, now);
    const ref = `registration:${parent.id} course:${course.id}`;
    return { ref, writes: [counted(register(registrationOf(booking), now, stillWanted))] };
  };
  const roomy = bookings.filter(({ course }) => course.unlimited);
  const limited = bookings.filter(({ course }) => !course.unlimited);
  const [first] = roomy;
  if (!first || roomy.length === 1) return bookings.map(alone);
  const all = registerAll(
    { status: "booked", source },
    roomy.map(registrationOf),
    now,
    wanted(sql`one.value ->> 'parent'`, now),
  );
  const unit: Unit<N> = {
    ref: `registration:${first.parent.id} course:${first.course.id}`,
    rows: roomy.length,
    writes: [counted(all)],
    apart: () => roomy.map(alone),
  };
  return [unit, ...limited.map(alone)];
}

/** True in SQL at the moment of writing if the `component` can be booked and the registration on its template still waits for a course. */
function wanted(parentId: SQL, now: number): SQL {
  return sql`${isBookable(sql`component`, now)} AND EXISTS (SELECT 1 FROM registrations AS parent
    WHERE parent.id = ${parentId} AND parent.client_id = component.client_id AND parent.status = 'personal_syllabus'
      AND ${hasNoCourse(sql`parent`)})`;
}
