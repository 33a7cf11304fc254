import type { SQL } from "drizzle-orm";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { statusList, successfulStatuses } from "../enrolment/status.ts";
import type { Scene } from "../enrolment/success/completions.ts";
import { countedCompletions, creditsInPeriods } from "../enrolment/success/credits.ts";
import { localDayOf } from "../local-day.ts";
import { finishedItem } from "../syllabus/finishes.ts";

/**
 * All that counts of some registrations towards certifications, credited or not, in SQL and in brackets: the successful ones themselves, and
 * the media that were finished within them; columns as {@link countedCompletions}. What has no date counts nowhere.
 *
 * @param registrations a query of ids, in brackets
 */
function countedOf(registrations: SQL, scene: Scene): SQL {
  const successful = sql`(SELECT done.id FROM registrations AS done WHERE +done.client_id = ${thisClient} AND done.id IN ${registrations}
    AND done.status IN ${statusList(successfulStatuses)} AND done.completed_at IS NOT NULL)`;
  return sql`(SELECT person_id, certification_id, source_ref, amount, day FROM ${countedCompletions(successful, scene)}
    UNION ALL
    SELECT registration.person_id, link.certification_id, 'item:' || registration.id || ':' || progress.item_id, link.amount,
      ${localDayOf(sql`progress.completed_at`, scene)}
    FROM registrations AS registration
    CROSS JOIN item_progress AS progress ON progress.registration_id = registration.id AND progress.status IN ${finishedItem}
      AND progress.completed_at IS NOT NULL
    CROSS JOIN syllabus_items AS item ON item.id = progress.item_id AND item.media_id IS NOT NULL
    CROSS JOIN certification_links AS link ON link.client_id = ${thisClient} AND link.media_id = item.media_id
    WHERE +registration.client_id = ${thisClient} AND registration.id IN ${registrations})`;
}

/**
 * All credits that are due for some registrations, given or not, in SQL and in brackets, in the periods that hold the days: `period_id`,
 * `source_ref`, `amount`, `credited_on`. A medium that is repeated in a later period counts there again.
 *
 * @param registrations a query of ids, in brackets
 */
export function creditsDue(registrations: SQL, scene: Scene): SQL {
  return creditsInPeriods(countedOf(registrations, scene));
}

/** A completion that counts towards the certification of a period. */
export interface Completion {
  readonly periodId: number;
  readonly sourceRef: string;
  readonly amount: number;
  /** Local day. */
  readonly on: Day;
}

/**
 * What the people of some periods have completed of what the periods' certifications are linked with, credited or not, from the start of the
 * period on, behind its end too. What several links give for one source is put together.
 */
export function completionsFor(periodIds: readonly number[], scene: Scene): SQL<Completion> {
  const people = sql`(SELECT person_id FROM person_certifications WHERE +client_id = ${thisClient} AND id IN ${among(periodIds)})`;
  const registrations = sql`(SELECT own.id FROM registrations AS own WHERE own.client_id = ${thisClient} AND own.person_id IN ${people})`;
  return sql`SELECT period.id AS periodId, counted.source_ref AS sourceRef, sum(counted.amount) AS amount, counted.day AS "on"
    FROM ${countedOf(registrations, scene)} AS counted
    CROSS JOIN person_certifications AS period ON period.client_id = ${thisClient} AND period.person_id = counted.person_id
      AND period.certification_id = counted.certification_id AND counted.day >= period.start_on
    WHERE +period.id IN ${among(periodIds)}
    GROUP BY period.id, counted.source_ref, counted.day`;
}
