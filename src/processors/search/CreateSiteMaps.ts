import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import type { FileEntry } from "../../files/files.ts";
import { md5 } from "../../files/md5.ts";
import { selectPublicItems } from "../../learning/catalogue/public-items.ts";
import { recordSitemap, SITEMAP_INDEX, sitemapFolder, sitemapPart } from "../../learning/catalogue/sitemap-files.ts";
import { defineProcessor, effect, type RunContext, RunFailure, type Yielded } from "../contract.ts";
import { deleteFiles, type FileCount, fileCounts, fileDeletion } from "../patterns/delete-files.ts";
import { phaseCursor, withCursors } from "../patterns/phases.ts";
import { SitemapFile } from "./sitemap.ts";

/** Items of one query: five of them fill a part. */
const PAGE = 10_000;

const written = z.strictObject({ changed: z.array(z.int()), after: z.int(), full: z.boolean() });
type Written = z.output<typeof written>;

const at = {
  /** `changed`: of each part, the last change (ms) of what it lists. `after`: the item behind which the next part begins. `full`: there may be a next part. */
  parts: written,
  /** Which files were made, and how far the deletion of others is. */
  others: z.strictObject({ parts: z.int(), deletion: fileDeletion }),
};
const cursor = phaseCursor(at);

type Context = RunContext<object, z.output<typeof cursor>>;
type Steps = AsyncGenerator<Yielded<z.output<typeof cursor>, FileCount | "urls" | "parts">, undefined>;

/**
 * Makes site maps (handbook, catalogue: CreateSiteMaps). Each part is one effect, written anew from the catalogue; the index comes behind the last part, and files of
 * an earlier run that are parts no more go at the end, so that the index never names a part that is not there.
 */
export const CreateSiteMaps = defineProcessor({
  id: "CreateSiteMaps",
  group: "search",
  title: "Make site maps",
  summary: "Lists the public catalogue in site maps for search engines, served at the client's host.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 0 22 ? * 7",
  after: ["CreateSolrIndex"],
  dryRun: "exact",
  parameters: z.strictObject({}),
  cursor,
  // The files are made as a whole.
  nextRunFrom: () => null,
  counts: ["urls", "parts", ...fileCounts],
  async *run(context) {
    const { configuration } = context;
    const { sitemapEnabled, host } = configuration.client;
    const enabled = sitemapEnabled ?? (await configuration.read(settings.sitemapEnabled));
    if (!enabled) return yield* deleteOthers(context, 0);
    return yield* makeAll(context, siteOf(host));
  },
});

/** Where the client's site is. @throws {RunFailure} */
function siteOf(host: string | null): URL {
  if (host !== null && URL.canParse(`https://${host}/`)) return new URL(`https://${host}/`);
  const message = host === null ? "The client has no host" : `The client's host ${host} is none`;
  throw new RunFailure(
    "invalid_configuration",
    `${message}; enter one such as learn.example.com, or switch its site maps off`,
  );
}

async function* makeAll(context: Context, site: URL): Steps {
  const from = context.cursor;
  if (from?.phase === "others") return yield* deleteOthers(context, from.at.parts);
  let made: Written = from ? from.at : { changed: [], after: 0, full: true };
  while (made.full) {
    const { file, next } = await fill(context, site, made);
    if (file.count > 0) yield* write(context, sitemapPart(next.changed.length), file, next);
    made = next;
  }
  const parts = made.changed.length;
  if (parts > 0) {
    const index = new SitemapFile("sitemapindex", context.now);
    for (const [at, changedAt] of made.changed.entries())
      index.add({ loc: new URL(sitemapPart(at + 1), site).href, changedAt });
    yield* write(context, SITEMAP_INDEX, index, made);
  }
  return yield* deleteOthers(context, parts);
}

/** The next part, as full as the catalogue makes it, and how far it reaches. */
async function fill({ rows, now }: Context, site: URL, made: Written): Promise<{ file: SitemapFile; next: Written }> {
  const file = new SitemapFile("urlset", now);
  let newest = 0;
  const reached = (after: number, full: boolean) => ({
    file,
    next: { changed: file.count > 0 ? [...made.changed, newest] : made.changed, after, full },
  });
  for (let after = made.after; ; ) {
    const items = await rows.all(selectPublicItems(after, PAGE));
    for (const { id, changedAt } of items) {
      if (!file.add({ loc: new URL(`catalogue/${id}`, site).href, changedAt })) return reached(after, true);
      newest = Math.max(newest, changedAt);
      after = id;
    }
    if (items.length < PAGE) return reached(after, false);
  }
}

async function* write({ files, run, now }: Context, name: string, file: SitemapFile, next: Written): Steps {
  const key = `${sitemapFolder(run.clientId)}${name}`;
  const text = file.text();
  yield* effect({
    key: `write:${name}`,
    description: `${name} with ${file.count} entries`,
    repeatable: true,
    call: async () => {
      const { size, etag } = await files.write(key, text, { contentType: "application/xml" });
      return { size, etag };
    },
    settle: (outcome) => {
      if (outcome.state !== "done" && outcome.state !== "rehearsed") return [];
      // The store's etag is the MD5 of the content (handbook, rules: files); a rehearsal has no other.
      const stored = outcome.state === "done" ? outcome.value : { size: text.length, etag: md5(text) };
      return [{ ref: name, writes: [recordSitemap({ key, ...stored }, now)] }];
    },
    counts: name === SITEMAP_INDEX ? {} : { urls: file.count, parts: 1 },
    cursor: { phase: "parts", at: next },
  });
  return undefined;
}

/** Deletes what lies in the folder and was not made by this run. @param parts how many it made; 0: no index either */
async function* deleteOthers(context: Context, parts: number): Steps {
  const { run, cursor: from } = context;
  const prefix = sitemapFolder(run.clientId);
  const names = Array.from({ length: parts }, (_, index) => sitemapPart(index + 1));
  const kept = new Set((parts > 0 ? [SITEMAP_INDEX, ...names] : []).map((name) => `${prefix}${name}`));
  const deletion = from?.phase === "others" ? from.at.deletion : null;
  const plan = { what: "site maps", prefix, isOld: ({ key }: FileEntry) => !kept.has(key) };
  return yield* withCursors(deleteFiles({ ...context, cursor: deletion }, plan), (reached) => ({
    phase: "others" as const,
    at: { parts, deletion: reached },
  }));
}
