import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { findTrim, LOGIC_WATERMARK, lastChange, nextChanges, trimSome } from "../../learning/change-log.ts";
import {
  allRegistrations,
  componentsRuledByDays,
  registrationsOn,
  type TouchedPage,
  touchedRegistrations,
} from "../../learning/enrolment/touched.ts";
import { readState, writeState } from "../../store/state.ts";
import { defineProcessor, type RunContext, type Step } from "../contract.ts";
import { pages } from "../patterns/pages.ts";
import { LearningLogic, type LogicCount, logicCounts } from "./learning-logic.ts";

const { processor: ID, key: WATERMARK } = LOGIC_WATERMARK;

const parameters = z.strictObject({
  full: z.boolean().default(false).describe("Look at every registration, whatever has changed since the last run"),
});

/**
 * Where a run stands. Changes behind `from` up to `to` are at work (all registrations, where `from` is null), of those up to `upper`, which
 * was the last when the run began; then, with `days`, what is ruled by days. Courses come before paths. `told`: components that were listed
 * as failed.
 */
const cursor = z.strictObject({
  upper: z.int(),
  from: z.int().nullable(),
  to: z.int(),
  days: z.boolean(),
  pass: z.enum(["courses", "paths"]),
  after: z.int(),
  told: z.array(z.int()),
});
type Cursor = z.output<typeof cursor>;
type Context = RunContext<z.output<typeof parameters>, Cursor>;

/**
 * Handbook, catalogue: ProgrammeCurriculumLevelStatusUpdateJob. It works through what has changed since the last run, a chunk of changes at
 * a time, and remembers each chunk that is done; its own changes lie behind the last that it looks at, and are for the next run. Of a
 * chunk the courses come first, so that the paths find them passed.
 */
export const ProgrammeCurriculumLevelStatusUpdateJob = defineProcessor({
  id: ID,
  group: "paths",
  title: "Apply learning logic",
  summary:
    "Credits completions, locks and unlocks items, passes courses by their rules, and brings progress and levels up to date.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 35 3 * * ?",
  after: ["ProgramRecertificationStatusJob"],
  // A path is as far as its courses, which a dry run finds as they were.
  dryRun: "lower_bound",
  parameters,
  cursor,
  counts: logicCounts,
  async *run(context) {
    const { rows, run, now } = context;
    const start = context.cursor ?? (await begin(context));
    if (!start) return undefined;
    let at = start;
    if (!at.days) {
      for (;;) {
        at = yield* workOn(context, at, (page) =>
          at.from === null ? allRegistrations(page) : touchedRegistrations({ from: at.from, to: at.to }, page),
        );
        const done = at.to;
        const [next] = done < at.upper ? await rows.all(nextChanges(done, at.upper, context.parameters.chunkSize)) : [];
        at = next?.to ? chunkFrom(at, done, next.to) : { ...at, days: true, pass: "courses", after: 0 };
        if (!run.dryRun) yield { also: [writeState(ID, WATERMARK, done)], cursor: at };
        if (at.days) break;
      }
    }
    const ruled = (await rows.all(componentsRuledByDays())).map(({ id }) => id);
    if (ruled.length > 0) at = yield* workOn(context, at, (page) => registrationsOn(ruled, page));
    for (;;) {
      const trim = run.dryRun ? null : await findTrim(rows, now);
      if (!trim) return undefined;
      at = { ...at, pass: "paths", after: Number.MAX_SAFE_INTEGER };
      yield { also: trimSome(trim, now), cursor: at };
    }
  },
});

const chunkFrom = (at: Cursor, from: number, to: number): Cursor => ({ ...at, from, to, pass: "courses", after: 0 });

/** Where a run begins. */
async function begin({ rows, parameters: { full, chunkSize } }: Context): Promise<Cursor> {
  const [[last], [state]] = await rows.each([lastChange(), readState(ID, WATERMARK)]);
  const upper = last?.last ?? 0;
  const at: Cursor = { upper, from: null, to: upper, days: false, pass: "courses", after: 0, told: [] };
  if (full || !state) return at;
  const from = Number(JSON.parse(String(state.value)));
  const [next] = await rows.all(nextChanges(from, upper, chunkSize));
  return next?.to ? chunkFrom(at, from, next.to) : { ...at, to: from, days: true };
}

/** Works on the registrations that `find` gives, courses and then paths. Returns where that ended. */
async function* workOn(
  context: Context,
  start: Cursor,
  find: (page: TouchedPage) => SQL<{ readonly id: number }>,
): AsyncGenerator<Step<Cursor, LogicCount>, Cursor> {
  const { rows, configuration, parameters } = context;
  let at = start;
  let logic: LearningLogic | null = null;
  for (const pass of start.pass === "courses" ? (["courses", "paths"] as const) : (["paths"] as const)) {
    const read = (after: number) => rows.all(find({ pass, after, limit: parameters.chunkSize }));
    for await (const page of pages(pass === start.pass ? start.after : 0, read, ({ id }) => id)) {
      logic ??= new LearningLogic(context, await configuration.read(settings.equivalencesEnabled), at.told);
      const { units, followUp, failed } = await logic.work(page.rows.map(({ id }) => id));
      at = { ...at, pass, after: page.after, told: [...at.told, ...failed] };
      yield { units, followUp, cursor: at };
    }
  }
  return at;
}
