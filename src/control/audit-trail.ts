import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../store/database.ts";
import { auditLog } from "../store/schema.ts";
import { among, columns, type RowOf } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { read, statement } from "../store/statement.ts";

/** What administrators change. */
export const auditedEntities = [
  "admin",
  "api_token",
  "blackout",
  "calendar",
  "client",
  "connector",
  "delivery",
  "file",
  "job",
  "node",
  "report_subscription",
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
  /** A verb: `create`, `update`, `delete`, `pause`, `resume`, `start`, `stop`, `backfill`, `cancel`, `retry`, `replay`, `park`, `close`, `give`. */
  readonly action: string;
  readonly before?: Record<string, unknown> | null;
  readonly after?: Record<string, unknown> | null;
}

/**
 * Records what an administrator changed: one statement, whatever the number of changes, for the same batch as the change
 * itself. It goes into `audit_log` of the control database (handbook, data: platform), whose `actor` it fills.
 *
 * @param now ms
 */
export function recordChanges(changes: readonly AdminChange[], now: number): Statement {
  const rows = changes.map(({ before, after, ...rest }) => ({ ...rest, ...some({ before, after }) }));
  return statement(sql`INSERT INTO audit_log (client_id, actor, entity, entity_id, action, before, after, at)
      SELECT value ->> 'clientId', value ->> 'actor', value ->> 'entity', coalesce(value ->> 'entityId', last_insert_rowid()),
        value ->> 'action', value -> 'before', value -> 'after', ${now} FROM json_each(${JSON.stringify(rows)})`);
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
export const listChangesStatement = (filter: ChangeFilter): Statement => statement(newestChanges(filter));

const indexes = {
  one: sql`audit_log_entity`,
  all: sql`audit_log_admins`,
  client: sql`audit_log_client_admins`,
};

/** Of a change `a`. */
const changeColumns = columns(
  auditLog,
  ["id", "clientId", "actor", "entity", "entityId", "action", "before", "after", "at"],
  "a",
);

function newestChanges(filter: ChangeFilter): SQL<RowOf<typeof changeColumns>> {
  const { of, clientId, entity, actor, without = [], before } = filter;
  const conditions = [sql`actor IS NOT NULL`];
  if (of) conditions.push(sql`entity = ${of.entity} AND entity_id = ${of.entityId}`);
  if (clientId !== undefined) conditions.push(sql`${of ? sql`+` : sql``}client_id = ${clientId}`);
  if (entity !== undefined) conditions.push(sql`+entity = ${entity}`);
  if (actor !== undefined) conditions.push(sql`+actor = ${actor}`);
  if (without.length > 0) conditions.push(sql`+entity NOT IN ${among(without)}`);
  if (before !== undefined) conditions.push(sql`id < ${before}`);
  const index = of ? indexes.one : clientId === undefined ? indexes.all : indexes.client;
  return sql`SELECT ${changeColumns} FROM (SELECT id FROM audit_log INDEXED BY ${index}
      WHERE ${sql.join(conditions, sql` AND `)} ORDER BY id DESC LIMIT ${filter.limit ?? 50}) found
    CROSS JOIN audit_log a ON a.id = found.id`;
}

/** What administrators changed, newest first. Changes by runs are not among them. */
export async function listChanges(control: Database, filter: ChangeFilter): Promise<RecordedChange[]> {
  const rows = await read<RowOf<typeof changeColumns>>(control, newestChanges(filter));
  const json = (text: string | null) => (text === null ? null : (JSON.parse(text) as Record<string, unknown>));
  return rows
    .map((row) => ({ ...row, actor: row.actor ?? "", before: json(row.before), after: json(row.after) }))
    .toSorted((a, b) => b.id - a.id);
}
