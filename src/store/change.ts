import type { SQL } from "drizzle-orm";
import { sql } from "./sql.ts";
import { type Query, thisIndex, thisRun } from "./statement.ts";

/** What `audit_log` keeps of a change. `before` and `after` hold the changed columns only, and never a secret. */
export interface Audit {
  readonly entity: string;
  /** Its id. Default: of the row that the write inserted, or, of several rows, of each. */
  readonly id?: number | SQL;
  readonly action: string;
  /** Default: what {@link Change.rows} says of each row, else no person. */
  readonly personId?: number | null;
  /** Default: what {@link Change.rows} says of each row, else nothing. */
  readonly before?: Readonly<Record<string, unknown>> | null;
  /** Columns, or SQL that gives them as JSON. Of several rows the SQL may name `touched`. */
  readonly after?: Readonly<Record<string, unknown>> | SQL | null;
}

/** What the search indexes are told of a change. */
export interface Indexed {
  readonly entity: string;
  /** Default: the audit's, else as {@link Audit.id}. */
  readonly id?: number | SQL;
  /** Default `upsert`. */
  readonly op?: "upsert" | "delete";
}

/**
 * A guarded write and what follows from it. Count, audit and search index follow what it really changed: a guard that
 * matches nothing leaves nothing behind. `N`: names of counters.
 *
 * ```ts
 * const change: Change<"completed"> = {
 *   write: sql`UPDATE components SET planning_status = 'completed' WHERE id = ${id} AND client_id = ${thisClient} AND planning_status = 'released'`,
 *   count: "completed",
 *   audit: { entity: "component", id, action: "complete", before: { planning_status: "released" }, after: { planning_status: "completed" } },
 *   indexed: { entity: "component" },
 * };
 * ```
 */
export interface Change<N extends string = never> {
  readonly write: Query;
  /** The counter to which the changed rows are added. */
  readonly count?: N;
  readonly audit?: Audit;
  /** The entity alone where its id is the audit's. */
  readonly indexed?: Indexed | string;
  /**
   * For a write that changes several rows: a query of `id`, `person_id` and `before` (JSON or NULL) of those that it is to
   * change. The write then says `id IN ${touchedIds}`; audit and search index get an entry for each of them.
   */
  readonly rows?: SQL;
  /** It is made whatever the unit's first write did; see {@link leadHit}. */
  readonly always?: true;
  /**
   * Its number among the changes of the step. The step's `followUp` asks with {@link hitMarks} which of these changed a row, so
   * that it can write for many of them at once what `audit` and `indexed` write for each.
   */
  readonly mark?: number;
}

/**
 * True in SQL, in a later write of a unit, if the unit's first write changed something. The first leads: each further write
 * must say this, {@link leadMissed} or {@link unitHit}, or be marked `always`, so that a missed guard never leaves half a unit.
 */
export const leadHit: SQL = sql`(SELECT lead > 0 FROM checkpoints WHERE run_id = ${thisRun})`;

/** True in SQL, in a later write of a unit, if the unit's first write matched nothing: for what is done instead. */
export const leadMissed: SQL = sql`(SELECT lead = 0 FROM checkpoints WHERE run_id = ${thisRun})`;

/** True in SQL, in a later write of a unit, if any of its earlier writes changed something. */
export const unitHit: SQL = sql`(SELECT unit_hit = 1 FROM checkpoints WHERE run_id = ${thisRun})`;

/** In SQL, the ids of the rows that this change's {@link Change.rows} found. */
export const touchedIds: SQL = sql`(SELECT id FROM touched WHERE run_id = ${thisRun} AND place = ${thisIndex})`;

/**
 * In SQL, the id that an element `one` of a JSON array (`json_each`) gets in `table` if it becomes a row there: the first gets the next id, each
 * further one the one behind it. With it a change can insert several rows: its {@link Change.rows} select these ids, so that audit and
 * search index know the rows that there will be, and its write takes them from {@link joinNew}.
 *
 * ```ts
 * rows: sql`SELECT ${newId("groups")} AS id, NULL AS person_id, NULL AS before FROM json_each(${names}) AS one WHERE …`,
 * write: sql`INSERT INTO groups (id, client_id, name) SELECT touched.id, ${thisClient}, one.value FROM json_each(${names}) AS one ${joinNew("groups")}`,
 * ```
 */
export function newId(table: string): SQL {
  return sql`((SELECT coalesce(max(id), 0) FROM ${sql.identifier(table)}) + one.key + 1)`;
}

/** In SQL, joins the elements `one` to what the change's {@link Change.rows} found of them under their {@link newId}: it leaves no others. */
export function joinNew(table: string): SQL {
  return sql`CROSS JOIN touched ON touched.run_id = ${thisRun} AND touched.place = ${thisIndex} AND touched.id = ${newId(table)}`;
}

/** In SQL, in a later write of a unit, the ids of the rows that the unit's first change found. It stands for {@link leadHit} too. */
export const leadIds: SQL = sql`(SELECT id FROM touched WHERE run_id = ${thisRun} AND place = 0)`;

/** In SQL, in a step's `followUp`: the marks of those of its changes that changed a row ({@link Change.mark}). */
export const hitMarks: SQL = sql`(SELECT value FROM json_each(
  (SELECT '[' || substr(marks, 2) || ']' FROM checkpoints WHERE run_id = ${thisRun})))`;

/** Writes that each have a guard of their own, whatever the others of their unit do. */
export function independent(writes: readonly Query[]): Change[] {
  return writes.map((write) => ({ write, always: true }));
}

/** How the SQL of a write shows that it depends on an earlier one of its unit. */
const DEPENDS = /SELECT (lead|unit_hit) [>=] [01] FROM checkpoints|FROM touched WHERE run_id = \? AND place = 0/;

/** A later write of a unit that does not say what it depends on. It is a bug of the processor; nothing was executed. */
export class LeaderlessWriteError extends Error {
  readonly code = "leaderless_write";
  constructor(ref: string, statement: string) {
    super(
      `${ref}: only the first write of a unit may stand alone; use leadHit, leadMissed or unitHit in: ${statement.slice(0, 200)}`,
    );
  }
}

/**
 * @throws {LeaderlessWriteError} when a later write of a unit neither says what it depends on nor is to be made always.
 */
export function checkLead(
  ref: string,
  writes: readonly {
    readonly statement: { readonly sql: string };
    readonly rows?: { readonly sql: string } | undefined;
    readonly always?: boolean | undefined;
  }[],
): void {
  for (const { statement, rows, always } of writes.slice(1)) {
    if (always || DEPENDS.test(statement.sql) || (rows && DEPENDS.test(rows.sql))) continue;
    throw new LeaderlessWriteError(ref, statement.sql);
  }
}
