import type { Row } from "@libsql/client";
import type { Database, Statement } from "../store/database.ts";

/** What administrators change. */
export type AuditedEntity =
  | "admin"
  | "api_token"
  | "blackout"
  | "calendar"
  | "client"
  | "connector"
  | "job"
  | "node"
  | "run"
  | "setting";

/** One change by an administrator. `before` and `after` hold what changed and nothing else, and never a secret. */
export interface AdminChange {
  /** 0: the platform, or all clients. */
  readonly clientId: number;
  /** The administrator's e-mail address. */
  readonly actor: string;
  readonly entity: AuditedEntity;
  /** Its id; null for the row that the statement just before in the same batch inserted, if this is the only change recorded. */
  readonly entityId: number | null;
  /** A verb: `create`, `update`, `delete`, `pause`, `resume`, `start`, `stop`, `backfill`. */
  readonly action: string;
  readonly before?: Record<string, unknown> | null;
  readonly after?: Record<string, unknown> | null;
}

/**
 * Records what an administrator changed: one statement, whatever the number of changes, for the same batch as the change
 * itself. It goes into `audit_log` of the control database (spec 1.1), whose `actor` it fills.
 *
 * @param now ms
 */
export function recordChanges(changes: readonly AdminChange[], now: number): Statement {
  return {
    sql: `INSERT INTO audit_log (client_id, actor, entity, entity_id, action, before, after, at)
      SELECT value ->> 'clientId', value ->> 'actor', value ->> 'entity', coalesce(value ->> 'entityId', last_insert_rowid()),
        value ->> 'action', value -> 'before', value -> 'after', ? FROM json_each(?)`,
    args: [now, JSON.stringify(changes.map(({ before, after, ...rest }) => ({ ...rest, ...some({ before, after }) })))],
  };
}

/** Leaves out what is null: `->` would make the JSON text `null` of it. */
function some(values: Record<string, Record<string, unknown> | null | undefined>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}

/** A recorded change. Instants in ms. */
export interface RecordedChange extends Omit<AdminChange, "entity" | "entityId"> {
  readonly id: number;
  readonly entity: string;
  readonly entityId: number;
  readonly at: number;
}

/** Which changes a list shows: of one client, or of one thing; both use an index. */
export interface ChangeFilter {
  readonly clientId?: number | undefined;
  readonly of?: { readonly entity: AuditedEntity; readonly entityId: number } | undefined;
  /** Id of the last change of the page before. */
  readonly before?: number | undefined;
  /** Default 50. */
  readonly limit?: number | undefined;
}

/** What administrators changed, newest first. Changes by runs are not among them. */
export async function listChanges(control: Database, filter: ChangeFilter): Promise<RecordedChange[]> {
  const { clientId, of, before } = filter;
  const conditions = [
    "actor IS NOT NULL",
    ...(of ? ["entity = ? AND entity_id = ?"] : []),
    ...(clientId === undefined ? [] : [of ? "+client_id = ?" : "client_id = ?"]),
    ...(before === undefined ? [] : ["id < ?"]),
  ];
  const result = await control.execute({
    sql: `SELECT * FROM audit_log WHERE ${conditions.join(" AND ")} ORDER BY id DESC LIMIT ?`,
    args: [
      ...(of ? [of.entity, of.entityId] : []),
      ...(clientId === undefined ? [] : [clientId]),
      ...(before === undefined ? [] : [before]),
      filter.limit ?? 50,
    ],
  });
  return result.rows.map(toChange);
}

function toChange(row: Row): RecordedChange {
  const json = (value: unknown) => (value === null ? null : (JSON.parse(String(value)) as Record<string, unknown>));
  return {
    id: Number(row.id),
    clientId: Number(row.client_id),
    actor: String(row.actor),
    entity: String(row.entity),
    entityId: Number(row.entity_id),
    action: String(row.action),
    before: json(row.before),
    after: json(row.after),
    at: Number(row.at),
  };
}
