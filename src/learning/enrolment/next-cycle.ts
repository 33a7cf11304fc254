import { type SQL, sql } from "drizzle-orm";
import type { Change } from "../../store/change.ts";
import { thisClient } from "../../store/statement.ts";
import { addMonths, type Day, isDay } from "../../time/day.ts";
import { nextYearlyDay, type YearlyDay } from "./due.ts";
import { type ClosedStatus, statusList, successfulStatuses } from "./status.ts";

/** How a component's next cycle is dated: the part of its enrolment rule that says so (spec 2.3.1, step 4). */
export interface Recertification {
  readonly recert_mode: "yearly" | "from_completion" | null;
  readonly recert_mmdd: YearlyDay | null;
  readonly recert_months: number | null;
}

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
  if (how.recert_mode === "yearly") return how.recert_mmdd === null ? null : nextYearlyDay(closedOn, how.recert_mmdd);
  const months = how.recert_months ?? 0;
  if (how.recert_mode === null || months < 1) return null;
  const successful = (successfulStatuses as readonly ClosedStatus[]).includes(status);
  const { dueOn } = registration;
  const from = successful || dueOn === null || !isDay(dueOn) ? closedOn : dueOn;
  let times = 1;
  while (addMonths(from, months * times) <= closedOn) times += 1;
  return addMonths(from, months * times);
}

/** The columns of {@link Recertification} that {@link recertificationJoin} brings to a query. */
export const recertificationColumns: SQL = sql.raw(
  "recert.recert_mode AS recert_mode, recert.due_mmdd AS recert_mmdd, recert.recert_interval_months AS recert_months",
);

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
