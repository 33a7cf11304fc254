import { z } from "zod";
import type { Api } from "../../connectors/api.ts";
import { RemoteUnavailableError } from "../../connectors/outbound/remote-error.ts";
import { findTrim, nextChanges, trimSome } from "../../learning/change-log.ts";
import { followed, selectAffected, selectChangedPeople } from "../../learning/search/affected.ts";
import { selectDocuments } from "../../learning/search/document.ts";
import { type ListedIndex, markForBuild, passChanges, selectIndexes } from "../../learning/search/indexes.ts";
import { sql } from "../../store/sql.ts";
import { readState, removeState, writeState } from "../../store/state.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, noAction, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { pages } from "../patterns/pages.ts";
import { collectionOf, IndexWriter, isBuilt, judge, solrFor } from "./backend.ts";

const ID = "SolrIndexActualization";
/** Runs in a row that could not bring an index up to date; the next one gives it up. */
const MOST_FAILED_RUNS = 3;

const parameters = z.strictObject({
  maxChanges: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(20_000)
    .describe("Changes and documents after which a run takes up no further changes; the next run goes on there"),
});

/** Changes of an index at work: behind `from` up to `to`, of those up to `upper`; `after`: the last document that was dealt with. */
const work = z.strictObject({ index: z.int(), upper: z.int(), from: z.int(), to: z.int(), after: z.int() });

/** Where a run stands: indexes up to `before` are done; `used`: what counts against `maxChanges`. */
const cursor = z.strictObject({ before: z.int(), used: z.int(), work: work.nullable() });
type Cursor = z.output<typeof cursor>;

const counts = ["changes", "upserts", "deletes"] as const;
type Count = (typeof counts)[number];
type Context = RunContext<z.output<typeof parameters>, Cursor>;
type Steps<R> = AsyncGenerator<Yielded<Cursor, Count>, R, unknown>;

/** Runs that could not bring an index up to date, one after the other; kept in `processor_state`, and removed by one that could. */
const failing = z.object({ runs: z.int(), last: z.int() });

/**
 * Handbook, catalogue: SolrIndexActualization. What changed is taken from `index_changes` a chunk at a time; the documents that a chunk
 * touches are made anew from the rows as they are now, or deleted where there is nothing to show any more, so that of several changes of
 * a row the latest holds. A chunk that was begun is finished.
 */
export const SolrIndexActualization = defineProcessor({
  id: ID,
  group: "search",
  title: "Update report indexes",
  summary: "Brings the indexes of reports up to date with what has changed since the last run.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 7/15 * * * ?",
  after: [],
  misfire: "skip",
  dryRun: "exact",
  parameters,
  cursor,
  // What counts against `maxChanges` is one run's own, and an index knows by itself where it stands.
  nextRunFrom: () => null,
  counts,
  quiet: ({ clients }) =>
    sql`SELECT c.client_id FROM (${clients}) c WHERE EXISTS (SELECT 1 FROM search_indexes s
      WHERE s.client_id = c.client_id AND s.active = 1 AND s.kind = 'report' AND s.state = 'ready'
        AND EXISTS (SELECT 1 FROM index_changes i WHERE i.client_id = c.client_id AND i.id > s.last_change_id))`,
  async *run(context) {
    const { rows, run, now, parameters: given } = context;
    const listed = await rows.all(selectIndexes(["report"]));
    if (listed.length === 0) return noAction("The client has no active index of kind report");
    let at: Cursor = context.cursor ?? { before: 0, used: 0, work: null };
    const server = await solrFor(context, listed);
    for (const index of listed) {
      if (index.id <= at.before) continue;
      const isBehind = at.work?.index === index.id || index.upper > index.lastChangeId;
      if (index.state === "ready" && isBuilt(index, server) && isBehind) at = yield* follow(context, index, server, at);
      if (at.used >= given.maxChanges) {
        context.log.info(`${at.used} changes and documents were dealt with; the next run goes on`);
        break;
      }
      at = { ...at, before: index.id, work: null };
    }
    for (;;) {
      const trim = run.dryRun ? null : await findTrim(rows, now);
      if (!trim) return undefined;
      yield { also: trimSome(trim, now), cursor: { ...at, before: Number.MAX_SAFE_INTEGER, work: null } };
    }
  },
});

/** Brings one index up to date. Returns where that ended. */
async function* follow(context: Context, index: ListedIndex, server: Api | null, start: Cursor): Steps<Cursor> {
  const { rows, run, now, parameters: given } = context;
  const failingKey = `failing:${index.id}`;
  const collection = collectionOf(index, server);
  let at = start;
  if (collection !== null) {
    const [state] = await rows.all(readState(ID, failingKey));
    const before = state ? failing.parse(JSON.parse(String(state.value))) : { runs: 0, last: 0 };
    const runs = before.last === run.id ? before.runs : before.runs + 1;
    const noted = run.dryRun ? [] : [writeState(ID, failingKey, { runs, last: run.id })];
    if (runs > MOST_FAILED_RUNS) {
      context.log.warn(
        `Index ${index.name} could not be updated by ${MOST_FAILED_RUNS} runs in a row; the next full build builds it anew`,
      );
      return yield* giveUp(index, at, now);
    }
    // Written before the attempt, which may end anywhere.
    yield { also: noted, cursor: at };
    if (!(await collection.answers()))
      throw new RemoteUnavailableError(`The collection ${index.collection} of index ${index.name} does not answer`);
  }
  const upper = at.work?.index === index.id ? at.work.upper : index.upper;
  const writer = new IndexWriter<Cursor, Count>(context, index, server, run.id, "upserts");
  const next = async (from: number, used: number): Promise<Cursor> => {
    const [found] = await rows.all(nextChanges(from, upper, given.chunkSize));
    const to = found?.to ?? null;
    return { ...at, used, work: to === null ? null : { index: index.id, upper, from, to, after: 0 } };
  };
  if (at.work?.index !== index.id) at = await next(index.lastChangeId, at.used);
  while (at.work !== null) {
    at = yield* followChunk(context, index, writer, at, at.work);
    const { to } = at.work as NonNullable<Cursor["work"]>;
    const [counted] = await rows.all(countChanges(index, at.work as NonNullable<Cursor["work"]>));
    const changes = counted?.relevant ?? 0;
    yield* writer.commit(`${index.id}:${to}:commit`);
    const used = at.used + (counted?.all ?? 0);
    at = used >= given.maxChanges ? { ...at, used, work: null } : await next(to, used);
    yield {
      also: run.dryRun ? [] : [passChanges(index.id, to, now), ...(collection ? [removeState(ID, failingKey)] : [])],
      counts: { changes },
      cursor: at,
    };
  }
  return at;
}

/** The index is left to a full build. */
async function* giveUp(index: ListedIndex, at: Cursor, now: number): Steps<Cursor> {
  const unit: Unit<Count> = {
    ref: `index:${index.name}`,
    writes: [
      { write: markForBuild(index.id, "unavailable", now) },
      { write: removeState(ID, `failing:${index.id}`), always: true },
    ],
  };
  yield { units: [unit], cursor: at };
  return at;
}

/** The documents that a chunk of changes touches, page by page. */
async function* followChunk(
  { rows, parameters: { chunkSize } }: Context,
  index: ListedIndex,
  writer: IndexWriter<Cursor, Count>,
  start: Cursor,
  chunk: NonNullable<Cursor["work"]>,
): Steps<Cursor> {
  let at = start;
  const place = (what: string) => `${index.id}:${chunk.to}:${what}`;
  if (chunk.after === 0 && followed[index.entity].includes("person") && index.entity !== "person") {
    const people = await rows.all(selectChangedPeople(chunk));
    yield* writer.deleteAbout(
      place("people"),
      people.map(({ id }) => id),
    );
  }
  const read = (after: number) => rows.all(selectAffected(index, { ...chunk, after, limit: chunkSize }));
  for await (const page of pages(chunk.after, read, ({ id }) => id)) {
    const ids = page.rows.map(({ id }) => id);
    const found = await rows.all(selectDocuments(index, { ids }));
    const shown = new Set(found.map(({ id }) => id));
    const gone = ids.filter((id) => !shown.has(id));
    yield* writer.deleteAtServer(place(`gone:${page.after}`), gone);
    const placed = () => {
      at = { ...at, used: at.used + ids.length, work: { ...chunk, after: page.after } };
      return at;
    };
    yield* writer.write(
      place(`docs:${page.after}`),
      judge<Count>(index.entity, found),
      placed,
      writer.removal(gone, "deletes"),
    );
  }
  return at;
}

/** How many changes a chunk has, and how many of them are of what the index shows. */
function countChanges({ entity }: ListedIndex, { from, to }: { readonly from: number; readonly to: number }) {
  const relevant = JSON.stringify(followed[entity]);
  return sql<{ readonly all: number; readonly relevant: number }>`SELECT count(*) AS "all",
      count(*) FILTER (WHERE entity IN (SELECT value FROM json_each(${relevant}))) AS relevant
    FROM index_changes WHERE client_id = ${thisClient} AND id > ${from} AND id <= ${to}`;
}
