import type { SQL } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import { columns, type LeftJoined, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addMonths, type Day, isDay } from "../../time/day.ts";
import { enrolmentRules } from "../schema/enrolment.ts";
import { nextYearlyDay } from "./due.ts";
import { type ClosedStatus, statusList, successfulStatuses } from "./status.ts";

/** The columns of {@link Recertification} that {@link recertificationJoin} brings to a query. */
export const recertificationColumns = columns(
  enrolmentRules,
  ["recertMode", "dueMmdd", "recertIntervalMonths"],
  "recert",
);

/**
 * How a component's next cycle is dated: the part of its enrolment rule that says so (handbook, catalogue:
 * ParticipantAutomaticRegistration).
 */
export type Recertification = LeftJoined<RowOf<typeof recertificationColumns>>;

/**
 * The local day on which the next cycle falls due, written when a registration closes; null where nothing recurs.
 *
 * `yearly`: the next such day after the closing day. Else the closing day plus the interval; for `failed` and `cancelled`
 * counted from the due day if there is one (and it can be read), and then as often as it takes to come after the closing day, so that a long
 * pause does not leave a chain of cycles that were over before they began.
 *
 * @param closedOn local day
 */
export function nextDueOn(
  how: Recertification,
  registration: { readonly dueOn: Day | null },
  status: ClosedStatus,
  closedOn: Day,
): Day | null {
  if (how.recertMode === "yearly") return how.dueMmdd === null ? null : nextYearlyDay(closedOn, how.dueMmdd);
  const months = how.recertIntervalMonths ?? 0;
  if (how.recertMode === null || months < 1) return null;
  const successful = (successfulStatuses as readonly ClosedStatus[]).includes(status);
  const { dueOn } = registration;
  const from = successful || dueOn === null || !isDay(dueOn) ? closedOn : dueOn;
  let times = 1;
  while (addMonths(from, months * times) <= closedOn) times += 1;
  return addMonths(from, months * times);
}

const recertifying =
  "rule.client_id = registration.client_id AND rule.component_id = registration.component_id AND rule.active = 1 AND rule.recertify = 1";

/**
 * Joins a registration (named `registration` in the query) to the rule that dates its next cycle: the rule that made it if
 * that recertifies, else the component's first one that does.
 */
export const recertificationJoin: SQL = sql.raw(
  `LEFT JOIN enrolment_rules AS recert ON recert.id = coalesce(
    (SELECT rule.id FROM enrolment_rules AS rule WHERE ${recertifying} AND registration.source_ref LIKE 'rule:' || rule.id || '|%'),
    (SELECT min(rule.id) FROM enrolment_rules AS rule WHERE ${recertifying}))`,
);

/**
 * Dates the next cycle of a successful registration that was closed when nothing dated it, and tells audit and search.
 *
 * @param now instant (ms)
 */
export function dateNextCycle(
  registration: { readonly id: number; readonly personId: number },
  next: Day,
  now: number,
): Change {
  return {
    write: sql`UPDATE registrations SET next_due_on = ${next}, updated_at = ${now} WHERE id = ${registration.id}
      AND client_id = ${thisClient} AND next_due_on IS NULL AND status IN ${statusList(successfulStatuses)}`,
    audit: {
      entity: "registration",
      id: registration.id,
      personId: registration.personId,
      action: "date_next_cycle",
      before: { next_due_on: null },
      after: { next_due_on: next },
    },
    indexed: "registration",
  };
}
