import type { SQL } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import { columns, type RowOf } from "../../store/select.ts";
import type { Day } from "../../time/day.ts";
import { registrations } from "../schema/enrolment.ts";
import { changeStatus, type StatusColumns } from "./change-status.ts";
import { nextDueOn, type Recertification } from "./next-cycle.ts";
import type { ClosedStatus, RegistrationStatus } from "./status.ts";

/** The own columns of {@link ClosableRegistration}. */
export const closableColumns = columns(
  registrations,
  ["id", "componentId", "personId", "status", "dueOn"],
  "registration",
);

/**
 * A registration that may be closed: what a query over `registrations AS registration` with `recertificationJoin` reads as
 * {@link closableColumns} and `recertificationColumns`.
 */
export type ClosableRegistration = RowOf<typeof closableColumns> & Recertification;

/** The run's clock, as processors have it. */
export interface Moment {
  /** Instant (ms) for `*_at` columns. */
  readonly now: number;
  /** Local day: the closing day. */
  readonly today: Day;
}

function close(
  registration: ClosableRegistration,
  to: ClosedStatus & RegistrationStatus,
  action: string,
  columns: StatusColumns,
  { now, today }: Moment,
  also?: SQL,
): Change {
  const next = nextDueOn(registration, registration, to, today);
  return changeStatus(
    {
      id: registration.id,
      personId: registration.personId,
      from: registration.status,
      to,
      action,
      columns: { ...columns, ...(next === null ? {} : { next_due_on: next }) },
      ...(also ? { also } : {}),
    },
    now,
  );
}

/**
 * Cancels an open registration, with the reason as a word: `left_group`, `inactive_user`. As {@link changeStatus}.
 *
 * @param also a further condition in SQL
 */
export function cancelRegistration(
  registration: ClosableRegistration,
  reason: string,
  moment: Moment,
  columns: StatusColumns = {},
  also?: SQL,
): Change {
  const cancelled = { ...columns, cancelled_at: moment.now, cancel_reason: reason };
  return close(registration, "cancelled", "cancel", cancelled, moment, also);
}

/**
 * Ends an open registration without success. As {@link changeStatus}. Where it may be on a course that serves a registration on its
 * template, `failWithParent` fails that too.
 *
 * @param also a further condition in SQL
 */
export function failRegistration(
  registration: ClosableRegistration,
  moment: Moment,
  columns: StatusColumns = {},
  also?: SQL,
): Change {
  return close(registration, "failed", "fail", columns, moment, also);
}

/**
 * Ends an open registration with success: `passed` on a course, `completed` on a learning path. As {@link changeStatus}.
 * Where the work was completed earlier, `columns.completed_at` says when, and `moment.today` has to be the local day of it,
 * since the next cycle counts from there. It is the row alone: what a success gives is written by `Successes`.
 *
 * @param also a further condition in SQL
 */
export function completeRegistration(
  registration: ClosableRegistration,
  to: "passed" | "completed",
  moment: Moment,
  columns: StatusColumns = {},
  also?: SQL,
): Change {
  return close(registration, to, "complete", { completed_at: moment.now, progress_pct: 100, ...columns }, moment, also);
}
