import { seenKey } from "../../../learning/imports/seen.ts";
import { importSeen } from "../../../learning/schema/people.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { select } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { pages } from "../../patterns/pages.ts";
import type { StoredPeople } from "./stored-people.ts";
import type { UserRow } from "./user-row.ts";

const PAGE = 1000;

/** A row that was put off because its username belongs to another person. */
export interface LaterRow {
  readonly line: number;
  /** Null: a new person. */
  readonly personId: number | null;
  readonly username: string;
}

/** A row that is put off, as a key of `import_seen`. @param line physical line of the row */
export function laterKey(line: number, { sourcedId, username }: UserRow, people: StoredPeople): string {
  const personId = people.byExternalId.get(sourcedId)?.id ?? null;
  return seenKey("later", `${String(line).padStart(10, "0")}:${JSON.stringify([personId, username])}`);
}

/** All rows of a file that were put off, by line. */
export async function readLater(rows: ClientRows, fileId: number): Promise<LaterRow[]> {
  const found: LaterRow[] = [];
  const read = (after: string) =>
    rows.all(
      select(
        importSeen,
        ["key"],
        sql`WHERE +client_id = ${thisClient} AND file_id = ${fileId} AND key > ${after} AND key < 'later;' ORDER BY key LIMIT ${PAGE}`,
      ),
    );
  for await (const page of pages(seenKey("later", ""), read, ({ key }) => key)) {
    for (const { key } of page.rows) {
      const [, line = "", ...rest] = key.split(":");
      const [personId, username] = JSON.parse(rest.join(":")) as [number | null, string];
      found.push({ line: Number(line), personId, username });
    }
  }
  return found;
}
