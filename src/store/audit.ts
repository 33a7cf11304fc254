import { type SQL, sql } from "drizzle-orm";
import { thisClient, thisRun } from "./statement.ts";

/** What changed on one row, for `audit_log`. `before` and `after` hold the changed columns only, and never a secret. */
export interface AuditEntry {
  readonly entity: string;
  readonly entityId: number;
  readonly action: string;
  readonly personId?: number | null;
  readonly before?: Record<string, unknown> | null;
  readonly after?: Record<string, unknown> | null;
  /** Instant in ms. */
  readonly at: number;
}

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
