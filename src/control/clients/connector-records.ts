import type { Row } from "@libsql/client";
import type { Database, SqlValue, Statement } from "../../store/database.ts";
import { guardedBatch } from "../../store/guard.ts";
import { type AdminChange, recordChanges } from "../audit-trail.ts";

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
  /** When the secret was given; null: there is none, or nobody knows. */
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

const COLUMNS = `n.*, c.name AS client_name FROM connectors n LEFT JOIN clients c ON c.id = n.client_id`;

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function toRecord(row: Row): ConnectorRecord {
  const number = (value: unknown) => (value === null ? null : Number(value));
  return {
    id: Number(row.id),
    clientId: Number(row.client_id),
    clientName: row.client_name === null ? null : String(row.client_name),
    kind: String(row.kind),
    name: String(row.name),
    active: Number(row.active) === 1,
    config: json(String(row.config)),
    hasSecret: row.secret_enc !== null,
    secretSetAt: number(row.secret_set_at),
    state: row.state as ConnectorRecord["state"],
    lastOkAt: number(row.last_ok_at),
    lastError: row.last_error === null ? null : String(row.last_error),
    updatedAt: Number(row.updated_at),
  };
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
export function connectorListStatement({ clientId, after, limit }: ConnectorFilter): Statement {
  if (clientId !== undefined) {
    return {
      sql: `SELECT ${COLUMNS} WHERE n.client_id = ? ORDER BY n.kind, n.id LIMIT ?`,
      args: [clientId, limit],
    };
  }
  return { sql: `SELECT ${COLUMNS} WHERE n.id > ? ORDER BY n.id LIMIT ?`, args: [after ?? 0, limit] };
}

/** Connectors, those of a client by kind, those of all by id. */
export async function listConnectors(control: Database, filter: ConnectorFilter): Promise<ConnectorRecord[]> {
  const result = await control.execute(connectorListStatement(filter));
  return result.rows.map(toRecord);
}

/** One connector; null when there is none. */
export async function readConnectorRecord(control: Database, id: number): Promise<ConnectorRecord | null> {
  const result = await control.execute({ sql: `SELECT ${COLUMNS} WHERE n.id = ?`, args: [id] });
  return result.rows[0] ? toRecord(result.rows[0]) : null;
}

const record = (clientId: number, actor: string, rest: Pick<AdminChange, "entityId" | "action" | "before" | "after">) =>
  ({ clientId, actor, entity: "connector", ...rest }) satisfies AdminChange;

const FREE = "NOT EXISTS (SELECT 1 FROM connectors WHERE client_id = ? AND kind = ? AND name = ? AND id <> ?)";

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
  // The id is chosen first, since the secret is sealed for it. Somebody else may be quicker; then another one is chosen.
  for (;;) {
    const next = await control.execute({
      sql: `SELECT coalesce(max(id), 0) + 1 AS id, (? = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ?)) AND ${FREE} AS free
        FROM connectors`,
      args: [clientId, clientId, clientId, kind, name, 0],
    });
    if (Number(next.rows[0]?.free) !== 1) return { state: "taken" };
    const id = Number(next.rows[0]?.id);
    const sealed = seal === null ? null : await seal(id);
    const results = await guardedBatch(
      control,
      {
        sql: `(? = 0 OR EXISTS (SELECT 1 FROM clients WHERE id = ?)) AND ${FREE} AND NOT EXISTS (SELECT 1 FROM connectors WHERE id = ?)`,
        args: [clientId, clientId, clientId, kind, name, 0, id],
      },
      [
        {
          sql: `INSERT INTO connectors (id, client_id, kind, name, active, config, secret_enc, secret_set_at, created_at, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          args: [
            id,
            clientId,
            kind,
            name,
            active ? 1 : 0,
            JSON.stringify(config),
            sealed,
            sealed === null ? null : now,
            now,
            now,
          ],
        },
        recordChanges([record(clientId, by, { entityId: id, action: "create", after })], now),
      ],
    );
    if (results) return { state: "saved", connectorId: id };
  }
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
  const sets = ["name = ?", "active = ?", "config = ?", "updated_at = max(?, updated_at + 1)"];
  const args: SqlValue[] = [input.name, input.active ? 1 : 0, JSON.stringify(input.config), now];
  if (secret !== "keep") {
    sets.push("secret_enc = ?", "secret_set_at = ?");
    args.push(...(secret === "remove" ? [null, null] : [secret.sealed, now]));
  }
  if ("config" in change.after || "secret" in change.after) {
    sets.push("state = 'ok'", "last_error = NULL", "access_token_enc = NULL", "access_expires_at = NULL");
    sets.push("refresh_token_enc = NULL", "refresh_expires_at = NULL");
  }
  const mine = { sql: "EXISTS (SELECT 1 FROM connectors WHERE id = ? AND updated_at = ?)", args: [id, updatedAt] };
  const results = await guardedBatch(
    control,
    { sql: `${mine.sql} AND ${FREE}`, args: [...mine.args, stored.clientId, stored.kind, input.name, id] },
    [
      { sql: `UPDATE connectors SET ${sets.join(", ")} WHERE id = ?`, args: [...args, id] },
      recordChanges([record(stored.clientId, by, { entityId: id, action: "update", ...change })], now),
    ],
  );
  if (results) return { state: "saved", connectorId: id };
  const current = await readConnectorRecord(control, id);
  if (!current) return { state: "missing" };
  return { state: current.updatedAt === updatedAt ? "taken" : "conflict" };
}

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
  const results = await guardedBatch(control, { sql: "EXISTS (SELECT 1 FROM connectors WHERE id = ?)", args: [id] }, [
    { sql: "DELETE FROM connectors WHERE id = ?", args: [id] },
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
