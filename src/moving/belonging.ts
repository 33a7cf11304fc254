import type { SqlValue } from "../store/database.ts";
import type { StoredTable } from "./table.ts";

/** Whose rows of a database are meant: one client's, in the database that all share or in one of its own. */
export interface Belonging {
  readonly clientId: number;
  /**
   * In the database that all share, the tables of the control set lie beside: there what administrators did, and what
   * processors leave that write there, stays. False: everything in it is the client's.
   */
  readonly shared: boolean;
  /** Names of the processors that commit their steps in the control database. */
  readonly platformStored: readonly string[];
}

/** Named in SQL as `alias`, a row that belongs to the client and moves with it. */
export function belongs(
  table: StoredTable,
  whose: Belonging,
  alias: string,
): { readonly sql: string; readonly args: SqlValue[] } {
  const { clientId, shared } = whose;
  if (table.owner === "run" && !shared) return { sql: `${alias}.run_id >= 0`, args: [] };
  const processors = JSON.stringify(whose.platformStored);
  if (table.owner === "run") {
    return {
      sql: `EXISTS (SELECT 1 FROM runs own WHERE own.id = ${alias}.run_id AND own.client_id = ?
        AND own.processor NOT IN (SELECT value FROM json_each(?)))`,
      args: [clientId, processors],
    };
  }
  // Without an index in the order of the key the whole table is read once, rather than all the client's rows for each page.
  const client = `${table.ordered ? "" : "+"}${alias}.client_id = ?`;
  if (!shared) return { sql: client, args: [clientId] };
  switch (table.name) {
    case "audit_log":
      return {
        // Who is named as its actor is an administrator, and what they change stands in the control tables.
        sql: `${client} AND ${alias}.actor IS NULL AND NOT EXISTS (SELECT 1 FROM runs own
          WHERE own.id = ${alias}.run_id AND own.processor IN (SELECT value FROM json_each(?)))`,
        args: [clientId, processors],
      };
    case "processor_state":
      return {
        sql: `${client} AND ${alias}.processor NOT IN (SELECT value FROM json_each(?))`,
        args: [clientId, processors],
      };
    default:
      return { sql: client, args: [clientId] };
  }
}
