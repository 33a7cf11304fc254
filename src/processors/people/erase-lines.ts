import { sql } from "drizzle-orm";
import { FileChangedError, type FileEntry, FileGoneError, type Files } from "../../files/files.ts";
import { compareKeys } from "../../files/keys.ts";
import { readRanges } from "../../files/ranges.ts";
import { type ListFormat, ownCsvLines } from "../../learning/erasure/csv-lines.ts";
import { LineOwner } from "../../learning/erasure/line-owner.ts";
import { type OwnLines, withoutCuts } from "../../learning/erasure/own-lines.ts";
import type { ErasedPerson } from "../../learning/erasure/person.ts";
import { ownXmlElements } from "../../learning/erasure/xml-elements.ts";
import { independent } from "../../store/change.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import type { Failure } from "../../store/step.ts";
import { effect, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { folderOf, formOf, importFolders } from "./import-folders.ts";
import { streamOf } from "./streams.ts";

/** Where the look through import files goes on: behind this key of this prefix. */
export interface LinePosition {
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
  readonly form: "list" | "xml";
  readonly format: ListFormat;
  /** The file keeps its other lines; else it is deleted. */
  readonly keeps: boolean;
  /** Of its `files` row; 0: it has none. */
  readonly fileId: number;
  readonly ids: readonly number[];
}

/** A person who stays for now, and why. */
export interface Blocked extends Failure {
  readonly personId: number;
}

type Context = Pick<RunContext, "run" | "rows" | "files" | "now" | "log">;

/** Files looked at, bytes read or files to be cleaned after which a step is yielded, so that a slice can end there. */
const FILES_A_STEP = 100;
const BYTES_A_STEP = 32 * 1024 * 1024;
const CLEANINGS_A_STEP = 20;

const CHANGED = "A file was replaced while it was looked through; the person is deleted next time";
const IN_USE = "A file with a line of the person is being imported; the person is deleted next time";

/** The file store could not be read. */
class FilesUnreadable extends Error {}

/** What a file store reports, by its code or kind: its own words may hold a key, and the key a name. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/**
 * Takes the lines of some people out of import files and their results, whether these wait or lie in `done/` or `failed/`: lines whose
 * key column has the external id or username of one of them, and nothing else. A file that is done with and has no line of anybody
 * else is deleted.
 *
 * @param at gives the cursor of a step
 * @returns people who stay: a file with a line of theirs is being imported or could not be cleaned, or the store could not be read
 */
export async function* eraseLines<C>(
  context: Context,
  people: readonly ErasedPerson[],
  from: { readonly position: LinePosition | null; readonly blocked: readonly Blocked[] },
  at: (position: LinePosition, blocked: readonly Blocked[]) => C,
): AsyncGenerator<Yielded<C, "objects">, readonly Blocked[], unknown> {
  if (people.length === 0) return from.blocked;
  const { position } = from;
  const owner = new LineOwner(context.rows, people);
  const blocked = new Map(from.blocked.map((one) => [one.personId, one]));
  const block = (ids: readonly number[], failure: Failure) => {
    for (const personId of ids) if (!blocked.has(personId)) blocked.set(personId, { personId, ...failure });
  };
  let steps = position?.steps ?? 0;
  const cursor = (prefix: string, after: string, cleanings: readonly Cleaning[]) =>
    at({ prefix, after, cleanings, steps }, [...blocked.values()]);
  const clean = async function* (prefix: string, after: string, cleanings: readonly Cleaning[]) {
    if (cleanings.length === 0) return;
    const key = `clean:${people[0]?.id}:${steps}`;
    const failed = yield* cleanAll(context, owner, cleanings, key, cursor(prefix, after, []));
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
    const folders = await importFolders(context);
    // One within another is looked through with it.
    const outer = folders.filter(
      (folder) => !folders.some((one) => one !== folder && folder.prefix.startsWith(one.prefix)),
    );
    for (const folder of outer.sort((a, b) => compareKeys(a.prefix, b.prefix))) {
      if (compareKeys(folder.prefix, prefix) < 0) continue;
      if (folder.prefix !== prefix) [prefix, after] = [folder.prefix, ""];
      for await (const entry of entriesBehind(context.files, prefix, after)) {
        const inner = folderOf(folders, entry.key) ?? folder;
        const form = formOf(inner, entry.key);
        const verdict = form === null ? null : await judge(context, owner, entry, form, inner.format);
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
    // Whose lines are in files that cannot be read, nobody knows.
    block(
      people.map(({ id }) => id),
      { code: "files_unavailable", message: error.message },
    );
  }
  if (cleanings.length > 0) yield* step();
  return [...blocked.values()];
}

async function* entriesBehind(files: Files, prefix: string, after: string): AsyncGenerator<FileEntry, void> {
  for (let page: string | null | undefined; page !== null; ) {
    const found = await files.list(prefix, page ?? null).catch((error: unknown) => {
      throw new FilesUnreadable(`The client's files could not be listed: ${problemOf(error)}`, { cause: error });
    });
    for (const entry of found.entries) if (compareKeys(entry.key, after) > 0) yield entry;
    page = found.cursor;
  }
}

function linesOf(files: Files, owner: LineOwner, { entry, form, format }: Pick<Cleaning, "entry" | "form" | "format">) {
  const open = () => readRanges(files, entry);
  return form === "xml" ? ownXmlElements(open, owner) : ownCsvLines(open(), format, owner);
}

/** What is to be done about a file: nothing, clean it, or let people stay because of it. */
type Verdict = null | Cleaning | { readonly ids: readonly number[]; readonly failure: Failure };

async function judge(
  { files, rows, log }: Context,
  owner: LineOwner,
  entry: FileEntry,
  form: "list" | "xml",
  format: ListFormat,
): Promise<Verdict> {
  let lines: OwnLines;
  try {
    lines = await linesOf(files, owner, { entry, form, format });
  } catch (error) {
    if (error instanceof FileGoneError) return null;
    if (error instanceof FileChangedError)
      return { ids: owner.people, failure: { code: "file_changed", message: CHANGED } };
    throw new FilesUnreadable(`A file could not be read: ${problemOf(error)}`, { cause: error });
  }
  const row = lines.people.length === 0 && lines.whole ? null : await fileRow(rows, entry.key);
  if (!lines.whole)
    log.warn("An XML file is not well-formed; what lies behind that place was not looked at", {
      file: row?.id ?? null,
    });
  if (lines.people.length === 0) return null;
  if (row?.state === "claimed") return { ids: lines.people, failure: { code: "file_in_use", message: IN_USE } };
  const waits = !/\/(?:done|failed)\/[^/]+$/.test(entry.key);
  const keeps = waits || lines.others || !lines.whole;
  return { entry, form, format, keeps, fileId: row?.id ?? 0, ids: lines.people };
}

function fileRow(rows: Context["rows"], key: string) {
  return rows.first<{ id: number; state: string }>(
    sql`SELECT id, state FROM files WHERE client_id = ${thisClient} AND key = ${key}`,
  );
}

/** Cleans files; returns whose could not be cleaned. */
async function* cleanAll<C>(
  context: Context,
  owner: LineOwner,
  cleanings: readonly Cleaning[],
  key: string,
  cursor: C,
): AsyncGenerator<Yielded<C, "objects">, { ids: readonly number[]; failure: Failure }[], unknown> {
  const outcome = yield* effect<(Failure | null)[], C, "objects">({
    key,
    description: cleanings
      .map(({ keeps, ids, entry }) =>
        keeps
          ? `take the lines of ${ids.length} people out of a list of ${entry.size} bytes`
          : `delete a list of nobody but ${ids.length} people`,
      )
      .join("; "),
    repeatable: true,
    call: async () => {
      const problems: (Failure | null)[] = [];
      for (const cleaning of cleanings) problems.push(await cleanOne(context.files, owner, cleaning));
      return problems;
    },
    settle: (result) =>
      cleanings.flatMap((cleaning, index) =>
        result.state === "done" && result.value[index] ? [] : [noted(cleaning, context.now)],
      ),
    cursor,
  });
  if (outcome.state !== "done") return [];
  return cleanings.flatMap(({ ids }, index) => {
    const failure = outcome.value[index];
    return failure ? [{ ids, failure }] : [];
  });
}

async function cleanOne(files: Files, owner: LineOwner, cleaning: Cleaning): Promise<Failure | null> {
  const { entry, keeps } = cleaning;
  try {
    const { cuts } = await linesOf(files, owner, cleaning);
    const now = await files.head(entry.key);
    if (!now) return null;
    // What somebody has put there since is not overwritten.
    if (now.etag !== entry.etag) throw new FileChangedError(entry.key);
    if (!keeps) await files.delete([entry.key]);
    else
      await files.write(entry.key, streamOf(withoutCuts(readRanges(files, entry), cuts)), {
        contentType: contentTypeOf(cleaning),
      });
    return null;
  } catch (error) {
    if (error instanceof FileGoneError) return null;
    if (!(error instanceof FileChangedError)) {
      const message = `A file with a line of the person could not be cleaned: ${problemOf(error)}`;
      return { code: "files_unavailable", message };
    }
  }
  // It was cleaned before and the answer was lost, or it is another file by now.
  try {
    const now = await files.head(entry.key);
    const left = now ? (await linesOf(files, owner, { ...cleaning, entry: now })).people : [];
    return left.length === 0 ? null : { code: "file_changed", message: CHANGED };
  } catch {
    return { code: "file_changed", message: CHANGED };
  }
}

function contentTypeOf({ form }: Cleaning): string {
  return form === "xml" ? "application/xml" : "text/csv";
}

/** What the database is to know of a cleaned file. */
function noted({ keeps, fileId }: Cleaning, now: number): Unit<"objects"> {
  const row = sql`client_id = ${thisClient} AND id = ${fileId}`;
  const audit = sql`INSERT INTO audit_log (client_id, run_id, entity, entity_id, action, at)
    VALUES (${thisClient}, ${thisRun}, 'file', ${fileId}, ${keeps ? "remove_people" : "delete"}, ${now})`;
  const gone = [
    sql`DELETE FROM import_seen WHERE client_id = ${thisClient} AND file_id = ${fileId}`,
    sql`DELETE FROM files WHERE ${row}`,
  ];
  return {
    ref: fileId === 0 ? "file" : `file:${fileId}`,
    writes: independent(keeps ? [audit] : [...gone, audit]),
    counts: { objects: 1 },
  };
}
