import type { CsvRows } from "../file/csv-rows.ts";
import type { ImportFile } from "../file/import-files.ts";
import { laterKey } from "./later-rows.ts";
import { rowKeys, UsernameTaken } from "./stored-people.ts";
import type { UserCount } from "./user-counts.ts";
import { keysOf, type UserRow, userOf } from "./user-row.ts";
import { type PeopleChunk, personOutcome, readChunk, type UserContext, WITH_PASSWORD } from "./user-work.ts";

/**
 * Pass 1: how the rows of a file become people. A row whose username another person has is put off: that person may give it up
 * in the same file.
 */
export function peopleRows(context: UserContext, file: ImportFile): CsvRows<UserRow, PeopleChunk, UserCount> {
  return {
    key: (cells) => cells.glimpse("sourcedId"),
    keyName: "sourcedId or the same username",
    seenKeys: (cells) => rowKeys(keysOf(cells)),
    read: userOf,
    heavy: WITH_PASSWORD,
    stored: (rows, each) => readChunk(context, rows, each),
    async change(row, chunk, { line, note, remember }) {
      try {
        return await personOutcome(context, file, chunk, row, note);
      } catch (error) {
        if (!(error instanceof UsernameTaken)) throw error;
        remember(laterKey(line, row, chunk.people));
        return null;
      }
    },
    followUp: ({ written }) => written.followUp(),
  };
}
