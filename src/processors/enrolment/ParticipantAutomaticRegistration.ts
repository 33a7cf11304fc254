import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { prerequisitesProblem } from "../../learning/enrolment/prerequisites/prerequisites.ts";
import {
  countRules,
  fixDaysToFinish,
  markFirstRun,
  missingRules,
  nextRule,
  ruleProblem,
} from "../../learning/enrolment/rules/rule.ts";
import { defineProcessor, type Unit, type Yielded } from "../contract.ts";
import { afterId } from "../patterns/change-rows.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";
import { unitOf } from "../unit-of.ts";
import { assignCourses } from "./automatic/assign-courses.ts";
import { enrolCandidates } from "./automatic/enrol.ts";
import { recertify } from "./automatic/recertify.ts";
import { type RuleCount, type RuleStep, type RuleWork, ruleCounts } from "./automatic/rule-work.ts";
import { cancelLeavers, changeOverdue } from "./close.ts";
import { enrolmentSettings } from "./settings.ts";

const parameters = z.strictObject({
  ruleIds: z
    .array(z.int().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe("Numbers of the enrolment rules to apply; empty means all"),
});

/** Steps 2 to 6 of a rule, in order; the cursor of each is the last row that it looked at. */
const steps = { enrol: afterId, courses: afterId, recertify: afterId, overdue: afterId, leavers: afterId };
const stepOf: { readonly [Name in keyof typeof steps]: RuleStep } = {
  enrol: enrolCandidates,
  courses: assignCourses,
  recertify,
  overdue: changeOverdue,
  leavers: cancelLeavers,
};

/**
 * Rules done so far and the last of them; the rule at hand (0: none) and how far it has come; of a dry run the places given away by
 * component.
 */
const cursor = z.strictObject({
  done: z.int(),
  past: z.int(),
  rule: z.int(),
  at: phaseCursor(steps).nullable(),
  given: z.record(z.string(), z.int()),
});
type Cursor = z.output<typeof cursor>;

/**
 * Handbook, catalogue: ParticipantAutomaticRegistration. A rule's steps are phases, each a page at a time; the first step, who
 * the candidates are, is part of what the
 * others read. What is left to do is asked of the database, so a night on which nothing changed writes nothing. And every
 * write asks again whether it still holds: the place, the cycle, the status, the person.
 *
 * What the spec leaves open: all steps keep to the rule's candidates and to the registrations it made. A place that a
 * cancellation frees goes to the waiting list as in 2.3.5, counted as `promoted`; a dry run rehearses no promotion.
 *
 * A registration in a template's personal syllabus that finds no course waits for one, each night anew (`noCourse`). The suite
 * that this processor comes from would make a course in that case, by its AutoCourseCreationJob; this processor makes none.
 */
export const ParticipantAutomaticRegistration = defineProcessor({
  id: "ParticipantAutomaticRegistration",
  group: "enrolment",
  title: "Enrol automatically",
  summary: "Enrols the members of groups on courses, templates and learning paths, and again where they recertify.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 30 2 * * ?",
  after: ["CancelInactiveUsersJob", "TargetGroupPersonAssignment", "CoursePreparation"],
  dryRun: "lower_bound",
  parameters,
  cursor,
  cursorVersion: 2,
  counts: ruleCounts,
  async *run({ rows, run, now, today, timeZone, log, configuration, parameters: { ruleIds, chunkSize }, cursor }) {
    const settings = await enrolmentSettings(configuration);
    const total = (await rows.first(countRules(today, ruleIds)))?.total ?? 0;
    if (ruleIds && !cursor) {
      const found = await rows.all(missingRules(today, ruleIds));
      if (found.length > 0)
        log.warn(`Not applied, since not there or not active: rules ${found.map(({ id }) => id).join(", ")}`);
    }
    let at: Cursor = cursor ?? { done: 0, past: 0, rule: 0, at: null, given: {} };
    for (;;) {
      const rule = await rows.first(nextRule(at.past, today, ruleIds));
      if (!rule) return undefined;
      // A rule that was at hand when the run was interrupted may be gone.
      if (rule.id !== at.rule) at = { ...at, rule: rule.id, at: null };
      const given = { ...at.given };
      const daysToFinish = rule.daysToFinish ?? settings.daysToFinish;
      const coverage = settings.equivalences;
      const scene = { rows, run, now, today, timeZone, log, chunkSize };
      let failed: Unit<RuleCount> | null = null;
      try {
        const failure = ruleProblem(rule) ?? (await prerequisitesProblem(rows, rule.prerequisites));
        if (failure) failed = { ref: `rule:${rule.id}`, writes: [], failure };
        else yield* applyRule({ ...scene, rule, settings, daysToFinish, coverage, given }, at);
      } catch (error) {
        // Whatever it is about this rule, the others are applied all the same.
        failed = await unitOf(`rule:${rule.id}`, () => Promise.reject(error));
      }
      at = { done: at.done + 1, past: rule.id, rule: 0, at: null, given };
      yield {
        units: failed ? [failed] : [],
        counts: failed ? {} : { rules: 1 },
        cursor: at,
        progress: { done: at.done, total },
      };
    }
  },
});

async function* applyRule(work: RuleWork, at: Cursor): AsyncGenerator<Yielded<Cursor, RuleCount>, void, unknown> {
  const { rule, run, now, given, settings } = work;
  const notes: SQL[] = [];
  if (rule.firstRunAt === null) notes.push(markFirstRun(rule.id, now));
  if (rule.daysToFinish === null) notes.push(fixDaysToFinish(rule.id, settings.daysToFinish, now));
  if (notes.length > 0 && !run.dryRun) yield { cursor: at, also: notes };
  const take = (name: keyof typeof steps) => (from: z.output<typeof afterId> | null) => stepOf[name](work, from);
  const all = {
    enrol: take("enrol"),
    courses: take("courses"),
    recertify: take("recertify"),
    overdue: take("overdue"),
    leavers: take("leavers"),
  };
  for await (const step of phases<typeof steps, RuleCount>(at.at, steps, all))
    yield { ...step, cursor: { ...at, at: step.cursor ?? null, given: { ...given } } };
}
