import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { queueMessage } from "../../learning/messages/messages.ts";
import { fillText, fillWording, readWordingOr, shippedWording } from "../../learning/messages/wording.ts";
import {
  type DigestLine,
  digestKeys,
  digestPlaceholders,
  digestWording,
  entriesOf,
  itemsFor,
  LONGEST_LIST,
  listInHtml,
  listInText,
  type NewEntry,
  type NewItem,
} from "../../learning/news/digest.ts";
import {
  type Added,
  announce,
  FIRST_CONTENT,
  type NewContentPosition,
  newContent,
  newContentKinds,
  readOpenBatch,
  writeOpenBatch,
} from "../../learning/news/new-content.ts";
import {
  everyReader,
  hasCatalogueNews,
  nextComponent,
  type Reader,
  type RegisteredReader,
  registeredReaders,
} from "../../learning/news/readers.ts";
import { addLocalDays } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { clientHost } from "../client-host.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailing, mailingCursor } from "../delivery.ts";
import { pages } from "../patterns/pages.ts";
import { unitOf } from "../unit-of.ts";

const parameters = z.strictObject({
  firstRunDays: z
    .int()
    .min(0)
    .max(3650)
    .default(7)
    .describe("The first run tells of nothing that was added more than this many days ago"),
});

const position = z.strictObject({ kind: z.enum(newContentKinds), component: z.int(), id: z.int() });

/** The first run marks what is old with 0. */
const passingOver = z.strictObject({ phase: z.literal("old"), before: z.int(), after: position });
/** New content gets the batch's number, if it was added at `since` (ms) or later. `after` null: none has it yet. */
const collecting = z.strictObject({
  phase: z.literal("collect"),
  batch: z.int(),
  since: z.int(),
  after: position.nullable(),
});
/** People are told of a batch. */
const telling = z.strictObject({
  phase: z.literal("tell"),
  batch: z.int(),
  /** Where it goes on: behind a person where everybody is told, else behind a registration on a component. */
  at: z.union([
    z.strictObject({ person: z.int() }),
    z.strictObject({ component: z.int(), status: z.string(), registration: z.int() }),
  ]),
  /** Locales whose own text cannot be used, already named among the failures. */
  broken: z.array(z.string()).readonly(),
});
const stage = z.discriminatedUnion("phase", [passingOver, collecting, telling]);
type Stage = z.output<typeof stage>;
type Telling = z.output<typeof telling>;

const counts = ["items", "digests", ...deliveryCounts] as const;
type Count = "items" | "digests";
type Context = RunContext<z.output<typeof parameters>, MailingCursor<Stage>>;
type Steps<R = undefined> = AsyncGenerator<Step<Stage, Count>, R, unknown>;

/**
 * Handbook, catalogue: WhatsNew. New content is put into a batch first and told of afterwards, so that a run which fails in between
 * loses nothing: the next one takes the batch up before it makes its own.
 *
 * While the catalogue has news, everybody is told, by id. Else only people with an open registration on one of the batch's components
 * are looked at, so that the cost grows with them and not with all people.
 */
export const WhatsNew = defineProcessor({
  id: "WhatsNew",
  group: "communication",
  title: "Tell what is new",
  summary: "Sends each person one mail that lists new content of booked courses and paths and of the catalogue.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 30 6 * * ?",
  after: ["ContentAutoUpdate"],
  // People are told of what was marked, and a dry run marks nothing.
  dryRun: "lower_bound",
  parameters,
  cursor: mailingCursor(stage),
  counts,
  run: (context) => mailing<Stage, Count>(context, ["whats_new"], (from) => tellNews(context, from)),
});

async function* tellNews(context: Context, from: Stage | null): Steps {
  const { run, rows } = context;
  let at = from ?? (await firstStage(context));
  if (at.phase === "old") at = yield* passOver(context, at);
  if (at.phase === "tell" && at.batch !== run.id) {
    yield* tell(context, at);
    at = { phase: "collect", batch: run.id, since: 0, after: null };
  }
  if (at.phase === "collect") {
    const { batch } = at;
    if (!(yield* collect(context, at))) return undefined;
    const everybody = (await rows.first(hasCatalogueNews(batch)))?.found === 1;
    at = { phase: "tell", batch, at: startOfTelling(everybody), broken: [] };
  }
  if (at.phase === "tell") yield* tell(context, at);
  return undefined;
}

const startOfTelling = (everybody: boolean): Telling["at"] =>
  everybody ? { person: 0 } : { component: 0, status: "", registration: 0 };

/** Where a run begins: with a batch that an earlier one left, else with its own. */
async function firstStage(context: Context): Promise<Stage> {
  const { rows, run, parameters: chosen, timeZone } = context;
  const open = await readOpenBatch(rows);
  if (open === null) {
    const before = addLocalDays(nowAsOf(context), -chosen.firstRunDays, timeZone);
    return { phase: "old", before, after: FIRST_CONTENT };
  }
  if (open === 0) return { phase: "collect", batch: run.id, since: 0, after: null };
  const everybody = (await rows.first(hasCatalogueNews(open)))?.found === 1;
  return { phase: "tell", batch: open, at: startOfTelling(everybody), broken: [] };
}

/** What is old when the client's first run comes is told to no person. */
async function* passOver(context: Context, from: z.output<typeof passingOver>): Steps<Stage> {
  const { run } = context;
  const { before } = from;
  for await (const { rows: found, after } of contentPages(context, { before }, from.after)) {
    yield { units: marks(found, 0, context.now), cursor: { ...from, after } };
  }
  const next: Stage = { phase: "collect", batch: run.id, since: before, after: null };
  yield { cursor: next, also: run.dryRun ? [] : [writeOpenBatch(0)] };
  return next;
}

/** Puts new content into the batch. Returns whether it has any. */
async function* collect(context: Context, from: z.output<typeof collecting>): Steps<boolean> {
  const { run, now } = context;
  const { batch, since } = from;
  let isBegun = from.after !== null;
  for await (const { rows: found, after } of contentPages(context, { since }, from.after ?? FIRST_CONTENT)) {
    isBegun = true;
    const also = run.dryRun ? [] : [writeOpenBatch(batch)];
    yield { units: marks(found, batch, now), cursor: { ...from, after }, also };
  }
  return isBegun;
}

function contentPages({ rows, parameters: { chunkSize } }: Context, added: Added, from: NewContentPosition) {
  const read = (after: NewContentPosition) => rows.all(newContent(added, after, chunkSize));
  return pages(from, read, ({ kind, component, id }) => ({ kind, component, id }));
}

/** One unit for each kind of content on a page. */
function marks(found: readonly NewContentPosition[], batch: number, now: number): Unit<Count>[] {
  return [...Map.groupBy(found, ({ kind }) => kind)].map(([kind, some]) => {
    const ids = some.map(({ id }) => id);
    const write = announce(kind, ids, batch, now);
    return {
      ref: `${kind}:${ids[0]}…${ids.at(-1)}`,
      rows: ids.length,
      writes: [batch === 0 ? { write } : { write, count: "items" }],
    };
  });
}

/** Tells people of a batch, and then that it is done. */
async function* tell(context: Context, from: Telling): Steps {
  let at = from;
  for await (const { readers, next } of readerPages(context, from)) {
    const { units, broken } = await digests(context, readers, at);
    at = { ...at, at: next, broken };
    if (units.length > 0) yield { units, cursor: at };
  }
  yield { cursor: at, also: context.run.dryRun ? [] : [writeOpenBatch(0)] };
  return undefined;
}

/** Those who may be told of a batch, page by page, and where the page behind it begins. */
async function* readerPages(
  { rows, parameters: { chunkSize } }: Context,
  { batch, at }: Telling,
): AsyncGenerator<{ readonly readers: readonly Reader[]; readonly next: Telling["at"] }, void> {
  if ("person" in at) {
    const read = (after: number) => rows.all(everyReader(after, chunkSize));
    for await (const page of pages(at.person, read, ({ id }) => id)) {
      yield { readers: page.rows, next: { person: page.after } };
    }
    return;
  }
  let { component } = at;
  let after: Pick<RegisteredReader, "status" | "registration"> = at;
  for (;;) {
    if (component > 0) {
      const read = (from: typeof after) => rows.all(registeredReaders(batch, component, from, chunkSize));
      const keyOf = ({ status, registration }: RegisteredReader) => ({ status, registration });
      for await (const page of pages(after, read, keyOf)) {
        yield { readers: page.rows, next: { component, ...page.after } };
      }
    }
    const next = (await rows.first(nextComponent(batch, component)))?.component ?? null;
    if (next === null) return;
    component = next;
    after = { status: "", registration: 0 };
  }
}

/** The mails to some people: those for whom there is something. */
async function digests(
  { rows, configuration, now }: Context,
  readers: readonly Reader[],
  { batch, at, broken }: Telling,
): Promise<{ units: Unit<Count>[]; broken: readonly string[] }> {
  const host = clientHost(configuration);
  const path = await configuration.read(settings.contentPath);
  const people = readers.map(({ id }) => id);
  const [items, entries] = await rows.each([itemsFor(people, batch), entriesOf(batch)]);
  const byPerson = Map.groupBy(items, ({ person }) => person);
  const known = [...broken];
  const units: Unit<Count>[] = [];
  for (const reader of readers) {
    const own = byPerson.get(reader.id) ?? [];
    // Where only registrations were walked there is nothing of the catalogue in the batch.
    const shared = "person" in at ? entries : [];
    const count = (own[0]?.total ?? 0) + (shared[0]?.total ?? 0);
    if (count === 0) continue;
    const ref = `person:${reader.id}`;
    const address = reader.email?.trim() ?? "";
    if (address === "") {
      units.push({ ref, writes: [] });
      continue;
    }
    const locale = reader.locale?.trim() || configuration.client.defaultLocale;
    let wording = await readWordingOr(digestWording, configuration, digestKeys, locale, digestPlaceholders);
    if ("failure" in wording) {
      // A text that cannot be used costs no person the news.
      if (!known.includes(locale)) units.push({ ref: `text:${locale}`, writes: [], failure: wording.failure });
      known.push(locale);
      wording = shippedWording(digestWording, locale);
    }
    const text = wording;
    const lines = linesOf(own, shared, host, path);
    units.push(
      await unitOf<Count>(ref, () => {
        const more = count - lines.length;
        const { givenName, familyName } = reader;
        const values = { givenName, familyName, client: configuration.client.name, count: String(count) };
        const message = fillWording(
          text,
          { ...values, items: listInText(lines, more, text.locale) },
          { items: listInHtml(lines, more, text.locale) },
        );
        const dedupeKey = `whatsnew|${batch}|${reader.id}`;
        const queue = {
          kind: "whats_new",
          channel: "mail",
          personId: reader.id,
          toAddress: address,
          dedupeKey,
        } as const;
        return { writes: [queueMessage({ ...queue, ...message }, now)], counts: { digests: 1 } };
      }),
    );
  }
  return { units, broken: [...new Set(known)] };
}

/** What is new for a person: the own courses first, then the catalogue. */
function linesOf(
  items: readonly NewItem[],
  entries: readonly NewEntry[],
  host: string | null,
  path: string,
): readonly DigestLine[] {
  const link = (to: string) => (host === null ? null : `https://${host}${to}`);
  return [
    ...items.map(({ title, component, componentTitle }) => ({
      title,
      within: componentTitle,
      link: link(fillText(path, { component: String(component) })),
    })),
    ...entries.map(({ entry, title }) => ({ title, link: link(`/catalogue/${entry}`) })),
  ].slice(0, LONGEST_LIST);
}
