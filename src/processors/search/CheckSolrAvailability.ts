import { z } from "zod";
import { type ListedIndex, markForBuild, selectIndexes } from "../../learning/search/indexes.ts";
import { countDocuments } from "../../learning/search/stored-documents.ts";
import { sql } from "../../store/sql.ts";
import { readState, removeState, writeState } from "../../store/state.ts";
import {
  defineProcessor,
  effect,
  noAction,
  type RunContext,
  RunFailure,
  type Unit,
  type Yielded,
} from "../contract.ts";
import { collectionOf, solrFor } from "./backend.ts";
import { ownDocuments } from "./solr-documents.ts";

const ID = "CheckSolrAvailability";
/** Keys of `processor_state`: the release that was checked last, and since when one has been tried. */
const CHECKED = "checkedRelease";
const TRIED = "firstTry";

const parameters = z.strictObject({
  minPct: z
    .int()
    .min(1)
    .max(100)
    .default(50)
    .describe("An index with fewer percent of the documents that it had after its last full build is built anew"),
  giveUpAfterMinutes: z
    .int()
    .min(5)
    .max(1440)
    .default(60)
    .describe(
      "Minutes after the first try for a release; if an index does not answer by then, the run fails and the release counts as checked",
    ),
});

const counts = ["indexes", "lost", "rebuildsRequested"] as const;
type Count = (typeof counts)[number];

/** The marks were written, and the search indexes that lost documents are still to be built. */
const cursor = z.strictObject({ rebuild: z.array(z.string()) });
type Cursor = z.output<typeof cursor>;
type Context = RunContext<z.output<typeof parameters>, Cursor>;

const firstTry = z.object({ release: z.string(), at: z.int() });

/**
 * Handbook, catalogue: CheckSolrAvailability. It works once for each release: a server that was exchanged with it may have lost its
 * collections.
 */
export const CheckSolrAvailability = defineProcessor({
  id: ID,
  group: "search",
  title: "Check search indexes",
  summary: "Looks once after each release whether all search indexes answer and still have their documents.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 0/5 * * * ?",
  after: [],
  misfire: "skip",
  dryRun: "exact",
  parameters,
  cursor,
  nextRunFrom: () => null,
  counts,
  quiet: ({ clients, release }) =>
    sql`SELECT c.client_id FROM (${clients}) c
      WHERE EXISTS (SELECT 1 FROM search_indexes s WHERE s.client_id = c.client_id AND s.active = 1)
        AND NOT EXISTS (SELECT 1 FROM processor_state p WHERE p.processor = ${ID} AND p.client_id = c.client_id AND p.node_id = ''
          AND p.key = ${CHECKED} AND p.value = ${JSON.stringify(release)})`,
  async *run(context) {
    const { cursor: done, release, rows } = context;
    if (done) return yield* requestBuild(context, done.rebuild);
    const [checked, tried, indexes, stored] = await rows.each([
      readState(ID, CHECKED),
      readState(ID, TRIED),
      selectIndexes(["search", "report", "report_learning_path"]),
      countDocuments(),
    ]);
    if (checked[0]?.value === JSON.stringify(release)) return noAction("The indexes of this release have been checked");
    if (indexes.length === 0) return noAction("The client has no active search index");
    const inDatabase = new Map(stored.map(({ id, documents }) => [id, documents]));
    const { silent, documents } = await count(context, indexes, inDatabase);
    if (silent.length > 0) return yield* waitFor(context, silent, tried[0]?.value);
    return yield* judge(context, indexes, documents);
  },
});

/** How many documents each index has; `silent`: indexes that do not answer. */
async function count(context: Context, indexes: readonly ListedIndex[], inDatabase: ReadonlyMap<number, number>) {
  const server = await solrFor(context, indexes);
  const silent: string[] = [];
  const documents = new Map<number, number>();
  for (const index of indexes) {
    const collection = collectionOf(index, server);
    if (collection === null) documents.set(index.id, inDatabase.get(index.id) ?? 0);
    else if (!(await collection.answers())) silent.push(index.name);
    else if (silent.length === 0)
      documents.set(index.id, await collection.count(ownDocuments(context.run.clientId, index.entity)));
  }
  return { silent, documents };
}

/** The next run tries again, until the time is over. */
async function* waitFor(
  { now, release, run, parameters: { giveUpAfterMinutes } }: Context,
  silent: readonly string[],
  tried: unknown,
): AsyncGenerator<Yielded<Cursor, Count>, ReturnType<typeof noAction>, unknown> {
  const known = tried === undefined ? null : firstTry.parse(JSON.parse(String(tried)));
  const since = known?.release === release ? known.at : now;
  const names = silent.join(", ");
  const isOver = now - since >= giveUpAfterMinutes * 60_000;
  const notes = isOver
    ? [writeState(ID, CHECKED, release), removeState(ID, TRIED)]
    : [writeState(ID, TRIED, { release, at: since })];
  yield { also: run.dryRun ? [] : notes, cursor: { rebuild: [] } };
  if (!isOver) return noAction(`No answer from ${names}; the next run tries again`);
  throw new RunFailure(
    "search_unavailable",
    `No answer from ${names} for ${giveUpAfterMinutes} minutes; look at the server and the connector`,
  );
}

/** Marks the indexes that lost documents, and the release as checked. */
async function* judge(
  context: Context,
  indexes: readonly ListedIndex[],
  documents: ReadonlyMap<number, number>,
): AsyncGenerator<Yielded<Cursor, Count>, undefined, unknown> {
  const {
    now,
    release,
    run,
    parameters: { minPct },
  } = context;
  const lost = indexes.filter(({ id, state, expectedDocs }) => {
    const found = documents.get(id) ?? 0;
    return state === "ready" && expectedDocs > 0 && (found === 0 || found * 100 < expectedDocs * minPct);
  });
  for (const { id, name, expectedDocs } of lost)
    context.log.warn(`Index ${name} has ${documents.get(id) ?? 0} of ${expectedDocs} documents; it is built anew`);
  const units = lost.map(
    ({ id, name }): Unit<Count> => ({
      ref: `index:${name}`,
      writes: [{ write: markForBuild(id, "full_build_requested", now), count: "rebuildsRequested" }],
      counts: { lost: 1 },
    }),
  );
  const rebuild = lost.filter(({ kind }) => kind === "search").map(({ name }) => name);
  const notes = [writeState(ID, CHECKED, release), removeState(ID, TRIED)];
  yield { units, counts: { indexes: indexes.length }, also: run.dryRun ? [] : notes, cursor: { rebuild } };
  return yield* requestBuild(context, rebuild);
}

/** Search indexes are built at once; the nightly full build takes those of reports. */
async function* requestBuild(
  { starts, log }: Context,
  indexes: readonly string[],
): AsyncGenerator<Yielded<Cursor, Count>, undefined, unknown> {
  if (indexes.length === 0) return undefined;
  const outcome = yield* effect<number, Cursor, Count>({
    key: "build",
    description: `Start of CreateSolrIndex for ${indexes.join(", ")}`,
    repeatable: true,
    call: () => starts.start("CreateSolrIndex", { indexes }),
  });
  if (outcome.state === "done" && outcome.value === 0)
    log.warn("The client has no active job of CreateSolrIndex that could build them; create one");
  return undefined;
}
