import { z } from "zod";
import type { FileEntry } from "../../../files/files.ts";
import type { FailureScope } from "../../../store/step/failures.ts";
import type { Ending } from "../../../store/step/step.ts";
import { type PhaseCursor, type PhaseSchemas, phaseCursor } from "../../patterns/phases.ts";

/** Where the work on one file stands. `K`: a place in its check, `F`: what that found out, `W`: a place in a pass that writes. */
export interface FileCursor<K = unknown, F = unknown, W = unknown> {
  readonly entry: FileEntry;
  /** It is a complete list: what it does not have is missing. */
  readonly complete: boolean;
  /** The failures that belong to it. */
  readonly failures: FailureScope;
  /** Where its check (pass 0) stands; null: at the beginning, or it is done. */
  readonly check: K | null;
  /** What the check found out; null before its end. */
  readonly facts: F | null;
  /** The pass under way, and where it stands; null before the first step of the first pass. */
  readonly pass: W | null;
  /** What is to be done with it, once that is decided; `known`: it was imported before. */
  readonly verdict: "done" | "failed" | "known" | null;
}

/** Where an import goes on from. */
export interface ImportCursor<File extends FileCursor = FileCursor> {
  /** Id of the configuration being worked. */
  readonly configuration: number;
  /** Complete lists come first. */
  readonly phase: "complete" | "delta";
  /** Key of the last file that was dealt with in this phase. */
  readonly after: string;
  readonly file: File | null;
  /** Files met so far. */
  readonly met: number;
  /** How often the present file was taken anew because it was replaced. */
  readonly anew: number;
  /** How the run is to end, if a file said so. */
  readonly ending: Ending | null;
}

/** The version of {@link ImportCursor}; raised when its meaning changes. */
export const IMPORT_CURSOR_VERSION = 3;

const entry = z.strictObject({ key: z.string(), size: z.int(), etag: z.string(), uploadedAt: z.number() });
const failures = z.strictObject({ runs: z.array(z.int()), after: z.int() });
const ending = z.strictObject({
  state: z.enum(["ok", "no_action", "partial", "failed", "cancelled"]),
  code: z.string().optional(),
  message: z.string().optional(),
});

/** The schemas of what an import keeps of the file that it works. */
export interface FileSchemas<K, F, S extends PhaseSchemas> {
  /** A place in the check. */
  readonly check: z.ZodType<K>;
  /** What the check finds out. */
  readonly facts: z.ZodType<F>;
  /** A place in each pass that writes, by the passes' names in the order in which they are worked. */
  readonly passes: S;
}

/** The cursor of an import whose files have these checks, facts and passes. */
export type CursorOf<K, F, S extends PhaseSchemas> = ImportCursor<FileCursor<K, F, PhaseCursor<S>>>;

/**
 * The schema of an import's cursor.
 *
 * ```ts
 * cursor: importCursor({ check: csvCheck, facts: csvFacts, passes: { rows: rowPosition } }),
 * ```
 */
export function importCursor<K, F, const S extends PhaseSchemas>(
  schemas: FileSchemas<K, F, S>,
): z.ZodType<CursorOf<K, F, S>> {
  const file = z.strictObject({
    entry,
    complete: z.boolean(),
    failures,
    check: schemas.check.nullable(),
    facts: schemas.facts.nullable(),
    pass: phaseCursor(schemas.passes).nullable(),
    verdict: z.enum(["done", "failed", "known"]).nullable(),
  });
  return z.strictObject({
    configuration: z.int(),
    phase: z.enum(["complete", "delta"]),
    after: z.string(),
    file: file.nullable(),
    met: z.int(),
    anew: z.int(),
    ending: ending.nullable(),
  }) as unknown as z.ZodType<CursorOf<K, F, S>>;
}

/** In front of every file. */
export const FIRST_FILE: ImportCursor<never> = {
  configuration: 0,
  phase: "complete",
  after: "",
  file: null,
  met: 0,
  anew: 0,
  ending: null,
};

/**
 * Where a run begins: at the start, or in the middle of a file where the run before stopped at `maxRows`. How that one was to end,
 * if a file said so, is told by the run that comes to the end.
 */
export function firstCursor<File extends FileCursor>(
  cursor: ImportCursor<File> | null,
  runId: number,
): ImportCursor<File> {
  if (!cursor?.file || cursor.file.failures.runs.includes(runId)) return cursor ?? FIRST_FILE;
  const scope = cursor.file.failures;
  return { ...cursor, file: { ...cursor.file, failures: { ...scope, runs: [...scope.runs, runId] } } };
}
