import { FileChangedError, type FileEntry, FileGoneError, type Files } from "../../files/files.ts";
import { readRanges } from "../../files/ranges.ts";
import {
  claimFile,
  claimKey,
  forgetFile,
  selectFileId,
  selectImported,
  settleFile,
} from "../../learning/imports/claims.ts";
import type { CsvOptions, ImportConfiguration } from "../../learning/imports/configuration.ts";
import { resultLines, rowRef } from "../../learning/imports/problems.ts";
import { countFailuresAfter, lastFailure } from "../../store/failures.ts";
import type { Ending } from "../../store/step.ts";
import { effect, noAction, type RunContext, type Step, type Yielded } from "../contract.ts";
import { activeConfigurations, type ConfigurationChoice, nextFile } from "./waiting-files.ts";

/** A file may have so many bytes (spec 2.1: 200 MB). */
export const LARGEST_FILE = 200 * 1024 * 1024;
/** A file that is replaced again and again while it is being read is left for the next run after so many attempts. */
const MOST_ATTEMPTS = 3;

/**
 * The file as a whole cannot be imported: it goes to `failed/`. Thrown in pass 0 nothing of it is imported; thrown later, what
 * was done stays. With `endsRun` the run ends `failed` with this code once the other files are done too.
 */
export class FileRefusal extends Error {
  readonly code: string;
  /** Physical line, 0 for the whole file. */
  readonly line: number;
  readonly endsRun: boolean;
  constructor(code: string, message: string, options: { line?: number; endsRun?: boolean } = {}) {
    super(message);
    this.code = code;
    this.line = options.line ?? 0;
    this.endsRun = options.endsRun ?? false;
  }
}

/** The file is not for this configuration: it counts as skipped and stays where it is. Thrown in pass 0. The message says why. */
export class FileSkip extends Error {}

/** A claimed file, as the passes over it see it. `O` are the options of its configuration. */
export interface ImportFile<O = CsvOptions> {
  /** Its name below the configuration's location. */
  readonly name: string;
  readonly size: number;
  readonly options: O;
  /** Id of its `files` row, by which `import_seen` knows it. */
  readonly id: number;
  /** The last failure of the run before this file. */
  readonly failuresBefore: number;
  /** Its bytes from an offset on, in ranges. Throws {@link FileChangedError}, {@link FileGoneError}. */
  bytes(offset: number): AsyncGenerator<Uint8Array, void>;
}

/** What pass 0 found out about a file; kept in the checkpoint. */
export interface FileFacts {
  /** Rows below the header. */
  readonly rows: number;
}

/**
 * One pass over a file: steps whose cursor is the position within this pass, from `position` (null: the beginning) to the end.
 * (Declared as a method, so that passes with different positions fit into one list; each gets its own back.)
 */
export type Pass<P = unknown> = { steps(position: P | null): AsyncGenerator<Step<P>, void> }["steps"];

/** How a processor imports the files of one kind. */
export interface FileImport<F extends FileFacts, O = CsvOptions> extends ConfigurationChoice<O> {
  /** Pass 0: reads the whole file and writes nothing. Throws {@link FileRefusal}, {@link FileSkip}. */
  check(file: ImportFile<O>, position: unknown): AsyncGenerator<Step, F>;
  /** The passes that write, in order. */
  passes(file: ImportFile<O>, facts: F): readonly Pass[];
}

interface FileCursor {
  readonly entry: FileEntry;
  readonly failuresBefore: number;
  /** 0 is the check. */
  readonly pass: number;
  readonly position: unknown;
  readonly facts: unknown;
  /** What is to become of it, once that is decided. */
  readonly verdict: "done" | "failed" | "known" | null;
}

/** Where an import goes on from. */
export interface ImportCursor {
  /** Id of the configuration being worked. */
  readonly configuration: number;
  /** Key of the last file that was dealt with there. */
  readonly after: string;
  readonly file: FileCursor | null;
  /** Files met so far. */
  readonly met: number;
  /** How often the present file was taken anew because it was replaced. */
  readonly anew: number;
  /** How the run is to end, if a file said so. */
  readonly ending: Ending | null;
}

const START: ImportCursor = { configuration: 0, after: "", file: null, met: 0, anew: 0, ending: null };

/**
 * Imports files as spec 2.1 has it: every file that waits directly under the location of a configuration, in the order of the
 * keys. Each is claimed, checked (pass 0), worked in passes and moved to `done/` or `failed/` with its result file beside it,
 * `<yyyyMMddHHmmss>_<name>` by the run's `now` in UTC.
 *
 * - A file whose content this configuration has imported before (size and etag) is moved to `done/` unread and counts as skipped.
 * - A file is `failed` when it was refused as a whole or none of its rows could be used; a file without rows is done.
 * - Replaced while it is read, it is taken anew; deleted, it is recorded as a failure and the next one follows.
 * - Of two configurations with one location the older one has the files.
 * - An inactive configuration (`scheduler_active`) is named in the log and left alone.
 * - A file that is not for its configuration ({@link FileSkip}) counts as skipped and stays.
 */
export async function* importFiles<P, F extends FileFacts, O>(
  context: RunContext<P, ImportCursor>,
  plan: FileImport<F, O>,
): AsyncGenerator<Yielded<ImportCursor>, Ending | undefined, unknown> {
  const configurations = await activeConfigurations(context, plan);
  if (configurations.length === 0) return noAction(`There is no active import configuration of the kind ${plan.kind}`);
  let cursor = context.cursor ?? START;
  for (const configuration of configurations) {
    if (configuration.id < cursor.configuration) continue;
    if (configuration.id > cursor.configuration) {
      cursor = { ...cursor, configuration: configuration.id, after: "", file: null, anew: 0 };
    }
    for (;;) {
      if (!cursor.file) {
        const entry = await nextFile(context.files, configuration.location, cursor.after);
        if (!entry) break;
        cursor = yield* claim(context, configuration, entry, cursor);
      }
      cursor = yield* workFile(context, plan, configuration, cursor);
    }
  }
  if (cursor.ending) return cursor.ending;
  const places = configurations.map(({ location }) => location).join(", ");
  return cursor.met === 0 ? noAction(`No file waits in ${places}`) : undefined;
}

async function* claim<P>(
  context: RunContext<P, ImportCursor>,
  configuration: Pick<ImportConfiguration, "id">,
  entry: FileEntry,
  cursor: ImportCursor,
): AsyncGenerator<Step<ImportCursor>, ImportCursor> {
  const { run, rows, now } = context;
  const [known = [], last = []] = await rows.each([selectImported(entry, configuration.id), lastFailure()]);
  const claimed: ImportCursor = {
    ...cursor,
    met: cursor.met + 1,
    file: {
      entry,
      failuresBefore: Number(last[0]?.id ?? 0),
      pass: 0,
      position: null,
      facts: null,
      verdict: known.length > 0 ? "known" : null,
    },
  };
  yield {
    cursor: claimed,
    also: known.length > 0 ? [] : claimFile(claimKey(entry, run), entry, run.dryRun ? null : configuration.id, now),
  };
  return claimed;
}

/** Works the file of the cursor to its end. Returns the cursor for what follows. */
async function* workFile<P, F extends FileFacts, O>(
  context: RunContext<P, ImportCursor>,
  plan: FileImport<F, O>,
  configuration: ImportConfiguration<O>,
  from: ImportCursor,
): AsyncGenerator<Yielded<ImportCursor>, ImportCursor, unknown> {
  let cursor = from as ImportCursor & { readonly file: FileCursor };
  const { entry } = cursor.file;
  const name = entry.key.slice(configuration.location.length);
  const at = (file: Partial<FileCursor>) => {
    cursor = { ...cursor, file: { ...cursor.file, ...file } };
    return cursor;
  };
  /** Hands on the steps of a pass, with the whole cursor around its position. */
  async function* pass<T>(steps: AsyncGenerator<Step, T>): AsyncGenerator<Step<ImportCursor>, T> {
    try {
      for (;;) {
        const next = await steps.next();
        if (next.done) return next.value;
        yield { ...next.value, cursor: at({ position: next.value.cursor }) };
      }
    } finally {
      await steps.return(undefined as T).catch(() => undefined);
    }
  }

  if (cursor.file.verdict === null) {
    try {
      const file = await openFile(context, configuration, cursor.file, name);
      if (entry.size > LARGEST_FILE) {
        throw new FileRefusal("too_large", `The file has more than ${LARGEST_FILE / 1024 ** 2} MB; split it`);
      }
      if (cursor.file.facts === null) {
        const facts = yield* pass(plan.check(file, cursor.file.position));
        at({ pass: 1, position: null, facts });
      }
      const facts = cursor.file.facts as F;
      for (const [index, run] of plan.passes(file, facts).entries()) {
        if (index + 1 < cursor.file.pass) continue;
        if (index + 1 > cursor.file.pass) at({ pass: index + 1, position: null });
        yield* pass(run(cursor.file.position));
      }
      const [count] = await context.rows.all<{ failed: number }>(countFailuresAfter(cursor.file.failuresBefore));
      const failed = Number(count?.failed ?? 0);
      context.log.info(`${name}: ${facts.rows} rows, ${failed} of them failed`);
      // Once the object has moved, only the cursor knows that it was read.
      yield { cursor: at({ verdict: facts.rows > 0 && failed >= facts.rows ? "failed" : "done" }) };
    } catch (error) {
      if (error instanceof FileRefusal) {
        const { code, message, line, endsRun } = error;
        if (endsRun) cursor = { ...cursor, ending: { state: "failed", code, message: `${name}: ${message}` } };
        yield {
          units: [{ ref: rowRef(name, line, ""), writes: [], failure: { code, message } }],
          cursor: at({ verdict: "failed" }),
        };
      } else if (error instanceof FileChangedError && cursor.anew < MOST_ATTEMPTS) {
        context.log.warn(`${name} was replaced while it was being read; it is taken anew`);
        return { ...cursor, file: null, anew: cursor.anew + 1 };
      } else if (error instanceof FileChangedError || error instanceof FileGoneError || error instanceof FileSkip) {
        const { message } = error;
        const next = { ...cursor, after: entry.key, file: null, anew: 0 };
        const skip = error instanceof FileSkip;
        if (skip) context.log.info(`${name}: ${message}`);
        yield {
          units: [{ ref: name, writes: [], ...(skip ? {} : { failure: { code: error.code, message } }) }],
          also: forgetFile(claimKey(entry, context.run)),
          cursor: next,
        };
        return next;
      } else throw error;
    }
  }
  return yield* finish(context, configuration, cursor, name);
}

async function openFile<P, O>(
  context: RunContext<P, ImportCursor>,
  configuration: ImportConfiguration<O>,
  { entry, failuresBefore }: FileCursor,
  name: string,
): Promise<ImportFile<O>> {
  const row = await context.rows.first<{ id: number }>(selectFileId(claimKey(entry, context.run)));
  // Its row is gone if somebody else took the file over; then it is claimed anew.
  if (!row) throw new FileChangedError(entry.key);
  return {
    name,
    size: entry.size,
    options: configuration.options,
    id: Number(row.id),
    failuresBefore,
    bytes: (offset) => readRanges(context.files, entry, offset),
  };
}

/** Writes the result file, moves the object, and lets its row and the keys seen follow. */
async function* finish<P>(
  context: RunContext<P, ImportCursor>,
  configuration: Pick<ImportConfiguration, "location">,
  cursor: ImportCursor & { readonly file: FileCursor },
  name: string,
): AsyncGenerator<Yielded<ImportCursor>, ImportCursor, unknown> {
  const { run, rows, files, now } = context;
  const { entry, verdict, failuresBefore } = cursor.file;
  const state = verdict === "failed" ? "failed" : "done";
  const target = `${configuration.location}${state}/${stamp(now)}_${name}`;
  const key = claimKey(entry, run);
  const claimed = verdict === "known" ? null : await rows.first<{ id: number }>(selectFileId(key));
  const outcome = yield* effect({
    key: `move ${entry.key} ${entry.etag}`,
    description: `move ${name} to ${state}/ and write its result file`,
    repeatable: true,
    cursor,
    call: async () => {
      if (claimed) {
        const lines = resultLines(rows, { id: Number(claimed.id), name, failuresBefore });
        await files.write(`${target}.result.csv`, encoded(lines), { contentType: "text/csv; charset=utf-8" });
      }
      return { replaced: !(await moved(files, entry, target)) };
    },
  });
  const replaced = outcome.state === "done" && outcome.value.replaced && cursor.anew < MOST_ATTEMPTS;
  // What was read is done with; what stands there now is another file, and is taken next.
  const next: ImportCursor = replaced
    ? { ...cursor, file: null, anew: cursor.anew + 1 }
    : { ...cursor, after: entry.key, file: null, anew: 0 };
  if (verdict === "known") yield { units: [{ ref: name, writes: [] }], cursor: next };
  else if (run.dryRun) yield { also: forgetFile(key), counts: { files: 1 }, cursor: next };
  else yield { also: settleFile(key, target, state, now), counts: { files: 1 }, cursor: next };
  return next;
}

/** Moves an object as it was read; false when another stands there meanwhile. One that somebody deleted counts as moved. */
async function moved(files: Files, entry: FileEntry, target: string): Promise<boolean> {
  try {
    await files.move(entry.key, target, { etag: entry.etag });
    return true;
  } catch (error) {
    if (error instanceof FileGoneError) return true;
    if (error instanceof FileChangedError) return false;
    throw error;
  }
}

/** `yyyyMMddHHmmss` in UTC. @param now ms */
function stamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:T]|\..*$/g, "");
}

/** Lines as a stream of UTF-8, made as they are read. */
function encoded(lines: AsyncGenerator<string, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const line = await lines.next();
        if (line.done) controller.close();
        else controller.enqueue(encoder.encode(line.value));
      },
      cancel: async () => {
        await lines.return();
      },
    },
    { highWaterMark: 0 },
  );
}
