import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { archiveAttempts } from "../../learning/enrolment/attempts.ts";
import { type ClosableRegistration, cancelRegistration, failRegistration } from "../../learning/enrolment/close.ts";
import { type ChosenCourse, CourseChoice, isBookable } from "../../learning/enrolment/course-choice.ts";
import { dueDay } from "../../learning/enrolment/due.ts";
import { dateNextCycle, nextDueOn } from "../../learning/enrolment/next-cycle.ts";
import { Prerequisites, prerequisitesProblem } from "../../learning/enrolment/prerequisites.ts";
import { readLatestCycles, register } from "../../learning/enrolment/register.ts";
import {
  countRules,
  type EnrolmentRule,
  fixDaysToFinish,
  markFirstRun,
  missingRules,
  nextRule,
  ruleProblem,
  ruleSourceRef,
} from "../../learning/enrolment/rule.ts";
import {
  type AwaitingCourse,
  awaitingCourse,
  type DueAgain,
  dueAgain,
  hasNoCourse,
  leavers,
  overdue,
  type Page,
  type Unregistered,
  unregistered,
} from "../../learning/enrolment/rule-reads.ts";
import { promoteWaiting } from "../../learning/enrolment/seats.ts";
import { takesSeat } from "../../learning/enrolment/status.ts";
import { addDays, type Day, laterDay, localDay } from "../../time/day.ts";
import { defineProcessor, type RunContext, type Unit, type Write, type Yielded } from "../contract.ts";
import { unitOf } from "../unit-of.ts";
import { type Enrolment, type EnrolmentWork, enrol } from "./enrol.ts";
import { type EnrolmentSettings, enrolmentSettings } from "./settings.ts";

const parameters = z.strictObject({
  ruleIds: z
    .array(z.int().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe("Numbers of the enrolment rules to apply; empty means all"),
});

/** Where a run goes on from. */
interface Cursor {
  /** Rules done so far, and the last of them. */
  readonly done: number;
  readonly past: number;
  /** The rule at hand, how many of its phases are done, and the last row of the phase under way. */
  readonly rule: number;
  readonly phase: number;
  readonly after: number;
  /** Of a dry run: places given away by component. */
  readonly given: Readonly<Record<string, number>>;
}

/** What the phases of a rule work with. */
interface Work extends EnrolmentWork, Pick<RunContext, "log"> {
  readonly settings: EnrolmentSettings;
  readonly chunkSize: number;
}

/** A page of a phase: its units, and the id of the last row that was looked at. */
interface Done {
  readonly units: readonly Unit<Count>[];
  readonly after: number;
}

const counts = [
  "rules",
  "registered",
  "waitlisted",
  "coursesAssigned",
  "noCourse",
  "recertified",
  "statusChanged",
  "cancelled",
  "promoted",
] as const;
type Count = (typeof counts)[number];

/**
 * Spec 2.3.1. A rule's steps are phases, each a page at a time; the first step, who the candidates are, is part of what the
 * others read. What is left to do is asked of the database, so a night on which nothing changed writes nothing. And every
 * write asks again whether it still holds: the place, the cycle, the status, the person.
 *
 * What the spec leaves open: all steps keep to the rule's candidates and to the registrations it made. A place that a
 * cancellation frees goes to the waiting list as in 2.3.5, counted as `promoted`; a dry run rehearses no promotion.
 *
 * A registration in a template's personal syllabus that finds no course waits for one, each night anew (`noCourse`). The suite
 * that this processor comes from would make a course in that case, by its AutoCourseCreationJob; this processor makes none.
 */
export const ParticipantAutomaticRegistration = defineProcessor<typeof parameters, Cursor, Count>({
  id: "ParticipantAutomaticRegistration",
  group: "enrolment",
  title: "Enrol automatically",
  summary: "Enrols the members of groups on courses, templates and learning paths, and again where they recertify.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 30 2 * * ?",
  after: ["TargetGroupPersonAssignment", "CoursePreparation"],
  dryRun: "lower_bound",
  parameters,
  counts,
  async *run({ rows, run, now, today, timeZone, log, configuration, parameters: { ruleIds, chunkSize }, cursor }) {
    const settings = await enrolmentSettings(configuration);
    const coverage = settings.equivalences;
    const total = (await rows.first<{ total: number }>(countRules(today, ruleIds)))?.total ?? 0;
    if (ruleIds && !cursor) {
      const found = await rows.all<{ id: number }>(missingRules(today, ruleIds));
      if (found.length > 0)
        log.warn(`Not applied, since not there or not active: rules ${found.map(({ id }) => id).join(", ")}`);
    }
    let at: Cursor = cursor ?? { done: 0, past: 0, rule: 0, phase: 0, after: 0, given: {} };
    for (;;) {
      const rule = await rows.first<EnrolmentRule>(nextRule(at.past, today, ruleIds));
      if (!rule) return undefined;
      // A rule that was at hand when the run was interrupted may be gone.
      if (rule.id !== at.rule) at = { ...at, rule: rule.id, phase: 0, after: 0 };
      const given = { ...at.given };
      const work = { rows, run, now, today, timeZone, coverage, log, settings, chunkSize, rule, given };
      let failed: Unit<Count> | null = null;
      try {
        const failure = ruleProblem(rule) ?? (await prerequisitesProblem(rows, rule.prerequisites));
        if (failure) failed = { ref: `rule:${rule.id}`, writes: [], failure };
        else yield* applyRule(work, at);
      } catch (error) {
        // Whatever it is about this rule, the others are applied all the same.
        failed = await unitOf(`rule:${rule.id}`, () => Promise.reject(error));
      }
      at = { done: at.done + 1, past: rule.id, rule: 0, phase: 0, after: 0, given };
      yield {
        units: failed ? [failed] : [],
        counts: failed ? {} : { rules: 1 },
        cursor: at,
        progress: { done: at.done, total },
      };
    }
  },
});

async function* applyRule(work: Work, at: Cursor): AsyncGenerator<Yielded<Cursor, Count>, void, unknown> {
  const { rule, run, now, given, settings } = work;
  const notes: SQL[] = [];
  if (rule.first_run_at === null) notes.push(markFirstRun(rule.id, now));
  if (rule.days_to_finish === null) notes.push(fixDaysToFinish(rule.id, settings.daysToFinish, now));
  if (notes.length > 0 && !run.dryRun) yield { cursor: at, also: notes };
  for (const [phase, take] of phases.entries()) {
    if (phase < at.phase) continue;
    for await (const { units, after } of take(work, phase === at.phase ? at.after : 0))
      yield { units, cursor: { ...at, phase, after, given: { ...given } } };
  }
}

/** Steps 2 to 6. */
const phases: readonly ((work: Work, from: number) => AsyncGenerator<Done>)[] = [
  enrolCandidates,
  assignCourses,
  recertify,
  changeOverdue,
  cancelLeavers,
];

/** Reads a phase's pages one after another. @param idOf what the pages go by */
async function* pages<T>(
  { rows, run, chunkSize }: Work,
  from: number,
  query: (page: Page) => SQL,
  idOf: (row: T) => number,
): AsyncGenerator<{ found: readonly T[]; after: number }> {
  for (let after = from; ; ) {
    const found = await rows.all<T>(query({ after, limit: chunkSize, rehearsal: run.dryRun }));
    const last = found.at(-1);
    if (!last) return;
    after = idOf(last);
    yield { found, after };
  }
}

function daysToFinish({ rule, settings }: Work): number {
  return rule.days_to_finish ?? settings.daysToFinish;
}

/** Step 2: candidates without a registration get one. */
async function* enrolCandidates(work: Work, from: number): AsyncGenerator<Done> {
  const { rule, now, today } = work;
  const dueOn = dueDay(
    { daysToFinish: daysToFinish(work), dueMode: rule.due_mode, dueOn: rule.due_on, dueMmdd: rule.due_mmdd },
    today,
  );
  const query = (page: Page) => unregistered(rule, now, page);
  for await (const { found, after } of pages<Unregistered>(work, from, query, (row) => row.person_id)) {
    const enrolments = found.map(
      (person): Enrolment => ({
        ...person,
        status: rule.enrolment_status,
        source: "auto_rule",
        dueOn,
        count: "registered",
      }),
    );
    yield { units: await enrol(work, enrolments), after };
  }
}

/** Step 3: registrations in a template's personal syllabus get one of its courses; those that find none wait. */
async function* assignCourses(work: Work, from: number): AsyncGenerator<Done> {
  const { rows, rule, now, today, run, log, given } = work;
  if (!rule.auto_course_enrolment || rule.kind !== "template") return;
  const query = (page: Page) => awaitingCourse(rule, now, page);
  let first = from === 0;
  for await (const { found, after } of pages<AwaitingCourse>(work, from, query, (row) => row.id)) {
    const people = found.map((registration) => registration.person_id);
    const courses = new CourseChoice(rows, rule.component_id, new Prerequisites(rows, work, people), {
      now,
      today,
      people: people.length,
      given: (courseId) => given[courseId] ?? 0,
    });
    if (await courses.isEmpty()) {
      if (first)
        log.info(`Template ${rule.component_id} has no course that can be booked; its registrations wait for one`);
      first = false;
      yield { units: found.map(waits), after };
      continue;
    }
    const chosen: (ChosenCourse | null)[] = [];
    for (const { person_id, tried } of found)
      chosen.push(await courses.choose(person_id, JSON.parse(tried) as number[]));
    const latest = await readLatestCycles(
      rows,
      people.map((personId, index) => [chosen[index]?.id ?? 0, personId]),
    );
    const units = found.map((registration, index): Unit<Count> => {
      const course = chosen[index];
      if (!course) return waits(registration);
      if (run.dryRun) given[course.id] = (given[course.id] ?? 0) + 1;
      return bookCourse(work, registration, course, (latest[index] ?? 0) + 1);
    });
    // Named once: its people get another course, or wait.
    const unreadable = courses.unreadable.map(
      ({ id, failure }): Unit<Count> => ({ ref: `course:${id}`, writes: [], failure }),
    );
    yield { units: first ? [...unreadable, ...units] : units, after };
    first = false;
  }
}

/** A registration that stays as it is, since there is no course for it. */
function waits({ id }: AwaitingCourse): Unit<Count> {
  return { ref: `registration:${id}`, writes: [], counts: { noCourse: 1 } };
}

function bookCourse({ rule, now }: Work, parent: AwaitingCourse, course: ChosenCourse, cycleNo: number): Unit<Count> {
  const registration = {
    componentId: course.id,
    personId: parent.person_id,
    cycleNo,
    parentId: parent.id,
    status: "booked",
    source: "auto_rule",
    sourceRef: ruleSourceRef(rule.id, course.id, parent.person_id, cycleNo),
    dueOn: parent.due_on,
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

/** Step 4: a person who is due again gets the next cycle. */
async function* recertify(work: Work, from: number): AsyncGenerator<Done> {
  const { rule, settings, now, today } = work;
  if (!rule.recertify) return;
  const horizon = addDays(today, daysToFinish(work) + settings.bufferDays);
  const query = (page: Page) => dueAgain(rule, now, horizon, page);
  for await (const { found, after } of pages<DueAgain>(work, from, query, (row) => row.person_id)) {
    const dated = new Map<number, Day>();
    const undated: Unit<Count>[] = [];
    for (const person of found) {
      if (person.next_due_on !== null) dated.set(person.person_id, person.next_due_on);
      else undated.push(await unitOf(`registration:${person.registration_id}`, () => dateSuccess(work, person, dated)));
    }
    const enrolments = found.flatMap((person): Enrolment[] => {
      const next = dated.get(person.person_id);
      if (next === undefined || next > horizon) return [];
      // Who comes back has the time to finish that everybody has.
      const soonest = person.returns ? addDays(today, daysToFinish(work)) : next;
      return [
        {
          ...person,
          status: "personal_syllabus",
          source: "recert",
          dueOn: laterDay(next, soonest),
          count: "recertified",
          also: (sourceRef) =>
            rule.reset_scorm ? [archiveAttempts(rule.component_id, person.person_id, sourceRef, now)] : [],
        },
      ];
    });
    yield { units: [...undated, ...(await enrol(work, enrolments))], after };
  }
}

/** A success that nothing dated when it was closed is dated from its completion, and noted in `dated`. */
function dateSuccess({ now, timeZone }: Work, last: DueAgain, dated: Map<number, Day>): Omit<Unit<Count>, "ref"> {
  const { registration_id: id, person_id: personId, completed_at: completedAt, status } = last;
  if (completedAt === null) {
    const message = `It is ${status}, but nothing says since when; enter its day of completion, from which the next cycle is counted`;
    return { writes: [], failure: { code: "no_completion", message } };
  }
  const next = nextDueOn(last, { dueOn: null }, status, localDay(completedAt, timeZone));
  if (next === null) return { writes: [] };
  dated.set(personId, next);
  return { writes: [dateNextCycle({ id, personId }, next, now)] };
}

/** Step 5: the rule's registrations that are overdue for too long fail or are cancelled. */
async function* changeOverdue(work: Work, from: number): AsyncGenerator<Done> {
  const { rule, today } = work;
  const { change_after_days: days, change_to: to } = rule;
  if (days === null || to === null) return;
  const query = (page: Page) => overdue(rule, today, page);
  yield* close(work, from, query, (registration) =>
    to === "failed"
      ? [{ ...failRegistration(registration, work), count: "statusChanged" }]
      : cancel(work, registration, "overdue", "statusChanged"),
  );
}

/** Step 6: the rule's registrations of people who are no longer candidates are cancelled. */
async function* cancelLeavers(work: Work, from: number): AsyncGenerator<Done> {
  const { rule } = work;
  if (!rule.auto_cancel) return;
  const query = (page: Page) => leavers(rule, work, page);
  yield* close(work, from, query, (registration) => cancel(work, registration, "left_group", "cancelled"));
}

async function* close(
  work: Work,
  from: number,
  query: (page: Page) => SQL,
  writes: (registration: ClosableRegistration) => readonly Write<Count>[],
): AsyncGenerator<Done> {
  for await (const { found, after } of pages<ClosableRegistration>(work, from, query, (row) => row.id)) {
    const judged = found.map((registration) =>
      unitOf(`registration:${registration.id}`, () => ({ writes: writes(registration) })),
    );
    yield { units: await Promise.all(judged), after };
  }
}

/** Cancels a registration and gives its place to the waiting list. */
function cancel(work: Work, registration: ClosableRegistration, reason: string, count: Count): Write<Count>[] {
  const writes: Write<Count>[] = [{ ...cancelRegistration(registration, reason, work), count }];
  if (!takesSeat(registration.status) || work.run.dryRun) return writes;
  return [...writes, { ...promoteWaiting(registration.component_id, work.now), count: "promoted" }];
}
