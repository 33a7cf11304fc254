import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import {
  addEntries,
  differences,
  type Extent,
  removeEntries,
  restateEntries,
} from "../../learning/equivalences/coverage.ts";
import {
  type EquivalenceRule,
  equivalenceProblem,
  markComputed,
  peopleOfRule,
  rulesToCompute,
} from "../../learning/equivalences/rules.ts";
import { among } from "../../store/select.ts";
import { defineProcessor, noAction, type RunContext, type Step, type Unit } from "../contract.ts";
import { pages } from "../patterns/pages.ts";

const parameters = z.strictObject({
  all: z.boolean().default(false).describe("Compute every rule anew, also those that have not changed"),
  ruleIds: z.array(z.int().min(1)).min(1).max(1000).nullable().default(null).describe("Only these rules"),
});

/** Rules up to `past` are done; of rule `rule`, in the version that was read at its start, the people up to `after`. */
const cursor = z.strictObject({ past: z.int(), rule: z.int(), version: z.int(), after: z.int() });
type Cursor = z.output<typeof cursor>;
type Context = RunContext<z.output<typeof parameters>, Cursor>;

const counts = ["rules", "added", "removed"] as const;
type Count = (typeof counts)[number];

/**
 * Handbook, catalogue: EqsResetCoverageDataJob. It makes the entries of changed rules what the completions there are justify, people by
 * people; what is completed later is seen to by the completion itself. A rule that is saved meanwhile is computed again by the next run.
 */
export const EqsResetCoverageDataJob = defineProcessor({
  id: "EqsResetCoverageDataJob",
  javaClass: "de.imc.clix.eqs.EqsResetCoverageDataJob",
  group: "courses",
  title: "Compute equivalences anew",
  summary: "Works out for changed rules of equivalence which courses are covered for whom by earlier completions.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 0 21 * * ?",
  after: [],
  dryRun: "exact",
  parameters,
  cursor,
  counts,
  async *run(context) {
    const { rows, configuration, parameters: chosen } = context;
    if (!(await configuration.read(settings.equivalencesEnabled)))
      return noAction(`Setting ${settings.equivalencesEnabled.key} is false: nothing is covered`);
    const start = context.cursor ?? { past: 0, rule: 0, version: 0, after: 0 };
    const read = (past: number) => rows.all(rulesToCompute(past, chosen, chosen.chunkSize));
    for await (const page of pages(start.past, read, ({ id }) => id)) {
      for (const rule of page.rows) {
        const done = { past: rule.id, rule: 0, version: 0, after: 0 };
        const failure = equivalenceProblem(rule);
        if (failure) {
          yield { units: [{ ref: `rule:${rule.id}`, writes: [], failure }], cursor: done };
          continue;
        }
        const resumed = rule.id === start.rule;
        const version = resumed ? start.version : rule.version;
        yield* computeRule(context, rule, {
          ...done,
          past: rule.id - 1,
          rule: rule.id,
          version,
          after: resumed ? start.after : 0,
        });
        const writes = rule.computedVersion < version ? [markComputed({ id: rule.id, version }, context.now)] : [];
        yield { units: [{ ref: `rule:${rule.id}`, writes }], counts: { rules: 1 }, cursor: done };
      }
    }
    return undefined;
  },
});

/** Makes a rule's entries what is justified, a page of people at a time; a page in which nothing differs is not written. */
async function* computeRule(
  context: Context,
  { id }: EquivalenceRule,
  start: Cursor,
): AsyncGenerator<Step<Cursor, Count>, void> {
  const { rows, parameters } = context;
  const read = (after: number) => rows.all(peopleOfRule(id, after, parameters.chunkSize));
  for await (const page of pages(start.after, read, (person) => person.id)) {
    const people = among(page.rows.map((person) => person.id));
    const extent: Extent = { rules: sql`(SELECT ${id})`, people };
    const [gone, come, other] = await rows.each([
      differences.unjustified(extent, context),
      differences.missing(extent, context),
      differences.restated(extent, context),
    ]);
    const ref = `rule:${id} person:${page.rows[0]?.id}–${page.after}`;
    const change = (found: readonly unknown[], differing: SQL, write: SQL, count: Count): Unit<Count>[] => {
      if (found.length === 0) return [];
      const rows = sql`SELECT DISTINCT * FROM (${differing})`;
      return [{ ref, rows: found.length, writes: [{ rows, write, count, indexed: "person" }] }];
    };
    const units = [
      ...change(gone, differences.unjustified(extent, context), removeEntries(extent, context), "removed"),
      ...change(come, differences.missing(extent, context), addEntries(extent, context), "added"),
    ];
    if (other.length > 0) units.push({ ref, rows: other.length, writes: [restateEntries(extent, context)] });
    if (units.length > 0) yield { units, cursor: { ...start, after: page.after } };
  }
}
