import type { SQL } from "drizzle-orm";
import { sql } from "./sql.ts";
import { thisClient } from "./statement.ts";

/** Reads one value of `processor_state` (a watermark, a mark, a cursor). The row's `value` is JSON. */
export function readState(processor: string, key: string, nodeId = ""): SQL {
  return sql`SELECT value FROM processor_state WHERE processor = ${processor} AND client_id = ${thisClient} AND node_id = ${nodeId} AND key = ${key}`;
}

/** Writes one value of `processor_state`; a unit's write. */
export function writeState(processor: string, key: string, value: unknown, nodeId = ""): SQL {
  return sql`INSERT INTO processor_state (processor, client_id, node_id, key, value)
    VALUES (${processor}, ${thisClient}, ${nodeId}, ${key}, ${JSON.stringify(value)})
    ON CONFLICT (processor, client_id, node_id, key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`;
}

/** Removes one value of `processor_state`. */
export function removeState(processor: string, key: string, nodeId = ""): SQL {
  return sql`DELETE FROM processor_state
    WHERE processor = ${processor} AND client_id = ${thisClient} AND node_id = ${nodeId} AND key = ${key}`;
}
