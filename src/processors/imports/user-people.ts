import type { CsvPosition } from "../../learning/csv.ts";
import { noteKey } from "../../learning/imports/problems.ts";
import { RowProblem } from "../../learning/imports/row.ts";
import { rememberSeen } from "../../learning/imports/seen.ts";
import type { Step } from "../contract.ts";
import { type CsvFacts, columnsOf, unknownColumnNotes } from "./csv-file.ts";
import type { UserCount } from "./import-counts.ts";
import type { ImportFile } from "./import-files.ts";
import { laterKey } from "./later-rows.ts";
import { readPeople, rowKeys, type StoredPeople } from "./stored-people.ts";
import { type ReadRow, readUserRow } from "./user-row.ts";
import { peopleChunks, startRows, type UserContext } from "./user-work.ts";

/** A position between two rows, and how many lie in front of it. */
export type RowPosition = CsvPosition & { readonly rows: number };

/** Pass 1: creates and updates the people of each chunk. A row whose username somebody else has is put off. */
export async function* importPeople(
  context: UserContext,
  file: ImportFile,
  facts: CsvFacts,
  position: RowPosition | null,
): AsyncGenerator<Step<RowPosition, UserCount>, void> {
  const columns = columnsOf(facts);
  let done = position?.rows ?? 0;
  for await (const chunk of peopleChunks(context, file, facts, position)) {
    const rows = chunk.rows.map((row) => readUserRow(columns, row, file.options.listSeparator));
    const people = await readPeople(context.rows, file.id, rows);
    const work = await startRows(context, file, people, rows);
    if (done === 0) work.notes.push(...unknownColumnNotes(facts));
    const later: string[] = [];
    for (const row of rows) {
      if (isRepeated(people, row) && !(row.content instanceof RowProblem)) {
        work.fail(
          row,
          new RowProblem("duplicate", "An earlier row of the file has the same sourcedId or the same username"),
        );
        continue;
      }
      if ((await work.row(row)) === "taken") later.push(laterKey(row, people));
    }
    done += rows.length;
    yield {
      ...work.step(),
      also: [rememberSeen(file.id, [...rows.flatMap(rowKeys), ...later, ...work.notes.map(noteKey)])],
      cursor: { ...chunk.next, rows: done },
      progress: { done, total: facts.rows },
    };
  }
}

/** Whether an earlier row of the file has the sourcedId or the username. Notes both as seen. */
function isRepeated(people: StoredPeople, row: ReadRow): boolean {
  const keys = rowKeys(row);
  const repeated = keys.some((key) => people.seen.has(key));
  for (const key of keys) people.seen.add(key);
  return repeated;
}
