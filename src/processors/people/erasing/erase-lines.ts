import { z } from "zod";
import { FileChangedError, type FileEntry, FileGoneError, type Files } from "../../../files/files.ts";
import { compareKeys } from "../../../files/keys.ts";
import { readRanges } from "../../../files/ranges.ts";
import { type ListFormat, ownCsvLines } from "../../../learning/erasure/csv-lines.ts";
import { LineOwner } from "../../../learning/erasure/line-owner.ts";
import { type OwnLines, withoutCuts } from "../../../learning/erasure/own-lines.ts";
import type { ErasedPerson } from "../../../learning/erasure/person.ts";
import { ownXmlElements } from "../../../learning/erasure/xml-elements.ts";
import { auditOnly } from "../../../store/audit.ts";
import { independent } from "../../../store/change.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Failure } from "../../../store/step/step.ts";
import { effect, type RunContext, type Unit, type Yielded } from "../../contract.ts";
import { folderOf, formOf, importFolders } from "./import-folders.ts";
import { streamOf } from "./streams.ts";

const cleaning = z.strictObject({
  entry: z.strictObject({ key: z.string(), size: z.number(), etag: z.string(), uploadedAt: z.number() }),
  form: z.enum(["list", "xml"]),
  format: z.strictObject({ delimiter: z.string(), mapping: z.record(z.string(), z.string().nullable()) }),
  /** The file keeps its other lines; else it is deleted. */
  keeps: z.boolean(),
  /** Of its `files` row; 0: it has none. */
  fileId: z.int(),
  /** Of the people whose lines it has. */
  ids: z.array(z.int()).readonly(),
});
type Cleaning = z.output<typeof cleaning>;

/** Where the look through import files goes on: behind this key of this prefix. */
export const linePosition = z.strictObject({
  prefix: z.string(),
  after: z.string(),
  /**
   * Files up to there that are to be cleaned first. They are decided on in a step of their own: once a file is clean, it
   * does not tell that it was to be cleaned.
   */
  cleanings: z.array(cleaning).readonly(),
  /** How many steps there were with files to clean. */
  steps: z.int(),
});
type LinePosition = z.output<typeof linePosition>;

/** Notes that a person stays for now, and why. The first reason counts. */
export type Block = (personId: number, failure: Failure) => void;

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
 * @param position where an earlier slice stopped; null: from the start
 * @param block told of people who stay: a file with a line of theirs is being imported or could not be cleaned, or the store could
 * not be read
 */
export async function* eraseLines(
  context: Context,
  people: readonly ErasedPerson[],
  position: LinePosition | null,
  block: Block,
): AsyncGenerator<Yielded<LinePosition, "objects">, void, unknown> {
  if (people.length === 0) return;
  const owner = new LineOwner(context.rows, people);
  const blockAll = (ids: readonly number[], failure: Failure) => {
    for (const id of ids) block(id, failure);
  };
  let steps = position?.steps ?? 0;
  const clean = async function* (prefix: string, after: string, cleanings: readonly Cleaning[]) {
    if (cleanings.length === 0) return;
    const failed = yield* cleanAll(context, owner, cleanings, `clean:${people[0]?.id}:${steps}`);
    for (const { ids, failure } of failed) blockAll(ids, failure);
    // Behind the effect, so that who stays because of it is remembered with it.
    yield { cursor: { prefix, after, cleanings: [], steps } };
  };

  if (position) yield* clean(position.prefix, position.after, position.cleanings);
  let [prefix, after, cleanings] = [position?.prefix ?? "", position?.after ?? "", [] as Cleaning[]];
  let [looked, size] = [0, 0];
  const step = async function* () {
    const these = cleanings;
    [cleanings, looked, size] = [[], 0, 0];
    if (these.length > 0) steps += 1;
    yield { cursor: { prefix, after, cleanings: these, steps } };
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
        if (verdict && "failure" in verdict) blockAll(verdict.ids, verdict.failure);
        else if (verdict) cleanings.push(verdict);
        after = entry.key;
        looked += 1;
        size += entry.size;
        if (looked === FILES_A_STEP || size >= BYTES_A_STEP || cleanings.length === CLEANINGS_A_STEP) yield* step();
      }
    }
  } catch (error) {
    if (!(error instanceof FilesUnreadable)) throw error;
    // Whose lines are in files that cannot be read is not known.
    blockAll(
      people.map(({ id }) => id),
      { code: "files_unavailable", message: error.message },
    );
  }
  if (cleanings.length > 0) yield* step();
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
async function* cleanAll(
  context: Context,
  owner: LineOwner,
  cleanings: readonly Cleaning[],
  key: string,
): AsyncGenerator<Yielded<LinePosition, "objects">, { ids: readonly number[]; failure: Failure }[], unknown> {
  const outcome = yield* effect<(Failure | null)[], LinePosition, "objects">({
    key,
    description: cleanings
      .map(({ keeps, ids, entry }) =>
        keeps
          ? `take the lines of ${ids.length} people out of a list of ${entry.size} bytes`
          : `delete a list of none but ${ids.length} people`,
      )
      .join("; "),
    repeatable: true,
    call: async () => {
      const problems: (Failure | null)[] = [];
      for (const cleaning of cleanings) problems.push(await cleanOne(context.files, owner, cleaning));
      return problems;
    },
    settle: (result) =>
      cleanings.flatMap((cleaning, index) => (result.state === "done" && result.value[index] ? [] : [noted(cleaning)])),
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
    // What has been put there since is not overwritten.
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
function noted({ keeps, fileId }: Cleaning): Unit<"objects"> {
  const row = sql`client_id = ${thisClient} AND id = ${fileId}`;
  const audit = auditOnly({ entity: "file", id: fileId, action: keeps ? "remove_people" : "delete" });
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
