import type { Database } from "../store/database.ts";

/** Ids that a reader of the audit wants to know the names of. */
export interface AuditIds {
  readonly jobs: readonly number[];
  readonly clients: readonly number[];
  readonly admins: readonly number[];
  readonly connectors: readonly number[];
}

/** Names by id; what is gone for good has none. */
export type AuditNames = { readonly [Kind in keyof AuditIds]: ReadonlyMap<number, string> };

/** Nothing is known. */
export const noNames: AuditNames = { jobs: new Map(), clients: new Map(), admins: new Map(), connectors: new Map() };

/**
 * Reads the names of what changes are about, in one call however many there are.
 *
 * @param own the one client whose things the reader may see, besides those for all; undefined: all
 */
export async function readAuditNames(control: Database, ids: AuditIds, own: number | undefined): Promise<AuditNames> {
  const limited = own === undefined ? "" : " AND client_id IN (0, ?)";
  const one = (table: string, wanted: readonly number[], condition: string) => ({
    sql: `SELECT id, name FROM ${table} WHERE id IN (SELECT value FROM json_each(?))${condition}`,
    args: [JSON.stringify([...new Set(wanted)]), ...(own === undefined ? [] : [own])],
  });
  const results = await control.batch(
    [
      one("jobs", ids.jobs, limited),
      one("clients", ids.clients, own === undefined ? "" : " AND id = ?"),
      one("admins", ids.admins, limited),
      one("connectors", ids.connectors, limited),
    ],
    "read",
  );
  const [jobs, clients, admins, connectors] = results.map(
    ({ rows }) => new Map(rows.map((row) => [Number(row.id), String(row.name)])),
  );
  return { ...noNames, ...(jobs && clients && admins && connectors ? { jobs, clients, admins, connectors } : {}) };
}
