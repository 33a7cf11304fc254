import { type Change, leadHit } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { OverPeriodRow } from "./over-periods.ts";
import type { Reset } from "./period-reset.ts";

/**
 * Writes that close a period and open the next, if it is still current and has the amount that was read. The first leads.
 *
 * @param now instant (ms)
 */
export function writeReset(period: OverPeriodRow, { periods, given, moved }: Reset, now: number): readonly Change[] {
  const [own, ...next] = periods;
  const { id, personId, certificationId } = period;
  const ofPerson = sql`person_id = ${personId} AND certification_id = ${certificationId}`;
  const periodNo = (no: string) => sql`(SELECT opened.id FROM person_certifications AS opened
    WHERE opened.${ofPerson} AND opened.period_no = one.value ->> ${no})`;
  const closed: Change = {
    write: sql`UPDATE person_certifications SET amount = ${own.amount}, status = ${own.status}, is_current = ${own.isCurrent},
        updated_at = ${now}
      WHERE id = ${id} AND client_id = ${thisClient} AND is_current = 1 AND amount = ${period.amount} AND end_on = ${period.endOn}`,
    audit: {
      entity: "person_certification",
      id,
      personId,
      action: "close_period",
      before: { is_current: 1, amount: period.amount },
      after: { is_current: own.isCurrent ? 1 : 0, amount: own.amount, status: own.status },
    },
    indexed: { entity: "person", id: personId },
  };
  const changes: Change[] = [closed];
  if (next.length > 0)
    changes.push({
      write: sql`INSERT INTO person_certifications (client_id, person_id, certification_id, period_no, start_on, end_on, amount, status,
          is_current, created_at, updated_at)
        SELECT ${thisClient}, ${personId}, ${certificationId}, one.value ->> 'periodNo', one.value ->> 'startOn', one.value ->> 'endOn',
          one.value ->> 'amount', one.value ->> 'status', one.value ->> 'isCurrent', ${now}, ${now}
        FROM json_each(${JSON.stringify(next)}) AS one WHERE ${leadHit} ORDER BY one.key`,
    });
  if (moved.length > 0)
    changes.push({
      write: sql`UPDATE certification_credits SET person_certification_id = ${periodNo("periodNo")}, updated_at = ${now}
        FROM json_each(${JSON.stringify(moved)}) AS one
        WHERE +certification_credits.client_id = ${thisClient} AND certification_credits.person_certification_id = ${id}
          AND certification_credits.source_ref = one.value ->> 'sourceRef' AND ${leadHit}`,
    });
  if (given.length > 0)
    changes.push({
      write: sql`INSERT INTO certification_credits (client_id, person_certification_id, source_ref, amount, credited_on, created_at,
          updated_at)
        SELECT ${thisClient}, ${periodNo("periodNo")}, one.value ->> 'sourceRef', one.value ->> 'amount', one.value ->> 'on', ${now}, ${now}
        FROM json_each(${JSON.stringify(given)}) AS one WHERE ${leadHit} ORDER BY one.key`,
    });
  return changes;
}
