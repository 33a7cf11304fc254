import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { attributesOf } from "../../learning/commands.ts";
import type { Rank } from "../../learning/rules/order.ts";
import { unknownAttributeFailure } from "../../learning/rules/unknown-attributes.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, noAction, type RunContext, type Step, type Unit } from "../contract.ts";
import { unitOf } from "../unit-of.ts";
import {
  countEntering,
  countLeaving,
  enter,
  leave,
  type Membership,
  readEntering,
  readLeaving,
  readUnknownAttributes,
} from "./target-group-members.ts";
import { compareRanks, type GroupDefinition, mark, type PlannedGroup, readPlan } from "./target-group-plan.ts";

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
    .max(10_000)
    .default(50)
    .describe(
      "A group of 20 members or more that would lose or gain a larger share keeps its members, and fails; above 100 it may more than double",
    ),
});

/** The share is not asked of smaller groups. */
const SMALL = 20;

const counted = z.strictObject({ rows: z.int(), people: z.int() });

/** Where in a group a run is. */
const within = z.strictObject({
  /** Who would leave and who would enter is counted before it happens; then people leave, then they enter. */
  phase: z.enum(["count_leaving", "count_entering", "leave", "enter"]),
  /** Id of the last person who was looked at. */
  after: z.int(),
  /** Counted so far: rows to delete and to insert, and people whom the group would lose and gain by that. */
  leaving: counted,
  entering: counted,
  /** The definition that this belongs to. */
  definition: z.string(),
});
type Within = z.output<typeof within>;

/** The place of a group in the order of their evaluation, and where in that group the run is; null: behind it. */
const cursor = z.strictObject({ depth: z.int(), id: z.int(), within: within.nullable() });
type Cursor = z.output<typeof cursor>;

const NONE = { rows: 0, people: 0 };

const START: Cursor = { depth: 0, id: 0, within: null };

type Context = Pick<RunContext<z.output<typeof parameters>, Cursor>, "run" | "rows" | "now" | "parameters">;

const counts = ["groups", "added", "removed", "commands"] as const;
type Count = (typeof counts)[number];

/**
 * Handbook, catalogue: TargetGroupPersonAssignment. For each group the difference between rule and members is computed by the
 * database, a chunk at a time behind the
 * last person's id; only what differs is read and written. A definition that is edited meanwhile begins its group anew. A group
 * that keeps its members because it would lose or gain too many neither loses nor gains a person. A group that is switched off
 * has no rule: it loses whom its rule brought, however many, and its `on_leave` commands run for them.
 */
export const TargetGroupPersonAssignment = defineProcessor({
  id: "TargetGroupPersonAssignment",
  group: "people",
  title: "Update target groups",
  summary: "Makes the members of each target group those for whom its rule holds.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 0 2 * * ?",
  after: ["UserImport", "GroupImport", "XMLGroupImport", "UserTerminate"],
  dryRun: "lower_bound",
  parameters,
  cursor,
  cursorVersion: 2,
  // What was counted and judged is true of its own night only: the group at hand begins anew.
  nextRunFrom: (cursor) => ({ ...cursor, within: cursor.within && { ...cursor.within, definition: "" } }),
  counts,
  async *run(context) {
    const { rows, today, timeZone, parameters, log, configuration } = context;
    const { groupIds, includePassive, chunkSize } = parameters;
    const coverage = await configuration.read(settings.equivalencesEnabled);
    const statuses = includePassive ? ["active", "passive"] : ["active"];
    let at = context.cursor ?? START;
    for (let planned = 0; ; planned += 1) {
      const plan = await readPlan(rows, groupIds);
      const missing = planned > 0 ? [] : (groupIds ?? []).filter((id) => !plan.some(({ rank }) => rank.id === id));
      if (missing.length > 0) log.warn(`No active target group with a rule: ${missing.join(", ")}`);
      if (plan.length === 0 && at === START) return noAction("There is no active target group with a rule");
      const under = (rank: Rank) => at.within !== null && rank.id === at.id;
      const left = plan.filter(({ rank }) => under(rank) || compareRanks(rank, at) > 0);
      const promised = new Set(context.run.dryRun ? plan.flatMap(givenAttributes) : []);
      let edited = false;
      for (const one of left) {
        const { rank } = one;
        const progress = { done: plan.indexOf(one), total: plan.length };
        if ("failure" in one) {
          at = { ...rank, within: null };
          yield { units: [{ ref: `group:${rank.id}`, writes: [], failure: one.failure }], cursor: at, progress };
          continue;
        }
        const membership = { group: one.group, today, timeZone, coverage, promised, statuses, chunkSize };
        const within = under(rank) ? at.within : null;
        try {
          edited = yield* evaluate(context, membership, within, (inside) => {
            at = { ...rank, within: inside };
            return { cursor: at, progress };
          });
        } catch (error) {
          // Whatever it is about this group, the others are evaluated all the same.
          const failed = await unitOf(`group:${rank.id}`, () => Promise.reject(error));
          at = { ...rank, within: null };
          yield { units: [failed], cursor: at, progress };
        }
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
  at: (within: Within | null) => Pick<Step<Cursor, Count>, "progress"> & { cursor: Cursor },
): AsyncGenerator<Step<Cursor, Count>, boolean> {
  const { definition } = membership.group;
  const ref = `group:${definition.id}`;
  const phase = definition.active ? "count_leaving" : "leave";
  const fresh: Within = { phase, after: 0, leaving: NONE, entering: NONE, definition: mark(definition) };
  let within = from?.definition === fresh.definition ? from : fresh;
  const edited = (stored: GroupDefinition | null) => {
    if (stored && mark(stored) === fresh.definition) return false;
    at({ ...fresh, definition: "" });
    return true;
  };
  if (within === fresh) {
    // Asked when its turn has come: the commands of a group before it may have given the attribute to a person.
    const failure = unknownAttributeFailure(await readUnknownAttributes(rows, membership));
    if (failure) {
      yield { units: [{ ref, writes: [], failure }], ...at(null) };
      return false;
    }
  }
  for (;;) {
    if (within.phase === "count_leaving" || within.phase === "count_entering") {
      const leaving = within.phase === "count_leaving";
      const found = await (leaving ? countLeaving : countEntering)(rows, membership, within.after);
      if (edited(found.definition)) return true;
      const counted = leaving ? within.leaving : within.entering;
      const sum = { rows: counted.rows + found.rows, people: counted.people + found.people };
      within = { ...within, ...(leaving ? { leaving: sum } : { entering: sum }) };
      if (found.after !== null) {
        within = { ...within, after: found.after };
        yield at(within);
        continue;
      }
      const guarded = found.members >= SMALL;
      if (guarded && sum.people * 100 > found.members * maxChangePct) {
        const change = leaving
          ? `${sum.people} of ${found.members} members would leave`
          : `${sum.people} would enter beside ${found.members} members`;
        const message = `${change}, more than ${maxChangePct} % (maxChangePct); the members were kept as they are. Check the rule`;
        yield { units: [{ ref, writes: [], failure: { code: "suspicious_result", message } }], ...at(null) };
        return false;
      }
      if (leaving && guarded) within = { ...within, phase: "count_entering", after: 0 };
      else if (within.leaving.rows > 0) within = { ...within, phase: "leave", after: 0 };
      else if (leaving || sum.rows > 0) within = { ...within, phase: "enter", after: 0 };
      else {
        yield finished([]);
        return false;
      }
      continue;
    }
    const read = within.phase === "leave" ? readLeaving : readEntering;
    const page = await read(rows, membership, within.after);
    if (edited(page.definition)) return true;
    const move = within.phase === "leave" ? leave : enter;
    const { personIds } = page;
    const units = personIds.length > 0 ? [move(membership, personIds, now)] : [];
    if (page.after !== null) {
      within = { ...within, after: page.after };
      yield { units, ...at(within) };
    } else if (within.phase === "leave" && definition.active) {
      within = { ...within, phase: "enter", after: 0 };
      yield { units, ...at(within) };
    } else {
      yield finished(units);
      return false;
    }
  }
  function finished(units: readonly Unit<Count>[]): Step<Cursor, Count> {
    // A dry run has evaluated nothing.
    const also = run.dryRun ? [] : [evaluated(definition.id, now)];
    return { units, also, counts: { groups: 1 }, ...at(null) };
  }
}

function givenAttributes(planned: PlannedGroup): readonly string[] {
  return "group" in planned ? attributesOf([...planned.group.onEnter, ...planned.group.onLeave]) : [];
}

function evaluated(id: number, now: number) {
  return sql`UPDATE groups SET evaluated_at = ${now} WHERE id = ${id} AND client_id = ${thisClient}`;
}
