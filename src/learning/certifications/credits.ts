import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";

/** Amounts are compared at that many decimals, so that ten tenths are one. */
const DECIMALS = 6;

/** True in SQL if an amount is as much as a certification requires. */
export function isEnough(amount: SQL, required: SQL): SQL {
  return sql`(round(${amount}, ${DECIMALS}) >= round(${required}, ${DECIMALS}))`;
}

/**
 * Of some credits that are due, those that were not given yet: `period_id`, `source_ref`, `amount`, `credited_on`, with what several links
 * give for one source put together.
 *
 * @param due a query of these columns, in brackets
 */
export function missingCredits(due: SQL): SQL {
  return sql`(SELECT due.period_id, due.source_ref, sum(due.amount) AS amount, min(due.credited_on) AS credited_on FROM ${due} AS due
    WHERE NOT EXISTS (SELECT 1 FROM certification_credits AS given
      WHERE given.person_certification_id = due.period_id AND given.source_ref = due.source_ref)
    GROUP BY due.period_id, due.source_ref)`;
}

/**
 * Gives the credits that are due and were not given yet, each source once in a period, and adds them to the periods' amounts (handbook,
 * data: skills and certificates). A period that is enough now is fulfilled, also one that had closed without; nothing else about a closed
 * period changes.
 *
 * @param due as {@link missingCredits}
 * @param now instant (ms)
 * @returns the writes of the amounts and of the credits, in this order
 */
export function giveCredits(due: SQL, now: number): [amounts: SQL, credits: SQL] {
  const missing = missingCredits(due);
  const amount = sql`person_certifications.amount + added.amount`;
  return [
    // The amounts first: once the credits stand there, nothing tells which of them are new.
    sql`UPDATE person_certifications SET amount = ${amount}, updated_at = ${now},
        status = CASE WHEN ${isEnough(amount, sql`added.required`)} THEN 'fulfilled' ELSE status END
      FROM (SELECT missing.period_id, sum(missing.amount) AS amount, certification.required_amount AS required FROM ${missing} AS missing
        CROSS JOIN person_certifications AS period ON period.id = missing.period_id
        CROSS JOIN certifications AS certification ON certification.id = period.certification_id
        GROUP BY missing.period_id) AS added
      WHERE person_certifications.id = added.period_id AND +person_certifications.client_id = ${thisClient}`,
    sql`INSERT INTO certification_credits (client_id, person_certification_id, source_ref, amount, credited_on, created_at, updated_at)
      SELECT ${thisClient}, period_id, source_ref, amount, credited_on, ${now}, ${now} FROM ${missing} WHERE true ON CONFLICT DO NOTHING`,
  ];
}

/**
 * Takes credits back, and takes them off the periods' amounts. A current period that is no longer enough is in progress again; a closed one
 * stays what it is.
 *
 * @param credits a query of `id`, in brackets
 * @param now instant (ms)
 */
export function takeCredits(credits: SQL, now: number): SQL[] {
  const amount = sql`person_certifications.amount - gone.amount`;
  return [
    sql`UPDATE person_certifications SET amount = ${amount}, updated_at = ${now},
        status = CASE WHEN is_current = 1 AND status = 'fulfilled' AND NOT ${isEnough(amount, sql`gone.required`)}
          THEN 'in_progress' ELSE status END
      FROM (SELECT credit.person_certification_id AS period_id, sum(credit.amount) AS amount, certification.required_amount AS required
        FROM ${credits} AS taken CROSS JOIN certification_credits AS credit ON credit.id = taken.id
        CROSS JOIN person_certifications AS period ON period.id = credit.person_certification_id
        CROSS JOIN certifications AS certification ON certification.id = period.certification_id
        GROUP BY credit.person_certification_id) AS gone
      WHERE person_certifications.id = gone.period_id AND +person_certifications.client_id = ${thisClient}`,
    sql`DELETE FROM certification_credits WHERE +client_id = ${thisClient} AND id IN ${credits}`,
  ];
}
