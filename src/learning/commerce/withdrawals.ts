import type { SQL } from "drizzle-orm";
import { type Change, leadHit } from "../../store/change.ts";
import type { ClientRows } from "../../store/rows.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { type ClosableRegistration, cancelRegistration, closableColumns, type Moment } from "../enrolment/close.ts";
import { recertificationColumns, recertificationJoin } from "../enrolment/next-cycle.ts";
import { promoteWaiting } from "../enrolment/places/waiting-list.ts";
import { openStatuses, statusList, takesSeat } from "../enrolment/status.ts";

/** A registration that a line of an order made, or one on a course that serves it. */
export interface Bought extends ClosableRegistration {
  /** The source reference of the line. */
  readonly ref: string;
  /** 1: there is work in it. */
  readonly begun: number;
}

/** Why registrations that were bought are cancelled; `registrations.cancel_reason`. */
export type WithdrawalReason = "order_cancelled" | "refunded";

/** What taking back lines of an order comes to. */
export interface Withdrawal {
  /** They follow a unit's first write. */
  readonly writes: readonly Change<"cancelled">[];
  /** True where people have begun, or have finished: nothing of these lines is cancelled. */
  readonly started: boolean;
  /** Registrations that the writes cancel. */
  readonly ids: readonly number[];
}

/** True in SQL for a `registration` that a person has begun. */
const isBegun = sql`(registration.started_at IS NOT NULL OR registration.status = 'in_progress' OR EXISTS (
  SELECT 1 FROM item_progress AS progress WHERE progress.registration_id = registration.id AND progress.status <> 'not_attempted'))`;

/** The registrations of some lines, by their source references, and those on the courses that serve them; cancelled ones are left out. */
export function readBought(rows: ClientRows, refs: readonly string[]): Promise<readonly Bought[]> {
  if (refs.length === 0) return Promise.resolve([]);
  return rows.all(sql<Bought>`WITH root AS MATERIALIZED (SELECT own.id, own.source_ref FROM ${among(refs)} AS wanted
      CROSS JOIN registrations AS own ON own.client_id = ${thisClient} AND own.source = 'shop' AND own.source_ref = wanted.value),
    related AS MATERIALIZED (SELECT root.id, root.source_ref FROM root UNION ALL SELECT course.id, root.source_ref FROM root
      CROSS JOIN registrations AS course ON course.client_id = ${thisClient} AND course.parent_registration_id = root.id)
    SELECT ${closableColumns}, ${recertificationColumns}, related.source_ref AS ref, ${isBegun} AS begun
    FROM related CROSS JOIN registrations AS registration ON registration.id = related.id
    ${recertificationJoin}
    WHERE +registration.client_id = ${thisClient} AND registration.status <> 'cancelled' ORDER BY registration.id`);
}

/**
 * Cancels the registrations of lines whose money went back, where the person has not begun; a freed place goes to the person who has waited longest.
 * A line with a registration that was begun or finished stays as it is, and so does the course that serves it.
 */
export function withdraw(bought: readonly Bought[], reason: WithdrawalReason, moment: Moment): Withdrawal {
  const begun = new Set(bought.filter((one) => one.begun || !isOpen(one)).map(({ ref }) => ref));
  const going = bought.filter(({ ref }) => !begun.has(ref));
  return {
    started: begun.size > 0,
    ids: going.map(({ id }) => id),
    writes: going.flatMap((registration) => {
      const still = sql`${leadHit} AND NOT (SELECT ${isBegun} FROM registrations AS registration WHERE registration.id = ${registration.id})`;
      const cancelled = { ...cancelRegistration(registration, reason, moment, {}, still), count: "cancelled" } as const;
      if (!takesSeat(registration.status)) return [cancelled];
      return [cancelled, promoteWaiting(registration.componentId, moment.now)];
    }),
  };
}

const isOpen = ({ status }: Bought) => (openStatuses as readonly string[]).includes(status);

/** True in SQL if one of these registrations is still open: a person began between reading and writing. @param ids at least one */
export function isStillOpen(ids: readonly number[]): SQL {
  return sql`EXISTS (SELECT 1 FROM ${among(ids)} AS gone CROSS JOIN registrations AS registration ON registration.id = gone.value
    AND +registration.client_id = ${thisClient} AND registration.status IN ${statusList(openStatuses)})`;
}
