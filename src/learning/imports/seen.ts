import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";

/**
 * What a run must know of a file across its slices stands in `import_seen` (spec 2.1). A key there begins with its sort:
 * `key:` and `username:` for what rows are known by, `note:` for a warning (see problems.ts).
 */
export function seenKey(sort: "key" | "username", value: string): string {
  return `${sort}:${value}`;
}

/** Which of `keys` this file has had before: `key`. */
export function selectSeen(fileId: number, keys: readonly string[]): SQL {
  // The unary plus keeps the planner on the primary key; the index by client would read all keys of the file.
  return sql`SELECT key FROM import_seen WHERE +client_id = ${thisClient} AND file_id = ${fileId}
    AND key IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`;
}

/** Remembers keys; those known already are no error. A note of a step. */
export function rememberSeen(fileId: number, keys: readonly string[]): SQL {
  return sql`INSERT INTO import_seen (client_id, file_id, key)
    SELECT ${thisClient}, ${fileId}, value FROM json_each(${JSON.stringify(keys)}) WHERE true ON CONFLICT DO NOTHING`;
}

/** An SQL condition: this file has had the key that begins with `sort` and ends with the value of `column`. */
export function wasSeen(fileId: number, sort: "key" | "username", column: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM import_seen WHERE file_id = ${fileId} AND key = ${seenKey(sort, "")} || ${column})`;
}
