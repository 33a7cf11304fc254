import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { trueSince } from "../../learning/completion/true-since.ts";
import { type ClosableRegistration, closableColumns } from "../../learning/enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../../learning/enrolment/next-cycle.ts";
import { statusList } from "../../learning/enrolment/status.ts";
import { Successes } from "../../learning/enrolment/success/successes.ts";
import { metaTags, metaWord } from "../../learning/meta.ts";
import { readProgress } from "../../learning/progress/progress.ts";
import { evaluate } from "../../learning/rules/evaluate.ts";
import { readRegistrationFacts } from "../../learning/rules/facts.ts";
import { ruleProblem } from "../../learning/rules/rule-problem.ts";
import { parseRule, type Rule } from "../../learning/rules/schema.ts";
import type { PersonScene } from "../../learning/rules/sql.ts";
import { components } from "../../learning/schema/content.ts";
import { leadHit } from "../../store/change.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import { defineProcessor, type RunContext, type Unit } from "../contract.ts";
import { pages } from "../patterns/pages.ts";

const parameters = z.strictObject({
  fromStatuses: z
    .array(z.enum(["booked", "in_progress"]))
    .min(1)
    .default(["booked", "in_progress"])
    .describe("Statuses out of which a registration is completed"),
});

/** The last registration by component and id. */
const cursor = z.strictObject({ component: z.int(), after: z.int() });
type Position = z.output<typeof cursor>;

const words = ["none", "progress", "logic"] as const;
const pathColumns = columns(components, ["completionRule"], "component");

/** An open registration on a learning path that completes by itself. */
interface Learner extends ClosableRegistration, RowOf<typeof pathColumns> {
  /** Meta 11814 as it is stored. */
  readonly completionBy: string;
}

/** How a path completes; a failure says why it cannot be known. */
type Completion = { readonly by: "progress" } | { readonly by: "logic"; readonly rule: Rule } | Failure;

/** Who is done, by registration: what showed it, and the instant (ms) of the last completion that did; null: not known. */
type Done = ReadonlyMap<number, { readonly by: "progress" | "logic"; readonly at: number | null }>;

/**
 * Handbook, catalogue: ProgramStatusUpdateForLearners. A path's registration, what its success gives and its row in the log are one
 * unit; the log keeps one that a person has reset by hand from being completed again.
 *
 * A path that cannot be judged fails once, at its first open registration; one without an open registration is not looked at.
 */
export const ProgramStatusUpdateForLearners = defineProcessor({
  id: "ProgramStatusUpdateForLearners",
  group: "paths",
  title: "Complete learning paths",
  summary: "Completes learning paths whose progress is complete, or whose completion rule is met.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 55 3 * * ?",
  after: ["ProgrammeCurriculumLevelStatusUpdateJob", "CourseProgressUpdateJob"],
  dryRun: "exact",
  parameters,
  cursor,
  counts: ["completed"],
  async *run(context) {
    const { rows, cursor, configuration, parameters: chosen } = context;
    const start: Position = cursor ?? { component: 0, after: 0 };
    const read = (at: Position) => rows.all(learners(at, chosen.fromStatuses, chosen.chunkSize));
    const keyOf = ({ componentId, id }: Learner): Position => ({ component: componentId, after: id });
    let told = start.component;
    for await (const { rows: found, after } of pages(start, read, keyOf)) {
      const coverage = await configuration.read(settings.equivalencesEnabled);
      const completions = await readCompletions(context, found);
      const done = await findDone(context, found, completions, coverage);
      const successes = new Successes(context);
      const units: Unit<"completed">[] = [];
      for (const learner of found) {
        const completion = completions.get(learner.componentId);
        if (completion && !("by" in completion)) {
          if (told !== learner.componentId)
            units.push({ ref: `component:${learner.componentId}`, writes: [], failure: completion });
        } else units.push(unitOfLearner(learner, done, successes, context.now));
        told = learner.componentId;
      }
      yield { units, followUp: successes.followUp(), cursor: after };
    }
    return undefined;
  },
});

function unitOfLearner(learner: Learner, done: Done, successes: Successes, now: number): Unit<"completed"> {
  const ref = `registration:${learner.id}`;
  const reached = done.get(learner.id);
  if (!reached) return { ref, writes: [] };
  const also = sql`NOT EXISTS (SELECT 1 FROM program_status_update_log AS told WHERE told.registration_id = registrations.id)`;
  const [own] = successes.succeed(learner, { to: "completed", completedAt: reached.at, also });
  const logged = sql`INSERT INTO program_status_update_log
      (client_id, registration_id, person_id, component_id, from_status, to_status, "trigger", at, run_id, created_at, updated_at)
    SELECT ${thisClient}, ${learner.id}, ${learner.personId}, ${learner.componentId}, ${learner.status}, 'completed', ${reached.by},
      ${now}, ${thisRun}, ${now}, ${now} WHERE ${leadHit}`;
  return { ref, writes: [{ ...own, count: "completed" }, logged] };
}

/** How the paths of some registrations complete, by component. */
async function readCompletions(
  { rows }: Pick<RunContext, "rows">,
  found: readonly Learner[],
): Promise<Map<number, Completion>> {
  const completions = new Map<number, Completion>();
  for (const { componentId, completionBy, completionRule } of found) {
    if (!completions.has(componentId))
      completions.set(componentId, await completionOf(rows, completionBy, completionRule));
  }
  return completions;
}

async function completionOf(rows: RunContext["rows"], by: string, stored: string | null): Promise<Completion> {
  const word = metaWord(by, words);
  if (word.state !== "set" || word.value === "none")
    return {
      code: "bad_value",
      message: `Meta tag ${metaTags.completionBy} is "${by}"; choose none, progress or logic`,
    };
  if (word.value === "progress") return { by: "progress" };
  if (stored === null)
    return {
      code: "bad_rule",
      message: `completion_rule: meta tag ${metaTags.completionBy} asks for a rule; enter one`,
    };
  const problem = await ruleProblem(rows, stored, "completion_rule");
  const parsed = parseRule(stored);
  return problem ?? (parsed.ok ? { by: "logic", rule: parsed.rule } : { code: "bad_rule", message: "completion_rule" });
}

/** Which of some registrations are done: one read for those by progress, one for those by logic. */
async function findDone(
  { rows, today, timeZone }: Pick<RunContext, "rows" | "today" | "timeZone">,
  found: readonly Learner[],
  completions: ReadonlyMap<number, Completion>,
  coverage: boolean,
): Promise<Done> {
  const done = new Map<number, { by: "progress" | "logic"; at: number | null }>();
  const scene: PersonScene = { today, timeZone, coverage };
  const by = (learner: Learner) => {
    const completion = completions.get(learner.componentId);
    return completion && "by" in completion ? completion : null;
  };
  const byProgress = found.filter((one) => by(one)?.by === "progress").map(({ id }) => id);
  for (const { id, pct, finishedAt } of await readProgress(rows, byProgress, coverage))
    if (pct === 100) done.set(id, { by: "progress", at: finishedAt });
  const byLogic = found.flatMap((learner) => {
    const completion = by(learner);
    return completion?.by === "logic" ? [{ learner, rule: completion.rule }] : [];
  });
  if (byLogic.length === 0) return done;
  const rules = [...new Set(byLogic.map(({ rule }) => rule))];
  const facts = await readRegistrationFacts(
    rows,
    byLogic.map(({ learner }) => learner),
    rules,
    coverage,
  );
  for (const { learner, rule } of byLogic) {
    const known = facts.get(learner.id);
    if (known && evaluate(rule, known, scene)) done.set(learner.id, { by: "logic", at: trueSince(rule, known, scene) });
  }
  return done;
}

/** Registrations on paths with meta 11814, in the order of components and ids behind `at`, that no night has completed yet. */
function learners(at: Position, statuses: readonly ("booked" | "in_progress")[], limit: number): SQL<Learner> {
  // The page is chosen from indexes alone, before anything is read of its registrations.
  return sql`SELECT ${closableColumns}, ${recertificationColumns}, ${pathColumns}, page.completionBy
    FROM (SELECT open.id, meta.value AS completionBy
      FROM meta_values AS meta
      CROSS JOIN components AS path ON path.id = meta.component_id AND path.client_id = meta.client_id AND path.kind = 'learning_path'
      CROSS JOIN registrations AS open INDEXED BY registrations_component ON open.client_id = meta.client_id
        AND open.component_id = meta.component_id AND open.status IN ${statusList(statuses)}
      WHERE meta.client_id = ${thisClient} AND meta.meta_tag_id = ${metaTags.completionBy} AND trim(meta.value) NOT IN ('', 'none')
        AND meta.component_id >= ${at.component} AND (meta.component_id, open.id) > (${at.component}, ${at.after})
        AND NOT EXISTS (SELECT 1 FROM program_status_update_log AS told WHERE told.registration_id = open.id)
      ORDER BY meta.component_id, open.id LIMIT ${limit}) AS page
    CROSS JOIN registrations AS registration ON registration.id = page.id
    CROSS JOIN components AS component ON component.id = registration.component_id
    ${recertificationJoin}
    ORDER BY registration.component_id, registration.id`;
}
