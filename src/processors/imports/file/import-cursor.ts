import type { FileEntry } from "../../../files/files.ts";
import type { FailureScope } from "../../../store/failures.ts";
import type { Ending } from "../../../store/step.ts";

/** Where the work on one file stands. */
export interface FileCursor {
  readonly entry: FileEntry;
  /** It is a complete list: whatever it does not have is missing. */
  readonly complete: boolean;
  /** The failures that belong to it. */
  readonly failures: FailureScope;
  /** 0 is the check. */
  readonly pass: number;
  readonly position: unknown;
  readonly facts: unknown;
  /** What is to be done with it, once that is decided; `known`: it was imported before. */
  readonly verdict: "done" | "failed" | "known" | null;
}

/** Where an import goes on from. */
export interface ImportCursor {
  /** Id of the configuration being worked. */
  readonly configuration: number;
  /** Complete lists come first. */
  readonly phase: "complete" | "delta";
  /** Key of the last file that was dealt with in this phase. */
  readonly after: string;
  readonly file: FileCursor | null;
  /** Files met so far. */
  readonly met: number;
  /** How often the present file was taken anew because it was replaced. */
  readonly anew: number;
  /** How the run is to end, if a file said so. */
  readonly ending: Ending | null;
}

/** The shape of {@link ImportCursor}; raised when it changes. */
export const IMPORT_CURSOR_VERSION = 2;

/** In front of every file. */
export const FIRST_FILE: ImportCursor = {
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
export function firstCursor(cursor: ImportCursor | null, runId: number): ImportCursor {
  if (!cursor?.file || cursor.file.failures.runs.includes(runId)) return cursor ?? FIRST_FILE;
  const { failures } = cursor.file;
  return { ...cursor, file: { ...cursor.file, failures: { ...failures, runs: [...failures.runs, runId] } } };
}
