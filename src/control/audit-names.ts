import type { Database } from "../store/database.ts";
import { among, select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { readEach } from "../store/statement.ts";
import { admins, clients, connectors, jobs } from "./schema.ts";

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
  const visible = own === undefined ? sql`` : sql`AND client_id IN (0, ${own})`;
  const itself = own === undefined ? sql`` : sql`AND id = ${own}`;
  const wanted = (kind: keyof AuditIds) => sql`WHERE id IN ${among(new Set(ids[kind]))}`;
  const [jobRows, clientRows, adminRows, connectorRows] = await readEach(control, [
    select(jobs, ["id", "name"], sql`${wanted("jobs")} ${visible}`),
    select(clients, ["id", "name"], sql`${wanted("clients")} ${itself}`),
    select(admins, ["id", "name"], sql`${wanted("admins")} ${visible}`),
    select(connectors, ["id", "name"], sql`${wanted("connectors")} ${visible}`),
  ]);
  return { jobs: byId(jobRows), clients: byId(clientRows), admins: byId(adminRows), connectors: byId(connectorRows) };
}

const byId = (rows: readonly { readonly id: number; readonly name: string }[]) =>
  new Map(rows.map(({ id, name }) => [id, name]));
