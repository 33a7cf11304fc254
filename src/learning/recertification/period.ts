import { type SQL, sql } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { thisClient } from "../../store/statement.ts";
import { type RegistrationStatus, successfulStatuses } from "../enrolment/status.ts";
import { recertPeriods, registrations } from "../schema/enrolment.ts";

export type PeriodState = (typeof recertPeriods.state.enumValues)[number];

/** The statuses of a registration on a path in which its periods go on: the person works on the path, or has completed it. */
export const periodStatuses: readonly RegistrationStatus[] = ["booked", "in_progress", ...successfulStatuses];

const periodColumns = columns(
  recertPeriods,
  ["id", "registrationId", "cycleNo", "startOn", "dueOn", "endOn", "state"],
  "period",
);
const learnerColumns = columns(registrations, ["personId"], "registration");

/** A period, and whose it is. */
export type RecertPeriod = RowOf<typeof periodColumns> & RowOf<typeof learnerColumns>;

/** The columns of {@link RecertPeriod} in a query over `recert_periods AS period` and `registrations AS registration`. */
export const periodWithLearner: SQL = sql`${periodColumns}, ${learnerColumns}`;

/** True in SQL for a registration (alias) on which the person has a later cycle. */
export function hasLaterCycle(registration: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM registrations AS later WHERE later.component_id = ${registration}.component_id
    AND later.person_id = ${registration}.person_id AND later.cycle_no > ${registration}.cycle_no)`;
}

/** True in SQL for a registration (alias) that is cancelled or failed, or that a later cycle follows: its periods are over. */
export function isLeftBehind(registration: SQL): SQL {
  return sql`(${registration}.status IN ('cancelled', 'failed') OR ${hasLaterCycle(registration)})`;
}

/** One period's step from one state to another. */
export interface PeriodChange<N extends string> {
  /** As it was read: a period that has moved on since is left alone. */
  readonly period: RecertPeriod;
  readonly to: PeriodState;
  readonly count: N;
  readonly achievedOn?: string;
  /** JSON {item: day} of what was finished before the opening. */
  readonly prior?: string;
}

/**
 * Moves a period to another state if it still has the one that was read, and tells audit and search of its registration.
 *
 * @param now instant (ms)
 */
export function changePeriod<N extends string>(change: PeriodChange<N>, now: number): Change<N> {
  const { period, to, count, achievedOn, prior } = change;
  const also = [
    ...(achievedOn === undefined ? [] : [sql`, achieved_on = ${achievedOn}`]),
    ...(prior === undefined ? [] : [sql`, prior = ${prior}`]),
  ];
  return {
    write: sql`UPDATE recert_periods SET state = ${to}, updated_at = ${now}${sql.join(also)}
      WHERE id = ${period.id} AND client_id = ${thisClient} AND state = ${period.state}`,
    count,
    audit: {
      entity: "registration",
      id: period.registrationId,
      personId: period.personId,
      action: "recertification_period",
      before: { period: period.id, state: period.state },
      after: { period: period.id, state: to, ...(achievedOn === undefined ? {} : { achieved_on: achievedOn }) },
    },
    indexed: "registration",
  };
}

/** What a registration has in `source_ref` that a period made for a component of its section; each is made once. */
export function periodSourceRef(periodId: number, componentId: number): string {
  return `period:${periodId}|${componentId}`;
}
