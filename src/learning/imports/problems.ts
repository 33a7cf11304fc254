import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { type FailureScope, failuresAfter } from "../../store/step/failures.ts";
import { csvLine } from "../csv/write.ts";

/** Something that an administrator should know about one row of a file. `line` 0 is the file as a whole. */
export interface RowNote {
  readonly line: number;
  /** What the row is known by; '' where that cannot be read. */
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

/** Says something about the row that is being worked. */
export type Note = (code: string, message: string) => void;

const LONGEST_KEY = 80;
const PAGE = 500;

/**
 * What a row of a file is called in failures and logs: `users.csv:12 P-17`. A key is cut to 80 characters; control characters
 * in it become spaces.
 */
export function rowRef(fileName: string, line: number, key: string): string {
  const shown = key.replace(/\p{Cc}/gu, " ").slice(0, LONGEST_KEY);
  return `${fileName}${line === 0 ? "" : `:${line}`}${shown === "" ? "" : ` ${shown}`}`;
}

/** The other way round, for a file whose name is known. */
export function parseRowRef(fileName: string, ref: string): { readonly line: number; readonly key: string } {
  const parts = /^(?::(\d+))?(?: (.*))?$/s.exec(ref.slice(fileName.length));
  return { line: Number(parts?.[1] ?? 0), key: parts?.[2] ?? "" };
}

const NOTE = "note:";

/** A warning as a key of `import_seen`, where it sorts by line and goes with the file. */
export function noteKey(note: RowNote): string {
  return `${NOTE}${String(note.line).padStart(10, "0")}:${JSON.stringify([note.key, note.code, note.message])}`;
}

function parseNoteKey(key: string): RowNote {
  const [name = "", code = "", message = ""] = JSON.parse(key.slice(NOTE.length + 11)) as string[];
  return { line: Number(key.slice(NOTE.length, NOTE.length + 10)), key: name, code, message };
}

function selectNotes(fileId: number, after: string): SQL {
  return sql`SELECT key FROM import_seen WHERE client_id = ${thisClient} AND file_id = ${fileId}
    AND key > ${after} AND key < 'note;' ORDER BY key LIMIT ${PAGE}`;
}

async function* warnings(rows: ClientRows, fileId: number): AsyncGenerator<RowNote, void> {
  for (let after = NOTE; ; ) {
    const page = await rows.all<{ key: string }>(selectNotes(fileId, after));
    for (const { key } of page) yield parseNoteKey(key);
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.key;
  }
}

/** A condition: the file with this id (SQL) has a warning with one of these codes. */
export function hasNote(fileId: SQL, codes: readonly string[]): SQL {
  return sql`EXISTS (SELECT 1 FROM import_seen WHERE file_id = ${fileId} AND key > ${NOTE} AND key < 'note;'
    AND json_extract(substr(key, ${NOTE.length + 12}), '$[1]') IN (SELECT value FROM json_each(${JSON.stringify(codes)})))`;
}

/**
 * Codes of failures and warnings whose reason is not in the file: the same row can go well another time, once the group
 * is created, the person imported or the username freed.
 */
export const openCodes: readonly string[] = [
  "unknown_group",
  "unknown_person",
  "unknown_supervisor",
  "username_taken",
  "person_deleted",
  "erased_person",
  "deletion_planned",
  "stays_passive",
  "parent_cycle",
  "too_deep",
  "constraint",
  "row_error",
];

async function* failures(rows: ClientRows, fileName: string, scope: FailureScope): AsyncGenerator<RowNote, void> {
  for (let { after } = scope; ; ) {
    const page = await rows.all<{ id: number; ref: string; code: string; message: string }>(
      failuresAfter({ ...scope, after }, PAGE),
    );
    for (const { ref, code, message } of page) yield { ...parseRowRef(fileName, ref), code, message };
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.id;
  }
}

/**
 * The lines of a result file: a header, then each row of the file that failed or that has a warning, by line. The
 * memory it needs does not grow with their number.
 */
export async function* resultLines(
  rows: ClientRows,
  file: { readonly id: number; readonly name: string; readonly failures: FailureScope },
): AsyncGenerator<string, void> {
  yield csvLine(["line", "ref", "result", "message"]);
  const [failed, warned] = [failures(rows, file.name, file.failures), warnings(rows, file.id)];
  let [failure, warning] = [await failed.next(), await warned.next()];
  while (!failure.done || !warning.done) {
    if (!failure.done && (warning.done || failure.value.line <= warning.value.line)) {
      yield resultLine(failure.value, "failed");
      failure = await failed.next();
    } else if (!warning.done) {
      yield resultLine(warning.value, "warning");
      warning = await warned.next();
    }
  }
}

function resultLine({ line, key, message }: RowNote, result: "failed" | "warning"): string {
  return csvLine([line === 0 ? "" : String(line), key, result, message]);
}
