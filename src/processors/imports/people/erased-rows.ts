import { sql } from "drizzle-orm";
import { RowProblem } from "../../../learning/imports/row.ts";
import { usernameKey } from "../../../learning/username.ts";
import { thisClient } from "../../../store/statement.ts";
import type { RunContext } from "../../contract.ts";
import type { StoredPeople } from "./stored-people.ts";
import type { ReadRow, UserRow } from "./user-row.ts";

/** What is said of a row that would make a finally deleted person anew. */
export const ERASED_WORDS =
  "The person with this sourcedId or username was deleted for good and is not created again; recreateErased allows it";

/**
 * Those of a chunk's rows that would create somebody whose sourcedId or username is that of a finally deleted person
 * (`erased_people`). Empty without a second look where the client has none of these. Two keyed hashes for each new person.
 */
export async function erasedRows(
  { rows, erasedKeys }: Pick<RunContext, "rows" | "erasedKeys">,
  people: StoredPeople,
  chunk: readonly ReadRow[],
): Promise<ReadonlySet<ReadRow>> {
  const fresh = chunk.flatMap((row) => {
    const { content } = row;
    if (content instanceof RowProblem || people.byExternalId.has(content.sourcedId)) return [];
    return [{ row, content }];
  });
  if (fresh.length === 0) return new Set();
  const some = await rows.first(sql`SELECT 1 AS one FROM erased_people WHERE client_id = ${thisClient} LIMIT 1`);
  if (!some) return new Set();
  const hashed = await Promise.all(
    fresh.map(async ({ row, content }) => ({ row, hashes: await hashesOf(erasedKeys, content) })),
  );
  const all = JSON.stringify(hashed.flatMap(({ hashes }) => hashes));
  const found = await rows.all<{ key_hash: string }>(
    sql`SELECT key_hash FROM erased_people WHERE client_id = ${thisClient} AND key_hash IN (SELECT value FROM json_each(${all}))`,
  );
  const erased = new Set(found.map(({ key_hash }) => key_hash));
  return new Set(hashed.filter(({ hashes }) => hashes.some((hash) => erased.has(hash))).map(({ row }) => row));
}

function hashesOf(keys: RunContext["erasedKeys"], row: UserRow): Promise<string[]> {
  return Promise.all([keys.hash("external_id", row.sourcedId), keys.hash("username", usernameKey(row.username))]);
}
