import type { Row } from "@libsql/client";
import type { Database, Statement } from "../store/database.ts";

/** What administrators change. */
export const auditedEntities = [
  "admin",
  "api_token",
  "blackout",
  "calendar",
  "client",
  "connector",
  "file",
  "job",
  "node",
  "run",
  "setting",
] as const;
export type AuditedEntity = (typeof auditedEntities)[number];

/** One change by an administrator. `before` and `after` hold what changed and nothing else, and never a secret. */
export interface AdminChange {
  /** 0: the platform, or all clients. */
  readonly clientId: number;
  /** The administrator's e-mail address. */
  readonly actor: string;
  readonly entity: AuditedEntity;
  /** Its id; null for the row that the statement just before in the same batch inserted, if this is the only change recorded. */
  readonly entityId: number | null;
  /** A verb: `create`, `update`, `delete`, `pause`, `resume`, `start`, `stop`, `backfill`, `cancel`, `retry`. */
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

/** Which changes a list shows. */
export interface ChangeFilter {
  readonly clientId?: number | undefined;
  readonly of?: { readonly entity: AuditedEntity; readonly entityId: number } | undefined;
  readonly entity?: AuditedEntity | undefined;
  /** The administrator's whole e-mail address. */
  readonly actor?: string | undefined;
  /** Leaves these out, whatever else is asked. */
  readonly without?: readonly AuditedEntity[] | undefined;
  /** Id of the last change of the page before. */
  readonly before?: number | undefined;
  /** Default 50. */
  readonly limit?: number | undefined;
}

/**
 * The statement behind {@link listChanges}: by the index of one thing, or by those that hold administrators' changes only and all
 * that can be asked for.
 */
export function listChangesStatement(filter: ChangeFilter): Statement {
  const { of, clientId, entity, actor, without = [], before } = filter;
  const conditions = ["actor IS NOT NULL"];
  const args: (string | number)[] = [];
  const where = (condition: string, ...values: (string | number | undefined)[]) => {
    const given = values.filter((value) => value !== undefined);
    if (given.length < values.length) return;
    conditions.push(condition);
    args.push(...given);
  };
  where("entity = ? AND entity_id = ?", of?.entity, of?.entityId);
  where(of ? "+client_id = ?" : "client_id = ?", clientId);
  where("+entity = ?", entity);
  where("+actor = ?", actor);
  if (without.length > 0) where("+entity NOT IN (SELECT value FROM json_each(?))", JSON.stringify(without));
  where("id < ?", before);
  const index = of ? "audit_log_entity" : clientId === undefined ? "audit_log_admins" : "audit_log_client_admins";
  return {
    sql: `SELECT a.* FROM (SELECT id FROM audit_log INDEXED BY ${index} WHERE ${conditions.join(" AND ")} ORDER BY id DESC LIMIT ?) found
      CROSS JOIN audit_log a ON a.id = found.id`,
    args: [...args, filter.limit ?? 50],
  };
}

/** What administrators changed, newest first. Changes by runs are not among them. */
export async function listChanges(control: Database, filter: ChangeFilter): Promise<RecordedChange[]> {
  const result = await control.execute(listChangesStatement(filter));
  return result.rows.map(toChange).toSorted((a, b) => b.id - a.id);
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
