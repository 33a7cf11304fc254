import { sql } from "drizzle-orm";
import { type ChosenCourse, CourseChoice, isBookable } from "../../learning/enrolment/course-choice.ts";
import { Prerequisites } from "../../learning/enrolment/prerequisites.ts";
import { readLatestCycles, register } from "../../learning/enrolment/register.ts";
import { ruleSourceRef } from "../../learning/enrolment/rules/rule.ts";
import {
  type AwaitingCourse,
  awaitingCourse,
  hasNoCourse,
  type Page,
} from "../../learning/enrolment/rules/rule-reads.ts";
import type { Step, Unit } from "../contract.ts";
import type { AfterId } from "../patterns/change-rows.ts";
import { type RuleCount, type RuleWork, rulePages } from "./rule-work.ts";

/** Step 3: registrations in a template's personal syllabus get one of its courses; those that find none wait. */
export async function* assignCourses(
  work: RuleWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  const { rule, now, today, run, log, given } = work;
  if (!rule.autoCourseEnrolment || rule.kind !== "template") return;
  const query = (page: Page) => awaitingCourse(rule, now, page);
  let first = from === null;
  for await (const { rows: found, after } of rulePages(work, from, query, ({ id }) => id)) {
    const people = found.map(({ personId }) => personId);
    const courses = new CourseChoice(work.rows, rule.componentId, new Prerequisites(work.rows, work, people), {
      now,
      today,
      people: people.length,
      given: (courseId) => given[courseId] ?? 0,
    });
    const cursor = { after };
    if (await courses.isEmpty()) {
      if (first)
        log.info(`Template ${rule.componentId} has no course that can be booked; its registrations wait for one`);
      first = false;
      yield { units: found.map(waits), cursor };
      continue;
    }
    const chosen: (ChosenCourse | null)[] = [];
    for (const { personId, tried } of found) chosen.push(await courses.choose(personId, JSON.parse(tried) as number[]));
    const latest = await readLatestCycles(
      work.rows,
      people.map((personId, index) => [chosen[index]?.id ?? 0, personId]),
    );
    const units = found.map((registration, index): Unit<RuleCount> => {
      const course = chosen[index];
      if (!course) return waits(registration);
      if (run.dryRun) given[course.id] = (given[course.id] ?? 0) + 1;
      return bookCourse(work, registration, course, (latest[index] ?? 0) + 1);
    });
    // Named once: its people get another course, or wait.
    const unreadable = courses.unreadable.map(
      ({ id, failure }): Unit<RuleCount> => ({ ref: `course:${id}`, writes: [], failure }),
    );
    yield { units: first ? [...unreadable, ...units] : units, cursor };
    first = false;
  }
}

/** A registration that stays as it is, since there is no course for it. */
function waits({ id }: AwaitingCourse): Unit<RuleCount> {
  return { ref: `registration:${id}`, writes: [], counts: { noCourse: 1 } };
}

function bookCourse(
  { rule, now }: RuleWork,
  parent: AwaitingCourse,
  course: ChosenCourse,
  cycleNo: number,
): Unit<RuleCount> {
  const registration = {
    componentId: course.id,
    personId: parent.personId,
    cycleNo,
    parentId: parent.id,
    status: "booked",
    source: "auto_rule",
    sourceRef: ruleSourceRef(rule.id, course.id, parent.personId, cycleNo),
    dueOn: parent.dueOn,
    prerequisites: course.prerequisites,
  } as const;
  const stillWanted = sql`${isBookable(sql`component`, now)} AND EXISTS (SELECT 1 FROM registrations AS parent
    WHERE parent.id = ${parent.id} AND parent.status = 'personal_syllabus' AND ${hasNoCourse(sql`parent`)})`;
  return {
    ref: `registration:${parent.id} course:${course.id}`,
    writes: [register(registration, now, stillWanted)],
    counts: { coursesAssigned: 1 },
  };
}
