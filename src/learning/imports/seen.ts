import type { SQL } from "drizzle-orm";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { importSeen } from "../schema/people.ts";

/**
 * What a file of rows is known to have had: `key` and `username` for people, and `later` for a row that was put off; for groups by their external id `group`; `named`
 * where it lists their members, `open` where not all of those can be read; `edge` where it says what they belong to, `placed` once
 * that was done; `gone` where it takes away a group that there is not; and `member` for a group and a person ({@link memberKey}).
 */
export type SeenSort =
  | "key"
  | "later"
  | "username"
  | "group"
  | "named"
  | "open"
  | "edge"
  | "placed"
  | "gone"
  | "member";

/**
 * What a run must know of a file across its slices stands in `import_seen` (handbook, rules: import files). A key there begins
 * with its sort;
 * `note:` is a warning (see problems.ts).
 */
export function seenKey(sort: SeenSort, value: string): string {
  return `${sort}:${value}`;
}

/** Which of `keys` this file has had before: `key`. */
export function selectSeen(fileId: number, keys: readonly string[]) {
  // The unary plus keeps the planner on the primary key; the index by client would read all keys of the file.
  return select(
    importSeen,
    ["key"],
    sql`WHERE +client_id = ${thisClient} AND file_id = ${fileId} AND key IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`,
  );
}

/** Remembers keys; those known already are no error. A note of a step. */
export function rememberSeen(fileId: number, keys: readonly string[]): SQL {
  return sql`INSERT INTO import_seen (client_id, file_id, key)
    SELECT ${thisClient}, ${fileId}, value FROM json_each(${JSON.stringify(keys)}) WHERE true ON CONFLICT DO NOTHING`;
}

/** An SQL condition: this file has had the key that begins with `sort` and ends with the value of `column`. */
export function wasSeen(fileId: number, sort: SeenSort, column: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM import_seen WHERE file_id = ${fileId} AND key = ${seenKey(sort, "")} || ${column})`;
}

/** What a person's membership of a group is known by, of external ids; {@link memberKeySql} is the same in SQL. */
export function memberKey(group: string, person: string): string {
  return seenKey("member", `${group}\u001f${person}`);
}

/** The value of a `member` key for {@link wasSeen}. @param group, person external ids */
export function memberKeySql(group: SQL, person: SQL): SQL {
  return sql`(${group} || char(31) || ${person})`;
}
