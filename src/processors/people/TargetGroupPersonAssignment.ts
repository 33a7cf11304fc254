import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Place } from "../../learning/rules/order.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, noAction, type RunContext, type Step } from "../contract.ts";
import { countLeaving, enter, leave, type Membership, readEntering, readLeaving } from "./target-group-members.ts";
import { comparePlaces, type GroupDefinition, mark, readPlan } from "./target-group-plan.ts";

const parameters = z.strictObject({
  groupIds: z
    .array(z.int().min(1))
    .min(1)
    .nullable()
    .default(null)
    .describe("Numbers of the target groups to evaluate; empty means all"),
  includePassive: z.boolean().default(false).describe("Passive people can be members too"),
  maxChangePct: z
    .int()
    .min(0)
    .max(100)
    .default(50)
    .describe("A group of 20 members or more that would lose a larger share keeps its members, and fails"),
});

/** The share is not asked of smaller groups. */
const SMALL = 20;

interface Cursor extends Place {
  /** Where in the group at this place the run is; null: behind it. */
  readonly within: Within | null;
}

interface Within {
  /** Who would leave is counted before anybody does; then people leave, then they enter. */
  readonly phase: "count" | "leave" | "enter";
  /** Id of the last person who was looked at. */
  readonly after: number;
  /** Counted so far: rows that are no longer true, and people who would be no members without them. */
  readonly rows: number;
  readonly people: number;
  /** The definition that this belongs to. */
  readonly definition: string;
}

const START: Cursor = { depth: 0, id: 0, within: null };

type Context = Pick<RunContext<z.output<typeof parameters>, Cursor>, "run" | "rows" | "now" | "parameters">;

/**
 * Spec 2.2.1. For each group the difference between rule and members is computed by the database, a chunk at a time behind the
 * last person's id; only what differs is read and written. A definition that is edited meanwhile begins its group anew. A group
 * that keeps its members because it would lose too many takes nobody in either.
 */
export const TargetGroupPersonAssignment = defineProcessor<typeof parameters, Cursor>({
  id: "TargetGroupPersonAssignment",
  group: "people",
  summary: "Makes the members of each target group those for whom its rule holds.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 0 2 * * ?",
  after: ["UserImport", "GroupImport", "XMLGroupImport"],
  dryRun: "lower_bound",
  parameters,
  counts: ["groups", "added", "removed", "commands"],
  async *run(context) {
    const { rows, today, timeZone, parameters, log } = context;
    const { groupIds, includePassive, chunkSize } = parameters;
    const statuses = includePassive ? ["active", "passive"] : ["active"];
    let at = context.cursor ?? START;
    for (let planned = 0; ; planned += 1) {
      const plan = await readPlan(rows, groupIds);
      const missing = planned > 0 ? [] : (groupIds ?? []).filter((id) => !plan.some(({ place }) => place.id === id));
      if (missing.length > 0) log.warn(`No active target group with a rule: ${missing.join(", ")}`);
      if (plan.length === 0 && at === START) return noAction("There is no active target group with a rule");
      const under = (place: Place) => at.within !== null && place.id === at.id;
      const left = plan.filter(({ place }) => under(place) || comparePlaces(place, at) > 0);
      let edited = false;
      for (const one of left) {
        const { place } = one;
        const progress = { done: plan.indexOf(one), total: plan.length };
        if ("failure" in one) {
          at = { ...place, within: null };
          yield { units: [{ ref: `group:${place.id}`, writes: [], failure: one.failure }], cursor: at, progress };
          continue;
        }
        const membership = { group: one.group, today, timeZone, statuses, chunkSize };
        const within = under(place) ? at.within : null;
        edited = yield* evaluate(context, membership, within, (inside) => {
          at = { ...place, within: inside };
          return { cursor: at, progress };
        });
        if (edited) break;
      }
      if (!edited) return undefined;
    }
  },
});

/**
 * Brings one group in line with its rule, from where an earlier slice stopped.
 *
 * @param at gives what a step says of where the run is; null: behind the group
 * @returns true if the definition was edited meanwhile: the group begins anew, in its new place
 */
async function* evaluate(
  { run, rows, now, parameters: { maxChangePct } }: Context,
  membership: Membership,
  from: Within | null,
  at: (within: Within | null) => Pick<Step<Cursor>, "progress"> & { cursor: Cursor },
): AsyncGenerator<Step<Cursor>, boolean> {
  const { definition } = membership.group;
  const fresh: Within = { phase: "count", after: 0, rows: 0, people: 0, definition: mark(definition) };
  let within = from?.definition === fresh.definition ? from : fresh;
  const edited = (stored: GroupDefinition | null) => {
    if (stored && mark(stored) === fresh.definition) return false;
    at({ ...fresh, definition: "" });
    return true;
  };
  for (;;) {
    if (within.phase === "count") {
      const found = await countLeaving(rows, membership, within.after);
      if (edited(found.definition)) return true;
      within = { ...within, rows: within.rows + found.rows, people: within.people + found.people };
      if (found.after !== null) {
        within = { ...within, after: found.after };
        yield at(within);
      } else if (found.members >= SMALL && within.people * 100 > found.members * maxChangePct) {
        const message = `${within.people} of ${found.members} members would leave, more than ${maxChangePct} % (maxChangePct); all were kept. Check the rule`;
        const failure = { code: "suspicious_result", message };
        yield { units: [{ ref: `group:${definition.id}`, writes: [], failure }], ...at(null) };
        return false;
      } else within = { ...within, phase: within.rows > 0 ? "leave" : "enter", after: 0 };
      continue;
    }
    const read = within.phase === "leave" ? readLeaving : readEntering;
    const page = await read(rows, membership, within.after);
    if (edited(page.definition)) return true;
    const move = within.phase === "leave" ? leave : enter;
    const { personIds } = page;
    const units = personIds.length > 0 ? [move(membership, personIds, now)] : [];
    // A unit counts as one row that was looked at; this one is about several.
    const scanned = Math.max(0, personIds.length - 1);
    if (page.after !== null) {
      within = { ...within, after: page.after };
      yield { units, counts: { scanned }, ...at(within) };
    } else if (within.phase === "leave") {
      within = { ...within, phase: "enter", after: 0 };
      yield { units, counts: { scanned }, ...at(within) };
    } else {
      // A dry run has evaluated nothing.
      yield {
        units,
        also: run.dryRun ? [] : [evaluated(definition.id, now)],
        counts: { scanned, groups: 1 },
        ...at(null),
      };
      return false;
    }
  }
}

function evaluated(id: number, now: number) {
  return sql`UPDATE groups SET evaluated_at = ${now} WHERE id = ${id} AND client_id = ${thisClient}`;
}
