import { z } from "zod";
import type { Api } from "../../connectors/api.ts";
import { findTrim, trimSome } from "../../learning/change-log.ts";
import { selectDocuments } from "../../learning/search/document.ts";
import {
  beginBuild,
  endBuild,
  type ListedIndex,
  passUnchanged,
  type SearchIndex,
  selectIndexes,
} from "../../learning/search/indexes.ts";
import { removeDocuments, selectStale } from "../../learning/search/stored-documents.ts";
import type { Ending } from "../../store/step/step.ts";
import { type CountsOf, noAction, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { backendOf, IndexWriter, judge, solrFor } from "../search/backend.ts";
import { pages } from "./pages.ts";

/** The parameter that both builders have. */
export const indexNames = z
  .array(z.string().trim().min(1).max(200))
  .max(100)
  .nullable()
  .default(null)
  .describe("Names of the indexes that are built, others are left alone; empty: all");

/** An index at work: its build, the last change that was known when it began, the last row, and how many documents were written. */
const work = z.strictObject({
  index: z.int(),
  build: z.int(),
  upper: z.int(),
  stage: z.enum(["write", "remove"]),
  after: z.int(),
  written: z.int(),
});

/** Where a build stands: indexes up to `before` are done. */
export const buildCursor = z.strictObject({ before: z.int(), work: work.nullable() });
export type BuildCursor = z.output<typeof buildCursor>;

/** What every builder counts. */
export const buildCounts = ["indexes", "docs", "removed"] as const;
export type BuildCount = (typeof buildCounts)[number];

/** What {@link buildIndexes} takes. `N`: counts beyond {@link BuildCount}. */
export interface BuildIndexes<N extends string> {
  readonly kinds: readonly SearchIndex["kind"][];
  /** Whether an index is to be built now; it is built in any case once its build has begun. */
  readonly isDue: (index: ListedIndex, server: Api | null) => boolean;
  /** What is counted for each index that is left alone; default: nothing. */
  readonly leftAlone?: CountsOf<N>;
}

type Context = RunContext<{ readonly indexes: readonly string[] | null }, BuildCursor>;

/**
 * A processor that builds search indexes anew, one after the other, while they are searched: every document is written over the one of
 * the same row and marked with the build, and then those with another mark are removed. A run that is taken up again goes on behind the last
 * page. What changes meanwhile is told by `index_changes` behind the change that was the last when the build began to read.
 *
 * ```ts
 * // parameters: z.strictObject({ indexes: indexNames }), cursor: buildCursor, counts: buildCounts
 * run: (context) => buildIndexes(context, { kinds: ["report"], isDue: ({ state }) => state === "never_built" }),
 * ```
 */
export async function* buildIndexes<N extends string = never>(
  context: Context,
  { kinds, isDue, leftAlone }: BuildIndexes<N>,
): AsyncGenerator<Yielded<BuildCursor, BuildCount | N>, Ending | undefined, unknown> {
  const { rows, run, parameters, now } = context;
  const wanted = parameters.indexes;
  const active = await rows.all(selectIndexes(kinds));
  const listed = active.filter(({ name }) => wanted === null || wanted.includes(name));
  let at: BuildCursor = context.cursor ?? { before: 0, work: null };
  if (context.cursor === null) {
    const unknown = (wanted ?? []).filter((name) => active.every((index) => index.name !== name));
    if (unknown.length > 0) yield { units: unknown.map(unknownIndex), cursor: at };
    else if (listed.length === 0) return noAction(`The client has no active index of kind ${kinds.join(" or ")}`);
  }
  const server = await solrFor(context, listed);
  for (const index of listed) {
    if (index.id <= at.before) continue;
    if (at.work?.index !== index.id && !isDue(index, server)) {
      at = { before: index.id, work: null };
      const passed = run.dryRun || index.lastChangeId >= index.upper ? [] : [passUnchanged(index.id, index.upper)];
      if (passed.length > 0 || leftAlone)
        yield { also: passed, counts: (leftAlone ?? {}) as CountsOf<BuildCount | N>, cursor: at };
      continue;
    }
    at = yield* buildOne<N>(context, index, server, at);
  }
  yield* trimChanges(context, at);
  return undefined;

  async function* trimChanges({ rows: own }: Context, cursor: BuildCursor) {
    for (;;) {
      const trim = run.dryRun ? null : await findTrim(own, now);
      if (!trim) return;
      yield { also: trimSome(trim, now), cursor };
    }
  }
}

function unknownIndex(name: string): Unit<never> {
  const message = "No active index has this name; look at the client's search indexes, or mend the parameter indexes";
  return { ref: `index:${name}`, writes: [], failure: { code: "unknown_index", message } };
}

/** Builds one index, from where the cursor stands. */
async function* buildOne<N extends string>(
  context: Context,
  index: ListedIndex,
  server: Api | null,
  start: BuildCursor,
): AsyncGenerator<Yielded<BuildCursor, BuildCount | N>, BuildCursor, unknown> {
  const { rows, run, parameters, now } = context;
  const { before } = start;
  let work = start.work?.index === index.id ? start.work : null;
  if (!work) {
    work = { index: index.id, build: run.id, upper: index.upper, stage: "write", after: 0, written: 0 };
    yield { also: run.dryRun ? [] : [beginBuild(index.id, now)], cursor: { before, work } };
  }
  const writer = new IndexWriter<BuildCursor, BuildCount | N>(context, index, server, work.build, "docs" as never);
  const place = (what: string) => `${index.id}:${what}`;
  if (work.stage === "write") {
    const read = (after: number) => rows.all(selectDocuments(index, { after, limit: parameters.chunkSize }));
    for await (const page of pages(work.after, read, ({ id }) => id)) {
      const done: NonNullable<BuildCursor["work"]> = { ...work, after: page.after };
      const judged = judge<BuildCount | N>(index.entity, page.rows);
      const placed = (written: number) => {
        work = { ...done, written: done.written + written };
        return { before, work };
      };
      yield* writer.write(place(`docs:${done.after}`), judged, placed);
    }
    work = { ...work, stage: "remove", after: 0 };
    const removed = yield* writer.deleteStale(place("stale"));
    yield { counts: removed > 0 ? { removed, changed: removed } : {}, cursor: { before, work } } as Yielded<
      BuildCursor,
      BuildCount | N
    >;
  }
  // A dry run has written nothing, so it cannot tell what another build left. At a server nothing of the index stays in the database.
  const kept = backendOf(index, server) === "fts" ? work.build : null;
  const stale = (after: number) =>
    run.dryRun ? Promise.resolve([]) : rows.all(selectStale(index.id, kept, after, parameters.chunkSize));
  for await (const page of pages(work.after, stale, ({ id }) => id)) {
    work = { ...work, after: page.after };
    const ids = page.rows.map(({ id }) => id);
    const ref = `index:${index.name}`;
    yield {
      units: [{ ref, rows: ids.length, writes: [{ write: removeDocuments(index.id, ids), count: "removed" }] }],
      cursor: { before, work },
    };
  }
  const built = { documents: writer.documents(work.written), upper: work.upper, with: backendOf(index, server) };
  const end = { before: index.id, work: null };
  yield {
    units: [{ ref: `index:${index.name}`, writes: [{ write: endBuild(index.id, built, run, now), count: "indexes" }] }],
    cursor: end,
  };
  return end;
}
