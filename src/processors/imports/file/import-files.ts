import { FileChangedError, type FileEntry, FileGoneError } from "../../../files/files.ts";
import { readRanges } from "../../../files/ranges.ts";
import {
  claimFile,
  claimKey,
  fileFingerprint,
  forgetFile,
  selectFileId,
  selectImported,
} from "../../../learning/imports/claims.ts";
import type { CsvOptions, ImportConfiguration } from "../../../learning/imports/configuration.ts";
import { rowRef } from "../../../learning/imports/problems.ts";
import { countFailuresAfter, type FailureScope, lastFailure } from "../../../store/step/failures.ts";
import type { Ending } from "../../../store/step/step.ts";
import { noAction, type RunContext, RunFailure, type Step, TOO_MANY_FAILURES, type Yielded } from "../../contract.ts";
import { type PhaseCursor, type PhaseSchemas, type PhaseWork, phases, withCursors } from "../../patterns/phases.ts";
import { finishFile, MOST_ATTEMPTS } from "./finish-file.ts";
import { type CursorOf, type FileCursor, type FileSchemas, firstCursor } from "./import-cursor.ts";
import { activeConfigurations, type ConfigurationChoice, nextFile } from "./waiting-files.ts";

/** A file may have at most this many bytes. */
export const LARGEST_FILE = 200 * 1024 * 1024;

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
  /** Its columns as the configuration renames them: by their name in the file, null for one that is passed over. */
  readonly mapping: ReadonlyMap<string, string | null>;
  /** It is a complete list. */
  readonly complete: boolean;
  /** Id of its `files` row, by which `import_seen` knows it. */
  readonly id: number;
  /** The failures that belong to it. */
  readonly failures: FailureScope;
  /** Its bytes from an offset on, in ranges. Throws {@link FileChangedError}, {@link FileGoneError}. */
  bytes(offset: number): AsyncGenerator<Uint8Array, void>;
}

/** What pass 0 found out about a file; kept in the checkpoint. */
export interface FileFacts {
  /** Rows below the header. */
  readonly rows: number;
}

/** What every import of files counts besides rows: files that were dealt with. */
export type FileCount = "files";

/**
 * How a processor imports the files of one kind. `K`: a place in the check, `F`: what that finds out, `S`: the schemas of places
 * in its passes, `O`: the options of a configuration, `N`: what it counts besides files.
 */
export interface FileImport<K, F extends FileFacts, S extends PhaseSchemas, O = CsvOptions, N extends string = never>
  extends ConfigurationChoice<O> {
  readonly schemas: FileSchemas<K, F, S>;
  /** Whether a file is a complete list, by its name and the configuration's options. */
  isComplete(name: string, options: O): boolean;
  /** Pass 0: reads the whole file and writes nothing. Throws {@link FileRefusal}, {@link FileSkip}. */
  check(file: ImportFile<O>, position: K | null): AsyncGenerator<Step<K, FileCount | N>, F>;
  /** The passes that write, by name. One that this file does not need ends at once. */
  passes(file: ImportFile<O>, facts: F): PhaseWork<S, FileCount | N>;
}

/**
 * Imports every file that waits directly under the location of a configuration: complete lists first, then deltas, each in the
 * order of the keys. A file is claimed, checked (pass 0), worked in passes and moved to `done/` or `failed/` with its result file
 * beside it, `<yyyyMMddHHmmss>_<name>` by the run's `now` in UTC.
 *
 * - A delta that was imported before and left no question open (same key, size, etag, parameters and configuration) is moved to
 *   `done/` unread and counts as skipped. A complete list is always read: what it says is true again even if it is an old one.
 * - A file is `failed` when it was refused as a whole, when too many of its rows failed unexpectedly, or when none of its rows
 *   could be used; a file without rows is done. No file keeps the others waiting: the next one is taken, and the run ends `failed`
 *   where the file was given up.
 * - Replaced while it is read, it is taken anew; deleted, it is recorded as a failure and the next one follows.
 * - With `maxRows` the next run goes on in the middle of the file; its result file has what failed in all of them.
 * - Of two configurations with one location the older one has the files.
 * - An inactive configuration (`scheduler_active`) is named in the log and left alone.
 * - A file that is not for its configuration ({@link FileSkip}) counts as skipped and stays.
 */
export async function* importFiles<P, K, F extends FileFacts, S extends PhaseSchemas, O, N extends string>(
  context: RunContext<P, CursorOf<K, F, S>>,
  plan: FileImport<K, F, S, O, N>,
): AsyncGenerator<Yielded<CursorOf<K, F, S>, FileCount | N>, Ending | undefined, unknown> {
  const configurations = await activeConfigurations(context, plan);
  if (configurations.length === 0) return noAction(`There is no active import configuration of the kind ${plan.kind}`);
  let cursor = firstCursor(context.cursor, context.run.id);
  for (const configuration of configurations) {
    if (configuration.id < cursor.configuration) continue;
    if (configuration.id > cursor.configuration) {
      cursor = { ...cursor, configuration: configuration.id, phase: "complete", after: "", file: null, anew: 0 };
    }
    for (;;) {
      if (!cursor.file) {
        const { phase, after } = cursor;
        const isComplete = (name: string) => plan.isComplete(name, configuration.options);
        const wanted = (name: string) => isComplete(name) === (phase === "complete");
        const entry = await nextFile(context.files, configuration.location, after, wanted);
        if (entry) cursor = yield* claim(context, configuration, entry, cursor);
        else if (phase === "delta") break;
        else cursor = { ...cursor, phase: "delta", after: "", anew: 0 };
      }
      if (cursor.file) cursor = yield* workFile(context, plan, configuration, cursor);
    }
  }
  if (cursor.ending) return cursor.ending;
  const places = configurations.map(({ location }) => location).join(", ");
  return cursor.met === 0 ? noAction(`No file waits in ${places}`) : undefined;
}

async function* claim<P, K, F, S extends PhaseSchemas, O>(
  context: RunContext<P>,
  configuration: ImportConfiguration<O>,
  entry: FileEntry,
  cursor: CursorOf<K, F, S>,
): AsyncGenerator<Step<CursorOf<K, F, S>>, CursorOf<K, F, S>> {
  const { run, rows, now } = context;
  const complete = cursor.phase === "complete";
  // How large the steps are does not change what a file means.
  const { chunkSize: _, maxRows: __, maxFailures: ___, ...parameters } = context.parameters;
  const fingerprint = await fileFingerprint(entry, parameters, configuration);
  const [imported = [], last = []] = await rows.each([selectImported(fingerprint), lastFailure()]);
  const known = !complete && imported.length > 0;
  const claimed: CursorOf<K, F, S> = {
    ...cursor,
    met: cursor.met + 1,
    file: {
      entry,
      complete,
      failures: { runs: [run.id], after: Number(last[0]?.id ?? 0) },
      check: null,
      facts: null,
      pass: null,
      verdict: known ? "known" : null,
    },
  };
  const owner = run.dryRun ? null : configuration.id;
  yield {
    cursor: claimed,
    also: known ? [] : claimFile(claimKey(entry, run), entry, fingerprint, owner, now),
  };
  return claimed;
}

/** Works the file of the cursor to its end. Returns the cursor for what follows. */
async function* workFile<P, K, F extends FileFacts, S extends PhaseSchemas, O, N extends string>(
  context: RunContext<P>,
  plan: FileImport<K, F, S, O, N>,
  configuration: ImportConfiguration<O>,
  from: CursorOf<K, F, S>,
): AsyncGenerator<Yielded<CursorOf<K, F, S>, FileCount | N>, CursorOf<K, F, S>, unknown> {
  type File = FileCursor<K, F, PhaseCursor<S>>;
  let cursor = from as CursorOf<K, F, S> & { readonly file: File };
  const { entry } = cursor.file;
  const name = entry.key.slice(configuration.location.length);
  const at = (file: Partial<File>) => {
    cursor = { ...cursor, file: { ...cursor.file, ...file } };
    return cursor;
  };

  if (cursor.file.verdict === null) {
    try {
      const file = await openFile(context, configuration, cursor.file, name);
      if (entry.size > LARGEST_FILE) {
        throw new FileRefusal("too_large", `The file has more than ${LARGEST_FILE / 1024 ** 2} MB; split it`);
      }
      if (cursor.file.facts === null) {
        const found = yield* withCursors(plan.check(file, cursor.file.check), (check) => at({ check }));
        at({ check: null, facts: found });
      }
      const facts = cursor.file.facts as F;
      const passes = phases(cursor.file.pass, plan.schemas.passes, plan.passes(file, facts));
      yield* withCursors(passes, (pass) => at({ pass }));
      const [count] = await context.rows.all<{ failed: number }>(countFailuresAfter(cursor.file.failures));
      const failed = Number(count?.failed ?? 0);
      context.log.info(`${name}: ${facts.rows} rows, ${failed} of them failed`);
      // Once the object has moved, only the cursor knows that it was read.
      yield { cursor: at({ verdict: facts.rows > 0 && failed >= facts.rows ? "failed" : "done" }) };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal) {
        const { code, message, line, endsRun } = refusal;
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
  return yield* finishFile(context, configuration, cursor, name);
}

/** Why a file as a whole goes to `failed/`: what was said of it, or that too many of its rows failed unexpectedly. */
function refusalOf(error: unknown): FileRefusal | null {
  if (error instanceof FileRefusal) return error;
  const tooMany = error instanceof RunFailure && error.code === TOO_MANY_FAILURES;
  return tooMany ? new FileRefusal(TOO_MANY_FAILURES, error.message, { endsRun: true }) : null;
}

async function openFile<P, O>(
  context: RunContext<P>,
  configuration: ImportConfiguration<O>,
  { entry, complete, failures }: FileCursor,
  name: string,
): Promise<ImportFile<O>> {
  const row = await context.rows.first(selectFileId(claimKey(entry, context.run)));
  // Its row is gone if another run took the file over; then it is claimed anew.
  if (!row) throw new FileChangedError(entry.key);
  return {
    name,
    size: entry.size,
    options: configuration.options,
    mapping: configuration.mapping,
    complete,
    id: row.id,
    failures,
    bytes: (offset) => readRanges(context.files, entry, offset),
  };
}
