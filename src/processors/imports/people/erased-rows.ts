import { erasedPeople } from "../../../learning/schema/people.ts";
import { usernameKey } from "../../../learning/username.ts";
import { select } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { RunContext } from "../../contract.ts";
import type { StoredPeople } from "./stored-people.ts";
import type { UserRow } from "./user-row.ts";

/** What is said of a row that would make a finally deleted person anew. */
export const ERASED_WORDS =
  "The person with this sourcedId or username was deleted for good and is not created again; recreateErased allows it";

/**
 * Those of a chunk's rows that would create a person whose sourcedId or username is that of a finally deleted one
 * (`erased_people`). Costs one read where the client has none of these, else two, and two keyed hashes for each new person.
 */
export async function erasedRows(
  { rows, erasedKeys }: Pick<RunContext, "rows" | "erasedKeys">,
  people: StoredPeople,
  chunk: readonly UserRow[],
): Promise<ReadonlySet<UserRow>> {
  const fresh = chunk.filter(({ sourcedId }) => !people.byExternalId.has(sourcedId));
  if (fresh.length === 0) return new Set();
  const some = await rows.first(sql`SELECT 1 AS one FROM erased_people WHERE client_id = ${thisClient} LIMIT 1`);
  if (!some) return new Set();
  const hashed = await Promise.all(fresh.map(async (row) => ({ row, hashes: await hashesOf(erasedKeys, row) })));
  const all = JSON.stringify(hashed.flatMap(({ hashes }) => hashes));
  const found = await rows.all(
    select(
      erasedPeople,
      ["keyHash"],
      sql`WHERE client_id = ${thisClient} AND key_hash IN (SELECT value FROM json_each(${all}))`,
    ),
  );
  const erased = new Set(found.map(({ keyHash }) => keyHash));
  return new Set(hashed.filter(({ hashes }) => hashes.some((hash) => erased.has(hash))).map(({ row }) => row));
}

function hashesOf(keys: RunContext["erasedKeys"], row: UserRow): Promise<string[]> {
  return Promise.all([keys.hash("external_id", row.sourcedId), keys.hash("username", usernameKey(row.username))]);
}
