import { sql } from "drizzle-orm";
import { z } from "zod";
import { addDays } from "../../learning/day.ts";
import { archiveAttempts } from "../../learning/enrolment/attempts.ts";
import { type ClosableRegistration, cancelRegistration, failRegistration } from "../../learning/enrolment/close.ts";
import { CourseChoice, isBookable } from "../../learning/enrolment/course-choice.ts";
import { dueDay } from "../../learning/enrolment/due.ts";
import { promoteWaiting } from "../../learning/enrolment/places.ts";
import { Prerequisites, prerequisitesProblem } from "../../learning/enrolment/prerequisites.ts";
import { readLatestCycles, register } from "../../learning/enrolment/register.ts";
import {
  countRules,
  type EnrolmentRule,
  markFirstRun,
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
  type Unregistered,
  unregistered,
} from "../../learning/enrolment/rule-reads.ts";
import { takesPlace } from "../../learning/enrolment/status.ts";
import { defineProcessor, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { counted } from "../counted.ts";
import { type Enrolment, enrol } from "./enrol.ts";
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
  /** The rule at hand, how many of its steps are done, and the last row of the step under way. */
  readonly rule: number;
  readonly step: number;
  readonly after: number;
  /** Of a dry run: places given away by component, which every later step finds free again. */
  readonly given: Readonly<Record<string, number>>;
}

/** What a step of a rule works with. */
interface Work extends Pick<RunContext<z.output<typeof parameters>>, "rows" | "now" | "today" | "log" | "run"> {
  readonly rule: EnrolmentRule;
  readonly settings: EnrolmentSettings;
  readonly limit: number;
  /** Of a dry run: places given away by component. */
  readonly given: Record<string, number>;
}

/** A page of a step: its units, and the last row. */
interface Page {
  readonly units: readonly Unit[];
  readonly after: number;
}

type RuleStep = (work: Work, after: number) => AsyncGenerator<Page>;

/**
 * Spec 2.3.1. Each rule takes its six steps in turn, each step a page at a time; the first, who the candidates are, is part
 * of the others' reads. What is left to do is asked of the database, so a night on which nothing changed reads and does not
 * write. Every write asks again whether it still holds: places, cycle, status, the person.
 *
 * Beyond the spec: a place that a cancellation frees goes to the waiting list of a released or fixed course as in 2.3.5, and
 * `promoted` counts it; a dry run rehearses no promotion. Steps 2 to 6 concern the rule's candidates or its own
 * registrations, and no other.
 */
export const ParticipantAutomaticRegistration = defineProcessor<typeof parameters, Cursor>({
  id: "ParticipantAutomaticRegistration",
  group: "enrolment",
  summary: "Enrols the members of groups on courses, templates and learning paths, again where they recertify.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 30 2 * * ?",
  after: ["TargetGroupPersonAssignment", "CoursePreparation"],
  dryRun: "lower_bound",
  parameters,
  counts: [
    "rules",
    "registered",
    "waitlisted",
    "coursesAssigned",
    "recertified",
    "statusChanged",
    "cancelled",
    "promoted",
  ],
  async *run(context) {
    const { rows, run, now, today, log, configuration, cursor } = context;
    const { ruleIds, chunkSize: limit } = context.parameters;
    const settings = await enrolmentSettings(configuration);
    const total = (await rows.first<{ total: number }>(countRules(today, ruleIds)))?.total ?? 0;
    let at: Cursor = cursor ?? { done: 0, past: 0, rule: 0, step: 0, after: 0, given: {} };
    for (;;) {
      const rule = await rows.first<EnrolmentRule>(nextRule(at.past, today, ruleIds));
      if (!rule) return undefined;
      if (rule.id !== at.rule) at = { ...at, rule: rule.id, step: 0, after: 0 };
      const problem = ruleProblem(rule) ?? prerequisitesProblem(rule.prerequisites);
      if (!problem) {
        const work: Work = { rows, now, today, log, run, rule, settings, limit, given: { ...at.given } };
        yield* applyRule(work, at);
        at = { ...at, given: work.given };
      }
      at = { ...at, done: at.done + 1, past: rule.id, rule: 0, step: 0, after: 0 };
      yield {
        units: problem ? [{ ref: `rule:${rule.id}`, writes: [], failure: problem }] : [],
        counts: problem ? {} : { rules: 1 },
        cursor: at,
        progress: { done: at.done, total },
      };
    }
  },
});

async function* applyRule(work: Work, at: Cursor): AsyncGenerator<Yielded<Cursor>, void, unknown> {
  const { rule, run, now } = work;
  if (rule.first_run_at === null && at.step === 0 && at.after === 0)
    yield { cursor: at, also: run.dryRun ? [] : [markFirstRun(rule.id, now)] };
  let from = at.after;
  for (const [step, take] of steps.entries()) {
    if (step < at.step) continue;
    for await (const { units, after } of take(work, from))
      yield { units, cursor: { ...at, step, after, given: { ...work.given } } };
    from = 0;
  }
}

/** Step 2: whoever is not registered is enrolled. */
async function* enrolCandidates(work: Work, from: number): AsyncGenerator<Page> {
  const { rows, rule, settings, now, today, run, limit } = work;
  const daysToFinish = rule.days_to_finish ?? settings.daysToFinish;
  const dueOn = dueDay({ daysToFinish, dueMode: rule.due_mode, dueOn: rule.due_on, dueMmdd: rule.due_mmdd }, today);
  for (let after = from; ; ) {
    const page = { after, limit, rehearsal: run.dryRun };
    const people = await rows.all<Unregistered>(unregistered(rule, now, page));
    const last = people.at(-1);
    if (!last) return;
    const enrolments = people.map(
      (person): Enrolment => ({
        ...person,
        status: rule.enrolment_status,
        source: "auto_rule",
        dueOn,
        count: "registered",
      }),
    );
    after = last.person_id;
    yield { units: await enrol(work, enrolments), after };
  }
}

/** Step 3: a course for each registration in a template's personal syllabus. */
async function* assignCourses(work: Work, from: number): AsyncGenerator<Page> {
  const { rows, rule, now, today, run, limit, log, given } = work;
  if (!rule.auto_course_enrolment || rule.kind !== "template") return;
  for (let after = from; ; ) {
    const waiting = await rows.all<AwaitingCourse>(
      awaitingCourse(rule, now, { after, limit, rehearsal: run.dryRun }),
    );
    const last = waiting.at(-1);
    if (!last) return;
    const prerequisites = new Prerequisites(
      rows,
      today,
      waiting.map(({ person_id }) => person_id),
    );
    const courses = await CourseChoice.read(rows, rule.component_id, now, prerequisites, {
      people: waiting.length,
      taken: (course) => given[course] ?? 0,
    });
    if (courses.empty) {
      log.info(`No course of template ${rule.component_id} can be booked; its registrations wait for one`);
      return;
    }
    const chosen = [];
    for (const registration of waiting)
      chosen.push(await courses.choose(registration.person_id, JSON.parse(registration.tried) as number[]));
    const latest = await readLatestCycles(
      rows,
      waiting.flatMap(({ person_id }, index) => (chosen[index] ? [[chosen[index].id, person_id] as const] : [])),
    );
    const units = waiting.map((registration, index): Unit => {
      const { id, person_id: personId, due_on: dueOn } = registration;
      const course = chosen[index];
      if (!course) return { ref: `registration:${id}`, writes: [] };
      if (run.dryRun) given[course.id] = (given[course.id] ?? 0) + 1;
      const cycleNo = latest(course.id, personId) + 1;
      const still = sql`${isBookable(sql`component`, now)} AND EXISTS (SELECT 1 FROM registrations AS parent
        WHERE parent.id = ${id} AND parent.status = 'personal_syllabus' AND ${hasNoCourse(sql`parent`)})`;
      return {
        ref: `registration:${id} course:${course.id}`,
        writes: register(
          {
            componentId: course.id,
            personId,
            cycleNo,
            parentId: id,
            status: "booked",
            source: "auto_rule",
            sourceRef: ruleSourceRef(rule.id, course.id, personId, cycleNo),
            dueOn,
            prerequisites: course.prerequisites,
          },
          now,
          still,
        ),
        counts: { coursesAssigned: 1 },
      };
    });
    after = last.id;
    yield { units: [...unreadable, ...units], after };
  }
}

/** Step 4: the next cycle for whoever is due again. */
async function* recertify(work: Work, from: number): AsyncGenerator<Page> {
  const { rows, rule, settings, now, today, run, limit } = work;
  if (!rule.recertify) return;
  const horizon = addDays(today, (rule.days_to_finish ?? settings.daysToFinish) + settings.bufferDays);
  for (let after = from; ; ) {
    const people = await rows.all<DueAgain>(dueAgain(rule, now, horizon, { after, limit, rehearsal: run.dryRun }));
    const last = people.at(-1);
    if (!last) return;
    const enrolments = people.map((person): Enrolment => ({
      ...person,
      status: "personal_syllabus",
      source: "recert",
      dueOn: person.next_due_on,
      count: "recertified",
      also: (sourceRef) => rule.reset_scorm ? [archiveAttempts(rule.component_id, person.person_id, sourceRef, now)] : [],
    }));
    after = last.person_id;
    yield { units: await enrol(work, enrolments), after };
  }
}

/** Step 5: what has been overdue for too long is failed or cancelled. */
async function* changeOverdue(work: Work, from: number): AsyncGenerator<Page> {
  const { rule, today } = work;
  yield* closing(work, from, (page) => overdue(rule, today, page), (registration) =>
    rule.change_to === "failed"
      ? counted(failRegistration(registration, work), "statusChanged")
      : cancelling(work, registration, "overdue", "statusChanged"),
  );
}

/** Step 6: who is no longer a candidate leaves. */
async function* cancelLeavers(work: Work, from: number): AsyncGenerator<Page> {
  ...
}

const steps: readonly RuleStep[] = [enrolCandidates, assignCourses, recertify, changeOverdue, cancelLeavers];
