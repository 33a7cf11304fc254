import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { readProgress, writeProgress } from "../../learning/progress/progress.ts";
import { evaluationOrder } from "../../learning/rules/order.ts";
import { isRemoved } from "../../learning/syllabus/removed.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { readState, writeState } from "../../store/state.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, noAction, type RunContext, type Step, type Unit } from "../contract.ts";
import { type AfterId, afterId } from "../patterns/change-rows.ts";
import { pages } from "../patterns/pages.ts";
import { type PhaseCursor, phaseCursor, phases } from "../patterns/phases.ts";

const ID = "CourseProgressUpdateJob";
/** Key of the mark of a run that came to its end. */
const DONE = "done";

const parameters = z.strictObject({
  recalculate: z
    .boolean()
    .default(false)
    .describe("Compute all progress anew, also where there is some, and in spite of an earlier run"),
  componentIds: z
    .array(z.int().min(1))
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe("Only these courses and learning paths, in spite of an earlier run"),
});

/** Paths by how deep paths lie within them, inner ones first; `after`: the last registration on those of this depth. */
const pathPosition = z.strictObject({ depth: z.int(), after: z.int() });
type PathPosition = z.output<typeof pathPosition>;

const at = { courses: afterId, circles: z.literal("told"), paths: pathPosition, mark: z.literal("marked") };

type Context = RunContext<z.output<typeof parameters>, PhaseCursor<typeof at>>;
type Count = "courses" | "paths";

/**
 * Handbook, catalogue: CourseProgressUpdateJob. Courses come before paths, and inner paths before outer ones, so that each page finds
 * the progress of its elements stored. A run that comes to its end leaves a mark, and later ones have nothing to do.
 */
export const CourseProgressUpdateJob = defineProcessor({
  id: ID,
  aliases: ["ComponentProgressUpdateJob"],
  group: "courses",
  title: "Fill in progress",
  summary: "Fills in the progress of registrations on courses and learning paths, once.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: null,
  after: [],
  confirm: "expensive",
  // A path is as far as its elements, which a dry run finds as they were.
  dryRun: "lower_bound",
  parameters,
  cursor: phaseCursor(at),
  nextRunFrom: (cursor) => (cursor.phase === "mark" ? null : cursor),
  counts: ["courses", "paths"],
  async *run(context) {
    const { rows, cursor, parameters: chosen } = context;
    const isOnce = !chosen.recalculate && chosen.componentIds === null;
    if (isOnce && cursor === null && (await rows.first(readState(ID, DONE))))
      return noAction("The progress was filled in by an earlier run; choose recalculate, or name componentIds");
    return yield* phases<typeof at, Count>(cursor, at, {
      courses: (from) => fillCourses(context, from),
      circles: (from) => tellCircles(context, from),
      paths: (from) => fillPaths(context, from),
      mark: (from) => mark(context, from),
    });
  },
});

async function* fillCourses(context: Context, from: AfterId | null): AsyncGenerator<Step<AfterId, Count>, void> {
  const find = (after: number) => registrationsOn(context, sql`component.kind = 'course'`, after);
  for await (const { units, after } of filled(context, "courses", find, from?.after ?? 0))
    yield { units, cursor: { after } };
}

/** Says which paths contain themselves. One step, so that a path is listed once. */
async function* tellCircles(context: Context, from: "told" | null): AsyncGenerator<Step<"told", Count>, void> {
  if (from) return;
  const { circles } = await readOrder(context);
  const { componentIds } = context.parameters;
  const units = [...circles]
    .filter((id) => componentIds === null || componentIds.includes(id))
    .sort((one, other) => one - other)
    .map((id): Unit<Count> => {
      const message =
        "The path contains itself, directly or by another path; take the element out that closes the circle";
      return { ref: `component:${id}`, writes: [], failure: { code: "cycle", message } };
    });
  if (units.length > 0) yield { units, cursor: "told" };
}

async function* fillPaths(
  context: Context,
  from: PathPosition | null,
): AsyncGenerator<Step<PathPosition, Count>, void> {
  const { ranks } = await readOrder(context);
  const deepest = ranks.at(-1)?.depth ?? -1;
  for (let depth = from?.depth ?? 0; depth <= deepest; depth += 1) {
    const ids = ranks.filter((one) => one.depth === depth).map(({ id }) => id);
    const find = (after: number) => registrationsOn(context, sql`component.id IN ${among(ids)}`, after);
    const start = from?.depth === depth ? from.after : 0;
    for await (const { units, after } of filled(context, "paths", find, start))
      yield { units, cursor: { depth, after } };
  }
}

async function* mark(
  { run, now, parameters: { componentIds, maxRows } }: Context,
  from: "marked" | null,
): AsyncGenerator<Step<"marked", Count>, void> {
  if (from || run.dryRun || componentIds !== null || maxRows !== null) return;
  yield { also: [writeState(ID, DONE, { at: now, run: run.id })], cursor: "marked" };
}

/** The pages of registrations, each a unit in which the progress is written that is not as stored. */
async function* filled(
  { rows, configuration, now }: Context,
  count: Count,
  find: (after: number) => SQL<{ readonly id: number }>,
  start: number,
): AsyncGenerator<{ readonly units: readonly Unit<Count>[]; readonly after: number }, void> {
  for await (const page of pages(
    start,
    (after) => rows.all(find(after)),
    ({ id }) => id,
  )) {
    const coverage = await configuration.read(settings.equivalencesEnabled);
    const ids = page.rows.map(({ id }) => id);
    const progress = await readProgress(rows, ids, coverage);
    const changed = progress.filter(({ pct, stored }) => pct !== stored);
    const ref = ids.length === 1 ? `registration:${ids[0]}` : `registration:${ids[0]}–${ids.at(-1)}`;
    const writes = changed.length > 0 ? [{ ...writeProgress(changed, now), count }] : [];
    yield { units: [{ ref, rows: ids.length, writes }], after: page.after };
  }
}

/** Registrations behind `after`, by id, on components of which `which` (SQL on `component`) is true. */
function registrationsOn({ parameters }: Context, which: SQL, after: number): SQL<{ readonly id: number }> {
  const { recalculate, componentIds, chunkSize } = parameters;
  const missing = recalculate ? sql`` : sql` AND registration.progress_pct IS NULL`;
  const chosen = componentIds === null ? sql`` : sql` AND component.id IN ${among(componentIds)}`;
  return sql`SELECT registration.id FROM registrations AS registration INDEXED BY registrations_client
    CROSS JOIN components AS component ON component.id = registration.component_id AND component.client_id = registration.client_id
    WHERE registration.client_id = ${thisClient} AND registration.id > ${after}${missing} AND ${which}${chosen}
    ORDER BY registration.id LIMIT ${chunkSize}`;
}

/** The client's learning paths, each behind the paths within it. */
async function readOrder({ rows }: Pick<Context, "rows">) {
  const found = await rows.all<{ id: number; inner: string }>(sql`
    SELECT path.id, (SELECT json_group_array(item.ref_component_id) FROM syllabus_items AS item
      WHERE item.client_id = path.client_id AND item.component_id = path.id AND item.kind = 'component'
        AND item.ref_component_id IS NOT NULL AND NOT ${isRemoved(sql`item.id`)}) AS inner
    FROM components AS path WHERE path.client_id = ${thisClient} AND path.kind = 'learning_path' ORDER BY path.id`);
  const prefers = new Set<number>();
  return evaluationOrder(
    found.map(({ id, inner }) => ({ id, needs: new Set(JSON.parse(inner) as number[]), prefers })),
  );
}
