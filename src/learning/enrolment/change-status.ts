import type { SQL } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { RegistrationStatus } from "./status.ts";

/** Columns that may change together with a registration's status. */
export interface StatusColumns {
  readonly booked_at?: number;
  readonly started_at?: number;
  readonly completed_at?: number | null;
  readonly cancelled_at?: number;
  readonly cancel_reason?: string;
  readonly next_due_on?: string | null;
  readonly score_scaled?: number | null;
  readonly progress_pct?: number;
  readonly prerequisite_status?: "none" | "not_met" | "met" | "overdue";
  readonly prerequisite_checked_at?: number;
  readonly status_by_hand_at?: number;
}

/** One registration's step from one status to another. */
export interface StatusChange {
  readonly id: number;
  readonly personId: number;
  /** As it was read: a registration that has moved on since is left alone. */
  readonly from: RegistrationStatus;
  readonly to: RegistrationStatus;
  /** What the audit calls it: `cancel`, `complete`. */
  readonly action: string;
  readonly columns?: StatusColumns;
  /** A further condition in SQL. */
  readonly also?: SQL;
}

/**
 * Moves a registration to another status if it still has the one that was read, and tells audit and search.
 *
 * @param now instant (ms)
 */
export function changeStatus(change: StatusChange, now: number): Change {
  const columns = Object.entries(change.columns ?? {}).filter(([, value]) => value !== undefined);
  const sets = columns.map(([name, value]) => sql`, ${sql.identifier(name)} = ${value}`);
  return {
    write: sql`UPDATE registrations SET status = ${change.to}, updated_at = ${now}${sql.join(sets)}
      WHERE id = ${change.id} AND client_id = ${thisClient} AND status = ${change.from}${change.also ? sql` AND ${change.also}` : sql``}`,
    audit: {
      entity: "registration",
      id: change.id,
      personId: change.personId,
      action: change.action,
      before: { status: change.from },
      after: { status: change.to, ...Object.fromEntries(columns.filter(([, value]) => value !== null)) },
    },
    indexed: "registration",
  };
}
