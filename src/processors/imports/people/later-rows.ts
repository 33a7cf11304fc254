import { sql } from "drizzle-orm";
import { seenKey } from "../../../learning/imports/seen.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { thisClient } from "../../../store/statement.ts";
import type { StoredPeople } from "./stored-people.ts";
import type { ReadRow } from "./user-row.ts";

const PAGE = 1000;

/** A row that was put off, because its username belongs to somebody else. */
export interface LaterRow {
  readonly line: number;
  /** Null: somebody new. */
  readonly personId: number | null;
  readonly username: string;
}

/** A row that is put off, as a key of `import_seen`. */
export function laterKey({ line, sourcedId, username }: ReadRow, people: StoredPeople): string {
  const personId = people.byExternalId.get(sourcedId)?.id ?? null;
  return seenKey("later", `${String(line).padStart(10, "0")}:${JSON.stringify([personId, username])}`);
}

/** All rows of a file that were put off, by line. */
export async function readLater(rows: ClientRows, fileId: number): Promise<LaterRow[]> {
  const found: LaterRow[] = [];
  for (let after = seenKey("later", ""); ; ) {
    const page = await rows.all<{ key: string }>(
      sql`SELECT key FROM import_seen WHERE +client_id = ${thisClient} AND file_id = ${fileId}
        AND key > ${after} AND key < 'later;' ORDER BY key LIMIT ${PAGE}`,
    );
    for (const { key } of page) {
      const [, line = "", ...rest] = key.split(":");
      const [personId, username] = JSON.parse(rest.join(":")) as [number | null, string];
      found.push({ line: Number(line), personId, username });
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) return found;
    after = last.key;
  }
}
