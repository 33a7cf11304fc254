import type { SQL } from "drizzle-orm";
import { sql } from "../store/sql.ts";
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

/** A row that belongs to the client and moves with it. @param alias what the query calls the table */
export function belongs(table: StoredTable, whose: Belonging, alias: SQL): SQL {
  const { clientId, shared } = whose;
  if (table.owner === "run" && !shared) return sql`${alias}.run_id >= 0`;
  const processors = JSON.stringify(whose.platformStored);
  if (table.owner === "run") {
    return sql`EXISTS (SELECT 1 FROM runs own WHERE own.id = ${alias}.run_id AND own.client_id = ${clientId}
      AND own.processor NOT IN (SELECT value FROM json_each(${processors})))`;
  }
  // Without an index in the order of the key the whole table is read once, rather than all the client's rows for each page.
  const client = table.ordered ? sql`${alias}.client_id = ${clientId}` : sql`+${alias}.client_id = ${clientId}`;
  if (!shared) return client;
  switch (table.name) {
    case "audit_log":
      // Who is named as its actor is an administrator, and what they change stands in the control tables.
      return sql`${client} AND ${alias}.actor IS NULL AND NOT EXISTS (SELECT 1 FROM runs own
        WHERE own.id = ${alias}.run_id AND own.processor IN (SELECT value FROM json_each(${processors})))`;
    case "processor_state":
      return sql`${client} AND ${alias}.processor NOT IN (SELECT value FROM json_each(${processors}))`;
    default:
      return client;
  }
}
