import { type SQL, sql } from "drizzle-orm";
import { thisClient, thisRun } from "./statement.ts";

/** What changed on one row, for `audit_log`. `before` and `after` hold the changed columns only, and never a secret. */
export interface AuditEntry {
  readonly entity: string;
  /** Its id, or an expression for the id of a row that the same unit has just created. */
  readonly entityId: number | SQL;
  readonly action: string;
  readonly personId?: number | null;
  readonly before?: Record<string, unknown> | null;
  readonly after?: Record<string, unknown> | null;
  /** Instant in ms. */
  readonly at: number;
}

/** The id of the row that the statement just before in the same unit inserted, in SQL. */
export const lastInserted: SQL = sql.raw("last_insert_rowid()");

/** The entity of the audit entry that was written just before in the same unit, in SQL. */
export const lastAudited: SQL = sql.raw("(SELECT entity_id FROM audit_log WHERE id = last_insert_rowid())");

/**
 * Records a change in `audit_log` if the statement just before it in the same unit changed a row. It must follow its write
 * directly: it asks SQL's `changes()`.
 */
export function auditChange(entry: AuditEntry): SQL {
  const json = (value: Record<string, unknown> | null | undefined) => (value ? JSON.stringify(value) : null);
  return sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, before, after, at)
    SELECT ${thisClient}, ${thisRun}, ${entry.personId ?? null}, ${entry.entity}, ${entry.entityId}, ${entry.action},
      ${json(entry.before)}, ${json(entry.after)}, ${entry.at} WHERE changes() > 0`;
}
