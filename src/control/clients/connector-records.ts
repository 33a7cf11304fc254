import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { assignments, insert } from "../../store/insert.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { guardedBatch } from "../../store/step/guard.ts";
import { type AdminChange, recordChanges } from "../audit-trail.ts";
import { connectors } from "../schema.ts";

/** A connector as administrators look after it; never its secret. Instants in ms. */
export interface ConnectorRecord {
  readonly id: number;
  /** 0: the platform. */
  readonly clientId: number;
  /** Null for the platform, or when the client is gone. */
  readonly clientName: string | null;
  readonly kind: string;
  readonly name: string;
  readonly active: boolean;
  /** Parsed JSON. */
  readonly config: unknown;
  readonly hasSecret: boolean;
  /** When the secret was given; null: there is none, or it is not known. */
  readonly secretSetAt: number | null;
  readonly state: "ok" | "reauth_required" | "disabled";
  readonly lastOkAt: number | null;
  readonly lastError: string | null;
  /** Raised by each change by hand: who saves names the one that the form was drawn from. */
  readonly updatedAt: number;
}

/** What an administrator gives for a connector. */
export interface ConnectorInput {
  readonly name: string;
  readonly active: boolean;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A connector to be added. */
export interface NewConnector extends ConnectorInput {
  readonly clientId: number;
  readonly kind: string;
  /** Seals the secret for the connector of this id; null: there is none. */
  readonly seal: ((connectorId: number) => Promise<string>) | null;
}

/** What becomes of the secret: it stays, goes, or is replaced by this sealed one. */
export type SecretChange = "keep" | "remove" | { readonly sealed: string };

/** How a change of a connector ended. `taken`: the client has another one of this kind and name. */
export type ConnectorResult =
  | { readonly state: "saved"; readonly connectorId: number }
  | { readonly state: "missing" | "taken" | "conflict" };

const recordColumns = columns(
  connectors,
  [
    "id",
    "clientId",
    "kind",
    "name",
    "active",
    "config",
    "secretEnc",
    "secretSetAt",
    "state",
    "lastOkAt",
    "lastError",
    "updatedAt",
  ],
  "n",
);

type RecordRow = RowOf<typeof recordColumns> & { readonly clientName: string | null };

/** Connectors `n` with their clients' names. */
const selectRecords = (rest: SQL) =>
  sql<RecordRow>`SELECT ${recordColumns}, c.name AS "clientName" FROM connectors n LEFT JOIN clients c ON c.id = n.client_id ${rest}`;

async function readRecords(control: Database, query: SQL<RecordRow>): Promise<ConnectorRecord[]> {
  return (await read<RecordRow>(control, query)).map(toRecord);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function toRecord({ secretEnc, ...row }: RecordRow): ConnectorRecord {
  return { ...row, active: row.active === 1, config: json(row.config), hasSecret: secretEnc !== null };
}

/** Which connectors a list shows. */
export interface ConnectorFilter {
  /** Only those of this client (0: the platform's), by kind. */
  readonly clientId?: number | undefined;
  /** Id of the last connector of the page before, in the list of all. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** The statement behind {@link listConnectors}. */
export const connectorListStatement = (filter: ConnectorFilter): Statement => statement(listed(filter));

const listed = ({ clientId, after, limit }: ConnectorFilter) =>
  selectRecords(
    clientId === undefined
      ? sql`WHERE n.id > ${after ?? 0} ORDER BY n.id LIMIT ${limit}`
      : sql`WHERE n.client_id = ${clientId} ORDER BY n.kind, n.id LIMIT ${limit}`,
  );

/** Connectors, those of a client by kind, those of all by id. */
export async function listConnectors(control: Database, filter: ConnectorFilter): Promise<ConnectorRecord[]> {
  return await readRecords(control, listed(filter));
}

/** One connector; null when there is none. */
export async function readConnectorRecord(control: Database, id: number): Promise<ConnectorRecord | null> {
  const [connector] = await readRecords(control, selectRecords(sql`WHERE n.id = ${id}`));
  return connector ?? null;
}

const record = (clientId: number, actor: string, rest: Pick<AdminChange, "entityId" | "action" | "before" | "after">) =>
  ({ clientId, actor, entity: "connector", ...rest }) satisfies AdminChange;

/** The client has no other connector of this kind and name. */
const isFree = (clientId: number, kind: string, name: string, id: number) =>
  sql`NOT EXISTS (SELECT 1 FROM connectors WHERE client_id = ${clientId} AND kind = ${kind} AND name = ${name} AND id <> ${id})`;

/** A connector of this kind and name may be added for the client. */
const mayBeAdded = ({ clientId, kind, name }: NewConnector) =>
  sql`(${clientId} = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ${clientId})) AND ${isFree(clientId, kind, name, 0)}`;

/** The connector is as it was when the form was drawn. */
const isUnchanged = (id: number, updatedAt: number) =>
  sql`EXISTS (SELECT 1 FROM connectors WHERE id = ${id} AND updated_at = ${updatedAt})`;

const isThere = (id: number) => sql`EXISTS (SELECT 1 FROM connectors WHERE id = ${id})`;

/**
 * Adds a connector.
 *
 * @param input.seal seals its secret for the id that the connector gets; null: it has none
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function createConnector(
  control: Database,
  input: NewConnector,
  by: string,
  now: number,
): Promise<ConnectorResult> {
  const { clientId, kind, name, active, config, seal } = input;
  const after = { kind, name, active, config, ...(seal === null ? {} : { secret: "set" }) };
  // The id is chosen first, since the secret is sealed for it. Another request may be quicker; then another one is chosen.
  for (;;) {
    const [next] = await read<{ id: number; free: 0 | 1 }>(
      control,
      sql`SELECT coalesce(max(id), 0) + 1 AS id, ${mayBeAdded(input)} AS free FROM connectors`,
    );
    if (next?.free !== 1) return { state: "taken" };
    const { id } = next;
    const sealed = seal === null ? null : await seal(id);
    const results = await guardedBatch(control, sql`${mayBeAdded(input)} AND NOT ${isThere(id)}`, [
      insertConnector(id, input, sealed, now),
      recordChanges([record(clientId, by, { entityId: id, action: "create", after })], now),
    ]);
    if (results) return { state: "saved", connectorId: id };
  }
}

function insertConnector(id: number, input: NewConnector, secretEnc: string | null, now: number): Statement {
  const { clientId, kind, name, active } = input;
  const secretSetAt = secretEnc === null ? null : now;
  const row = { id, clientId, kind, name, active, config: JSON.stringify(input.config), secretEnc, secretSetAt };
  return statement(insert(connectors, { ...row, createdAt: now, updatedAt: now }));
}

/**
 * Changes a connector. With another configuration or secret it counts as untried: what was known of its health goes, and so do tokens that
 * were got with the former ones.
 *
 * @param updatedAt of the record that the form was drawn from
 * @param by the administrator's e-mail address
 * @param now ms
 */
export async function updateConnector(
  control: Database,
  id: number,
  updatedAt: number,
  input: ConnectorInput,
  secret: SecretChange,
  by: string,
  now: number,
): Promise<ConnectorResult> {
  const stored = await readConnectorRecord(control, id);
  if (!stored) return { state: "missing" };
  if (stored.updatedAt !== updatedAt) return { state: "conflict" };
  const change = difference(stored, input, secret);
  if (Object.keys(change.after).length === 0) return { state: "saved", connectorId: id };
  const untried = "config" in change.after || "secret" in change.after;
  const results = await guardedBatch(
    control,
    sql`${isUnchanged(id, updatedAt)} AND ${isFree(stored.clientId, stored.kind, input.name, id)}`,
    [
      storeConnector(id, input, secret, untried, now),
      recordChanges([record(stored.clientId, by, { entityId: id, action: "update", ...change })], now),
    ],
  );
  if (results) return { state: "saved", connectorId: id };
  const current = await readConnectorRecord(control, id);
  if (!current) return { state: "missing" };
  return { state: current.updatedAt === updatedAt ? "taken" : "conflict" };
}

/** @param untried what was known of its health goes, and its tokens */
function storeConnector(id: number, input: ConnectorInput, secret: SecretChange, untried: boolean, now: number) {
  const changes = {
    name: input.name,
    active: input.active,
    config: JSON.stringify(input.config),
    // Two changes within a millisecond have to differ.
    updatedAt: sql`max(${now}, updated_at + 1)`,
    ...(secret === "keep" ? {} : secret === "remove" ? noSecret : { secretEnc: secret.sealed, secretSetAt: now }),
    ...(untried ? { state: "ok" as const, lastError: null, ...noTokens } : {}),
  };
  return statement(sql`UPDATE connectors SET ${assignments(connectors, changes)} WHERE id = ${id}`);
}

const noTokens = { accessTokenEnc: null, accessExpiresAt: null, refreshTokenEnc: null, refreshExpiresAt: null };
const noSecret = { secretEnc: null, secretSetAt: null };

/** Only what differs; of a secret only that it does. */
function difference(stored: ConnectorRecord, input: ConnectorInput, secret: SecretChange) {
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const key of ["name", "active", "config"] as const) {
    if (JSON.stringify(stored[key]) === JSON.stringify(input[key])) continue;
    before[key] = stored[key];
    after[key] = input[key];
  }
  if (typeof secret === "object") {
    before.secret = stored.hasSecret ? "set" : "none";
    after.secret = stored.hasSecret ? "replaced" : "set";
  } else if (secret === "remove" && stored.hasSecret) {
    before.secret = "set";
    after.secret = "removed";
  }
  return { before, after };
}

/** Deletes a connector with its secret. False: there is none. @param by the administrator's e-mail address. @param now ms */
export async function deleteConnector(control: Database, id: number, by: string, now: number): Promise<boolean> {
  const stored = await readConnectorRecord(control, id);
  if (!stored) return false;
  const { clientId, kind, name, active, config } = stored;
  const results = await guardedBatch(control, isThere(id), [
    statement(sql`DELETE FROM connectors WHERE id = ${id}`),
    recordChanges(
      [record(clientId, by, { entityId: id, action: "delete", before: { kind, name, active, config } })],
      now,
    ),
  ]);
  return results !== null;
}

/** Puts on record that an administrator tried a connector, and how it ended. @param now ms */
export async function recordTrial(
  control: Database,
  connector: Pick<ConnectorRecord, "id" | "clientId">,
  ended: { readonly ok: boolean; readonly sentTo: string | null },
  by: string,
  now: number,
): Promise<void> {
  const after = { ok: ended.ok, ...(ended.sentTo === null ? {} : { sentTo: ended.sentTo }) };
  const change = record(connector.clientId, by, { entityId: connector.id, action: "test", after });
  await control.execute(recordChanges([change], now));
}
