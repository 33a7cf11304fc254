import { SQL } from "drizzle-orm";
import type { Audit } from "./change.ts";
import { sql } from "./sql.ts";
import { thisClient, thisIndex, thisRun } from "./statement.ts";

/** The entity of the audit entry that was written just before in the same unit, in SQL. */
export const lastAudited: SQL = sql.raw("(SELECT entity_id FROM audit_log WHERE id = last_insert_rowid())");

const json = (value: Audit["after"]) => (value instanceof SQL ? value : value ? JSON.stringify(value) : null);

/** The entry of `audit_log` for the change of one row, written behind it; none where it changed nothing. */
export function auditEntry({ entity, id, action, personId, before, after }: Audit): SQL {
  return sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, before, after, at)
    SELECT ${thisClient}, run_id, ${personId ?? null}, ${entity}, ${id ?? sql`last_insert_rowid()`}, ${action},
      ${json(before)}, ${json(after)}, now_at FROM checkpoints WHERE run_id = ${thisRun} AND hit > 0`;
}

/**
 * A write that is an audit entry and nothing else: of what an effect has done outside this database (a file, another owner's run).
 *
 * ```ts
 * settle: () => [{ ref, writes: [auditOnly({ entity: "file", id, action: "delete" })] }],
 * ```
 *
 * @param clientId whose it is, where platform work did it; default: the run's client
 */
export function auditOnly(audit: Audit & { readonly id: number }, clientId?: number): SQL {
  const { entity, id, action, personId, before, after } = audit;
  return sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, before, after, at)
    SELECT ${clientId ?? thisClient}, run_id, ${personId ?? null}, ${entity}, ${id}, ${action}, ${json(before)}, ${json(after)}, now_at
    FROM checkpoints WHERE run_id = ${thisRun}`;
}

/** The same as {@link auditOnly} for several things that have no ids (objects without a row): an equal entry for each. */
export function auditTimes({ entity, action }: Pick<Audit, "entity" | "action">, times: number): SQL {
  return sql`INSERT INTO audit_log (client_id, run_id, entity, entity_id, action, at)
    SELECT ${thisClient}, run_id, ${entity}, 0, ${action}, now_at FROM checkpoints
    CROSS JOIN json_each(${JSON.stringify(Array.from({ length: times }, () => 0))}) WHERE run_id = ${thisRun}`;
}

/** The entries of `audit_log` for a change of several rows, one for each that it touched. */
export function auditEntries({ entity, id, action, personId, before, after }: Audit): SQL {
  return sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, before, after, at)
    SELECT ${thisClient}, touched.run_id, coalesce(${personId ?? null}, touched.person_id), ${entity}, ${id ?? sql`touched.id`}, ${action},
      coalesce(${json(before)}, touched.before), ${json(after)}, checkpoints.now_at
    FROM touched JOIN checkpoints ON checkpoints.run_id = touched.run_id
    WHERE touched.run_id = ${thisRun} AND touched.place = ${thisIndex} AND checkpoints.hit > 0 ORDER BY touched.id`;
}
