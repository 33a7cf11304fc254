import type { SQL } from "drizzle-orm";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import { giveCredits, takeCredits } from "../../certifications/credits.ts";
import { completionsOf, type Scene, sourceRefOf } from "./completions.ts";

/**
 * What some completed registrations count towards certifications, in SQL: `person_id`, `certification_id`, `source_ref`, `amount` and `day`,
 * the local day of the completion.
 *
 * @param registrations a query of ids, in brackets
 */
export function countedCompletions(registrations: SQL, scene: Scene): SQL {
  return sql`(SELECT completion.person_id, link.certification_id, ${sourceRefOf(sql`completion.id`)} AS source_ref, link.amount, completion.day
    FROM ${completionsOf(registrations, scene)} AS completion
    CROSS JOIN certification_links AS link ON link.client_id = completion.client_id AND link.component_id = completion.component_id)`;
}

/**
 * The credits that are due for what counts, in SQL: `period_id`, `source_ref`, `amount`, `credited_on`. Each counts in the period that holds
 * the day of the completion, whether that is open or closed.
 *
 * @param counted as {@link countedCompletions} gives it
 */
export function creditsInPeriods(counted: SQL): SQL {
  return sql`(SELECT period.id AS period_id, counted.source_ref, counted.amount, counted.day AS credited_on FROM ${counted} AS counted
    CROSS JOIN person_certifications AS period ON period.client_id = ${thisClient} AND period.person_id = counted.person_id
      AND period.certification_id = counted.certification_id AND counted.day BETWEEN period.start_on AND period.end_on)`;
}

/** Gives the credits of registrations that have just become successful. @param registrations a query of ids, in brackets */
export function creditCompletions(registrations: SQL, scene: Scene): SQL[] {
  return giveCredits(creditsInPeriods(countedCompletions(registrations, scene)), scene.now);
}

/** Takes back what {@link creditCompletions} gave. */
export function takeCompletionCredits(registrations: SQL, now: number): SQL[] {
  const credits = sql`(SELECT given.id FROM registrations AS giving
    CROSS JOIN person_certifications AS period ON period.client_id = giving.client_id AND period.person_id = giving.person_id
    CROSS JOIN certification_credits AS given ON given.person_certification_id = period.id
      AND given.source_ref = ${sourceRefOf(sql`giving.id`)}
    WHERE +giving.client_id = ${thisClient} AND giving.id IN ${registrations})`;
  return takeCredits(credits, now);
}
