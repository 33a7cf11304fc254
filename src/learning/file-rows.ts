import type { SQL } from "drizzle-orm";
import { sql } from "../store/sql.ts";
import { thisClient } from "../store/statement.ts";

/** A list of keys, in SQL: `key IN ${keyList(keys)}`. */
export function keyList(keys: readonly string[]): SQL {
  return sql`(SELECT value FROM json_each(${JSON.stringify(keys)}))`;
}

/** Which of some keys have a row of the client that is not yet `deleted`. */
export function selectRecordedKeys(keys: readonly string[]): SQL<{ readonly key: string }> {
  return sql`SELECT key FROM files WHERE key IN ${keyList(keys)} AND +client_id = ${thisClient} AND state <> 'deleted'`;
}

/** Records that the objects of some keys are gone: their links say so from now on. @param now ms */
export function markFilesDeleted(keys: SQL, now: number): SQL {
  return sql`UPDATE files SET state = 'deleted', updated_at = ${now}
    WHERE key IN ${keys} AND +client_id = ${thisClient} AND state <> 'deleted'`;
}
