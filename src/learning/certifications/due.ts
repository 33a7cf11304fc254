import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";
import { statusList, successfulStatuses } from "../enrolment/status.ts";
import type { Scene } from "../enrolment/success/completions.ts";
import { creditsDueFor } from "../enrolment/success/credits.ts";
import { localDayOf } from "../local-day.ts";

/**
 * All credits that are due for some registrations, given or not, in SQL and in brackets: of those that are successful, and of the media that
 * were finished within them, in the periods that hold the days: `period_id`, `source_ref`, `amount`, `credited_on`. A medium that is repeated
 * in a later period counts there again; what nobody dated counts nowhere.
 *
 * @param registrations a query of ids, in brackets
 */
export function creditsDue(registrations: SQL, scene: Scene): SQL {
  const successful = sql`(SELECT done.id FROM registrations AS done WHERE +done.client_id = ${thisClient} AND done.id IN ${registrations}
    AND done.status IN ${statusList(successfulStatuses)} AND done.completed_at IS NOT NULL)`;
  const day = localDayOf(sql`progress.completed_at`, scene);
  return sql`(SELECT period_id, source_ref, amount, credited_on FROM ${creditsDueFor(successful, scene)}
    UNION ALL
    SELECT period.id, 'item:' || registration.id || ':' || progress.item_id, link.amount, ${day}
    FROM registrations AS registration
    CROSS JOIN item_progress AS progress ON progress.registration_id = registration.id AND progress.status IN ('completed', 'passed')
    CROSS JOIN syllabus_items AS item ON item.id = progress.item_id AND item.media_id IS NOT NULL
    CROSS JOIN certification_links AS link ON link.client_id = ${thisClient} AND link.media_id = item.media_id
    CROSS JOIN person_certifications AS period ON period.client_id = ${thisClient} AND period.person_id = registration.person_id
      AND period.certification_id = link.certification_id AND ${day} BETWEEN period.start_on AND period.end_on
    WHERE +registration.client_id = ${thisClient} AND registration.id IN ${registrations})`;
}
