import { sql } from "drizzle-orm";
import { PeopleFinder, type Traces } from "../../control/traces.ts";
import { FileChangedError, type FileEntry, FileGoneError, type Files } from "../../files/files.ts";
import { compareKeys } from "../../files/keys.ts";
import { readRanges } from "../../files/ranges.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import type { Failure } from "../../store/step.ts";
import { effect, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { formOf, lookInto, withoutRecords } from "./look-into-file.ts";

/** Where the search of files goes on: behind this key of this prefix. */
export interface FilePosition {
  readonly prefix: string;
  readonly after: string;
  /**
   * Files up to there that are to be cleaned first. They are decided on in a step of their own: once a file is clean, nobody
   * could tell from it that it was to be cleaned.
   */
  readonly cleanings: readonly Cleaning[];
  /** How many steps there were with files to clean. */
  readonly steps: number;
}

interface Cleaning {
  readonly entry: FileEntry;
  /** A list keeps its other rows; anything else is deleted. */
  readonly keeps: boolean;
  readonly look: "record" | "identity";
  /** Of its `files` row; 0: it has none. */
  readonly fileId: number;
  readonly ids: readonly number[];
}

/** A person who stays for now, and why. */
export interface Blocked extends Failure {
  readonly personId: number;
}

type Context = Pick<RunContext, "run" | "rows" | "files" | "now" | "log">;

/** A step is yielded after so many files looked at, bytes read or files to be cleaned, so that a slice can end there. */
const FILES_A_STEP = 100;
const BYTES_A_STEP = 32 * 1024 * 1024;
const CLEANINGS_A_STEP = 20;

interface Place {
  readonly prefix: string;
  /** Files wait here to be imported. */
  readonly imports: boolean;
}

/** Prefixes below which files of several people lie (spec 0.6, 2.1, 2.8.1): where files are imported, reports, temporary files, logs. */
async function placesOf({ rows, run }: Context): Promise<readonly Place[]> {
  const root = `c/${run.clientId}/`;
  const configured = await rows.all<{ location: string }>(
    sql`SELECT DISTINCT location FROM import_configs WHERE client_id = ${thisClient} AND location <> ''`,
  );
  const locations = configured.map(({ location }) => location.replace(/\/?$/, "/"));
  const imports = [`${root}import/`, ...locations.filter((one) => one.startsWith(root) && one !== root)];
  const others = [`${root}data/report/`, `${root}data/temp/`, `${root}log/`];
  const all = [
    ...imports.map((prefix) => ({ prefix, imports: true })),
    ...others.map((prefix) => ({ prefix, imports: false })),
  ];
  // One within another, or named twice, is looked at once.
  return all
    .filter(
      ({ prefix }, at) =>
        !all.some(
          (one, other) =>
            (one.prefix !== prefix && prefix.startsWith(one.prefix)) || (other < at && one.prefix === prefix),
        ),
    )
    .sort((a, b) => compareKeys(a.prefix, b.prefix));
}

/**
 * Takes some people out of the files in which they are listed with others (spec 2.2.3): import files and their results, reports,
 * temporary files, logs. A list loses their rows; a workbook or another text that names them goes as a whole, and so does a file
 * whose name has theirs. A file that still waits to be imported loses only rows that cannot be a namesake's, and if it is no list
 * its people stay until it is imported.
 *
 * @param at gives the cursor of a step
 * @returns people who stay: a file that names them could not be cleaned, or the store could not be read at all
 */
export async function* eraseFromFiles<C>(
  context: Context,
  people: readonly Traces[],
  from: { readonly position: FilePosition | null; readonly blocked: readonly Blocked[] },
  at: (position: FilePosition, blocked: readonly Blocked[]) => C,
): AsyncGenerator<Yielded<C>, readonly Blocked[], unknown> {
  const { position } = from;
  const finder = new PeopleFinder(people);
  const blocked = new Map(from.blocked.map((one) => [one.personId, one]));
  const block = (ids: readonly number[], failure: Failure) => {
    for (const personId of ids) if (!blocked.has(personId)) blocked.set(personId, { personId, ...failure });
  };
  let steps = position?.steps ?? 0;
  const cursor = (prefix: string, after: string, cleanings: readonly Cleaning[]) =>
    at({ prefix, after, cleanings, steps }, [...blocked.values()]);
  const clean = async function* (prefix: string, after: string, cleanings: readonly Cleaning[]) {
    if (cleanings.length === 0) return;
    const failed = yield* cleanAll(context, finder, cleanings, steps, cursor(prefix, after, []));
    for (const { ids, failure } of failed) block(ids, failure);
  };

  if (position) yield* clean(position.prefix, position.after, position.cleanings);
  let [prefix, after, cleanings] = [position?.prefix ?? "", position?.after ?? "", [] as Cleaning[]];
  let [looked, size] = [0, 0];
  const step = async function* () {
    const these = cleanings;
    [cleanings, looked, size] = [[], 0, 0];
    if (these.length > 0) steps += 1;
    yield { cursor: cursor(prefix, after, these) };
    yield* clean(prefix, after, these);
  };
  try {
    for (const place of await placesOf(context)) {
      if (compareKeys(place.prefix, prefix) < 0) continue;
      if (place.prefix !== prefix) [prefix, after] = [place.prefix, ""];
      for await (const entry of entriesBehind(context.files, prefix, after)) {
        const waits = place.imports && !/\/(?:done|failed)\/[^/]+$/.test(entry.key);
        const verdict = await judge(context, finder, entry, waits);
        if (verdict && "failure" in verdict) block(verdict.ids, verdict.failure);
        else if (verdict) cleanings.push(verdict);
        after = entry.key;
        looked += 1;
        size += entry.size;
        if (looked === FILES_A_STEP || size >= BYTES_A_STEP || cleanings.length === CLEANINGS_A_STEP) yield* step();
      }
    }
  } catch (error) {
    if (!(error instanceof FilesUnreadable)) throw error;
    // Whom the files name that nobody can read, nobody knows.
    block(finder.ids, { code: "files_unavailable", message: error.message });
  }
  if (cleanings.length > 0) yield* step();
  return [...blocked.values()];
}

/** The file store could not be read. */
class FilesUnreadable extends Error {}

async function* entriesBehind(files: Files, prefix: string, after: string): AsyncGenerator<FileEntry, void> {
  for (let page: string | null | undefined; page !== null; ) {
    const found = await files.list(prefix, page ?? null).catch((error: unknown) => {
      throw new FilesUnreadable(`The client's files could not be listed: ${problemOf(error)}`, { cause: error });
    });
    for (const entry of found.entries) if (compareKeys(entry.key, after) > 0) yield entry;
    page = found.cursor;
  }
}

/** What a file store reports, by its code or kind: its own words may hold a key, and the key a name. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Whether the name of a file has a person's. */
function findInKey(finder: PeopleFinder, key: string): number[] {
  return [...new Set([...finder.find(key), ...finder.find(key.replace(/[_/.]+/g, " "))])];
}

/** What is to be done about a file: nothing, clean it, or let people stay because of it. */
type Verdict = null | Cleaning | { readonly ids: readonly number[]; readonly failure: Failure };

async function judge(
  { files, rows, log }: Context,
  finder: PeopleFinder,
  entry: FileEntry,
  waits: boolean,
): Promise<Verdict> {
  const stay = (ids: readonly number[], code: string, message: string): Verdict => ({
    ids,
    failure: { code, message },
  });
  const form = formOf(entry.key);
  const look = waits ? "identity" : "record";
  const inKey = findInKey(finder, entry.key);
  let inside: ReadonlySet<number> = new Set();
  try {
    if (form !== "closed") inside = await lookInto(readRanges(files, entry), form, finder, look);
  } catch (error) {
    if (error instanceof FileGoneError) return null;
    if (error instanceof FileChangedError) return stay(finder.ids, "file_changed", CHANGED);
    if (form !== "workbook")
      throw new FilesUnreadable(`A file could not be read: ${problemOf(error)}`, { cause: error });
    log.warn("A workbook cannot be read and was left as it is", inKey.length > 0 ? {} : { key: entry.key });
  }
  const ids = [...new Set([...inKey, ...inside])];
  if (ids.length === 0) return null;
  const keeps = form === "list" && inKey.length === 0;
  if (waits && !keeps) {
    return stay(ids, "file_waits", "A file that names the person waits to be imported; import it or take it away");
  }
  const row = await rows.first<{ id: number; state: string }>(
    sql`SELECT id, state FROM files WHERE client_id = ${thisClient} AND key = ${entry.key}`,
  );
  if (row?.state === "claimed") return stay(ids, "file_in_use", "A file that names the person is being imported");
  return { entry, keeps, look, fileId: row?.id ?? 0, ids };
}

const CHANGED = "A file was replaced while it was looked through; the person is deleted next time";

/** Cleans files; returns whose could not be cleaned. */
async function* cleanAll<C>(
  context: Context,
  finder: PeopleFinder,
  cleanings: readonly Cleaning[],
  step: number,
  cursor: C,
): AsyncGenerator<Yielded<C>, { ids: readonly number[]; failure: Failure }[], unknown> {
  const outcome = yield* effect<(Failure | null)[]>({
    key: `clean:${finder.ids[0]}:${step}`,
    description: cleanings
      .map(({ keeps, ids, entry }) =>
        keeps
          ? `take ${ids.length} people out of a list of ${entry.size} bytes`
          : `delete a file that names ${ids.length} people`,
      )
      .join("; "),
    repeatable: true,
    call: async () => {
      const problems: (Failure | null)[] = [];
      for (const cleaning of cleanings) problems.push(await cleanOne(context.files, finder, cleaning));
      return problems;
    },
    settle: (result) =>
      cleanings.flatMap((cleaning, index) =>
        result.state === "done" && result.value[index] ? [] : [noted(cleaning, finder, context.now)],
      ),
    cursor,
  });
  if (outcome.state !== "done") return [];
  return cleanings.flatMap(({ ids }, index) => {
    const failure = outcome.value[index];
    return failure ? [{ ids, failure }] : [];
  });
}

async function cleanOne(files: Files, finder: PeopleFinder, { entry, keeps, look }: Cleaning): Promise<Failure | null> {
  try {
    if (!keeps) {
      await files.delete([entry.key]);
      return null;
    }
    const cleaned = withoutRecords(readRanges(files, entry), finder, look);
    await files.write(entry.key, streamOf(cleaned), { contentType: "text/csv" });
    return null;
  } catch (error) {
    if (error instanceof FileGoneError) return null;
    if (!(error instanceof FileChangedError)) {
      const message = `A file that names the person could not be cleaned: ${problemOf(error)}`;
      return { code: "files_unavailable", message };
    }
  }
  // It was cleaned before and the answer was lost, or it is another file by now.
  try {
    const now = await files.head(entry.key);
    const left = now ? await lookInto(readRanges(files, now), "list", finder, look) : new Set();
    return left.size === 0 ? null : { code: "file_changed", message: CHANGED };
  } catch {
    return { code: "file_changed", message: CHANGED };
  }
}

/** What the database is to know of a cleaned file. */
function noted({ entry, keeps, fileId }: Cleaning, finder: PeopleFinder, now: number): Unit {
  const key = findInKey(finder, entry.key).length > 0 ? sql`'deleted-' || id` : sql`key`;
  const gone = sql`UPDATE files SET state = 'deleted', key = ${key}, updated_at = ${now} WHERE client_id = ${thisClient} AND id = ${fileId}`;
  const audit = sql`INSERT INTO audit_log (client_id, run_id, entity, entity_id, action, at)
    VALUES (${thisClient}, ${thisRun}, 'file', ${fileId}, ${keeps ? "remove_people" : "delete"}, ${now})`;
  return {
    ref: fileId === 0 ? "file" : `file:${fileId}`,
    writes: keeps ? [audit] : [gone, audit],
    counts: { objects: 1 },
  };
}

function streamOf(pieces: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await pieces.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}
