import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import {
  type CheckedComponent,
  type CheckedRegistration,
  checkedComponents,
  checkedRegistrations,
  noteChecked,
  noteStanding,
  type PrerequisiteStatus,
} from "../../learning/enrolment/prerequisites/prerequisite-check.ts";
import { prerequisitesProblem } from "../../learning/enrolment/prerequisites/prerequisites.ts";
import { metaDay, metaTags } from "../../learning/meta.ts";
import { parseRule, type Rule } from "../../learning/rules/schema.ts";
import { localDay } from "../../time/day.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";
import { pages } from "../patterns/pages.ts";

const parameters = z.strictObject({
  recheckOverdue: z.boolean().default(false).describe("Also look again at registrations that are overdue"),
  markNew: z
    .boolean()
    .default(true)
    .describe("Also look at registrations that were made before their component had prerequisites"),
});

/** Components below `component` are done, and on it the registrations up to `after`. */
const position = z.strictObject({ component: z.int(), after: z.int() });
type Position = z.output<typeof position>;
type Context = RunContext<z.output<typeof parameters>, Position>;
type Count = "met" | "overdue";

/** A component at work. */
interface Task {
  readonly id: number;
  /** Null: the component has no prerequisites any more. */
  readonly rule: Rule | null;
  /** The day until which they are to be met is past. */
  readonly past: boolean;
  /** What the registrations that are looked at say. */
  readonly statuses: readonly PrerequisiteStatus[];
}

/**
 * Handbook, catalogue: PrerequisiteCheck. Who meets them is decided for a page of registrations in one query, and what changes is
 * written for all of them at once. Who met them once is not asked again.
 */
export const PrerequisiteCheck = defineProcessor({
  id: "PrerequisiteCheck",
  group: "enrolment",
  title: "Check prerequisites",
  summary: "Notes on open registrations whose prerequisites are met by now, and whose are overdue.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 0 3 * * ?",
  after: ["ParticipantAutomaticRegistration", "RefreshJob"],
  dryRun: "exact",
  parameters,
  cursor: position,
  counts: ["met", "overdue"],
  async *run(context) {
    const { rows, parameters: chosen, cursor } = context;
    const start = cursor ?? { component: 1, after: 0 };
    const read = (done: number) => rows.all(checkedComponents(chosen.markNew, done, chosen.chunkSize));
    for await (const page of pages(start.component - 1, read, ({ id }) => id)) {
      for (const component of page.rows) {
        const task = await taskOf(context, component);
        const done = { component: component.id + 1, after: 0 };
        if ("writes" in task) yield { units: [task], cursor: done };
        else yield* check(context, task, component.id === start.component ? start.after : 0);
      }
    }
    return undefined;
  },
});

/** What is to be done on a component; a unit that fails where it cannot be judged who meets its prerequisites. */
async function taskOf(
  { rows, today, log, parameters }: Context,
  { id, prerequisites, dueOn }: CheckedComponent,
): Promise<Task | Unit<Count>> {
  const failure = await prerequisitesProblem(rows, prerequisites);
  if (failure) return { ref: `component:${id}`, writes: [], failure };
  const due = metaDay(dueOn);
  if (due.state === "invalid")
    log.warn(
      `Meta tag ${metaTags.prerequisitesDueOn} of component ${id} is "${due.text}", which is no day; it counts as not set`,
    );
  const past = due.state === "set" && due.value < today;
  const parsed = prerequisites === null ? null : parseRule(prerequisites);
  const rule = parsed?.ok ? parsed.rule : null;
  const statuses: PrerequisiteStatus[] = ["not_met"];
  if (rule === null || !past || parameters.recheckOverdue) statuses.push("overdue");
  if (rule !== null && parameters.markNew) statuses.push("none");
  return { id, rule, past, statuses };
}

async function* check(context: Context, task: Task, from: number): AsyncGenerator<Step<Position, Count>, void> {
  const { rows, now, today, timeZone, configuration, parameters } = context;
  const coverage = await configuration.read(settings.equivalencesEnabled);
  const scene = { today, timeZone, coverage };
  const read = (after: number) =>
    rows.all(checkedRegistrations(task.id, task.rule, scene, task.statuses, { after, limit: parameters.chunkSize }));
  for await (const page of pages(from, read, ({ id }) => id)) {
    const changed = new Map<PrerequisiteStatus, number[]>();
    const same: CheckedRegistration[] = [];
    for (const registration of page.rows) {
      const to = standingOf(task, registration);
      if (to === registration.prerequisiteStatus) same.push(registration);
      else changed.set(to, [...(changed.get(to) ?? []), registration.id]);
    }
    const units = [...changed].map(([to, ids]): Unit<Count> => {
      const noted = noteStanding(ids, task.statuses, to, now);
      const count = to === "met" || to === "overdue" ? { count: to } : {};
      return { ref: unitRef(task, ids), rows: ids.length, writes: [{ ...noted, ...count }] };
    });
    if (same.length > 0)
      units.push({
        ref: unitRef(
          task,
          same.map(({ id }) => id),
        ),
        rows: same.length,
        writes: [],
      });
    const stale = same.filter(({ prerequisiteCheckedAt: at }) => at === null || localDay(at, timeZone) < today);
    yield {
      units,
      followUp:
        stale.length > 0
          ? [
              noteChecked(
                stale.map(({ id }) => id),
                now,
              ),
            ]
          : [],
      cursor: { component: task.id, after: page.after },
    };
  }
}

/** What a registration is to say of its prerequisites. */
function standingOf({ rule, past }: Task, { met, prerequisiteStatus }: CheckedRegistration): PrerequisiteStatus {
  if (rule === null) return "none";
  if (met) return "met";
  // One that knows nothing of them is first told that they are not met.
  return past && prerequisiteStatus !== "none" ? "overdue" : "not_met";
}

function unitRef({ id }: Task, registrations: readonly number[]): string {
  return `component:${id} registration:${registrations[0]}–${registrations.at(-1)}`;
}
