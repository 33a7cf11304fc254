import type { SQL } from "drizzle-orm";
import { type Change, touchedIds } from "../../store/change.ts";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { statusList, successfulStatuses } from "../enrolment/status.ts";
import { isRemoved } from "../syllabus/removed.ts";

/** How far a registration on a course or learning path is. */
export interface Progress {
  readonly id: number;
  readonly personId: number;
  /** 0 to 100. */
  readonly pct: number;
  /** As it is stored; null: never computed. */
  readonly stored: number | null;
  /** Instant (ms) of the latest completion that contributes; null: none, or not known. */
  readonly finishedAt: number | null;
}

/**
 * Computes how far registrations on courses and learning paths are, in one read (handbook, data: enrolment). Only mandatory elements count,
 * where a component has any; removed ones and folders never do.
 *
 * - A course: the share of its elements that are finished, rounded down. A component in it is finished with a success on it, or on a course
 *   of it, or when it is covered.
 * - A learning path: the mean of its elements, rounded down. A medium is 0 or 100; a component is as far as the person's latest
 *   registration on it, on a template the best of the latest ones on it and its courses; a cancelled one tells nothing.
 * - Successful, or covered: 100. What was not begun: 0.
 *
 * Inner paths are taken as they are stored: compute them before the outer ones.
 *
 * @param coverage whether covered components count: the client's setting `equivalences.enabled`
 */
export function readProgress(rows: ClientRows, ids: readonly number[], coverage: boolean): Promise<Progress[]> {
  return ids.length === 0 ? Promise.resolve([]) : rows.all(progressOf(ids, coverage));
}

function progressOf(ids: readonly number[], coverage: boolean): SQL<Progress> {
  const people = sql`(SELECT DISTINCT person_id FROM asked)`;
  const isSuccess = (registration: SQL) => sql`${registration}.status IN ${statusList(successfulStatuses)}`;
  const own = sql`registration`;
  return sql<Progress>`WITH
    asked AS MATERIALIZED (
      SELECT registration.id, registration.person_id, registration.component_id, registration.progress_pct, component.kind,
        ${isSuccess(own)} AS successful
      FROM json_each(${JSON.stringify(ids)}) AS one
      CROSS JOIN registrations AS registration ON registration.id = one.value AND registration.client_id = ${thisClient}
      CROSS JOIN components AS component ON component.id = registration.component_id AND component.kind <> 'template'),
    element AS MATERIALIZED (
      SELECT item.id, item.component_id, item.kind, item.ref_component_id, item.mandatory,
        max(item.mandatory) OVER (PARTITION BY item.component_id) AS most
      FROM (SELECT DISTINCT component_id FROM asked) AS whole
      CROSS JOIN syllabus_items AS item ON item.client_id = ${thisClient} AND item.component_id = whole.component_id
      WHERE item.kind <> 'folder' AND NOT ${isRemoved(sql`item.id`)}),
    covered AS MATERIALIZED (${coveredOf(people, coverage)}),
    known AS MATERIALIZED (
      SELECT registration.person_id, registration.component_id, component.template_id, ${isSuccess(own)} AS successful,
        CASE WHEN ${isSuccess(own)} THEN 100 ELSE coalesce(registration.progress_pct, 0) END AS pct, registration.completed_at,
        row_number() OVER (PARTITION BY registration.person_id, registration.component_id ORDER BY registration.cycle_no DESC) AS place
      FROM ${people} AS person
      CROSS JOIN registrations AS registration ON registration.client_id = ${thisClient}
        AND registration.person_id = person.person_id AND registration.status <> 'cancelled'
      CROSS JOIN components AS component ON component.id = registration.component_id
      WHERE EXISTS (SELECT 1 FROM element WHERE element.ref_component_id IN (component.id, component.template_id))),
    standing AS MATERIALIZED (
      SELECT person_id, component_id, max(pct) AS pct, max(finished) AS finished, max(at) AS at FROM (
        SELECT person_id, component_id, iif(place = 1, pct, 0) AS pct, successful AS finished, iif(successful, completed_at, NULL) AS at
          FROM known
        UNION ALL
        SELECT person_id, template_id, iif(place = 1, pct, 0), successful, iif(successful, completed_at, NULL) FROM known
          WHERE template_id IS NOT NULL
        UNION ALL
        SELECT person_id, component_id, 100, 1, at FROM covered)
      GROUP BY person_id, component_id)
    SELECT asked.id, asked.person_id AS personId, asked.progress_pct AS stored,
      CASE WHEN asked.successful OR EXISTS (SELECT 1 FROM covered
          WHERE covered.person_id = asked.person_id AND covered.component_id = asked.component_id) THEN 100
        ELSE coalesce(sum(CASE WHEN element.kind = 'media' THEN 100 * (progress.status IS NOT NULL)
          WHEN asked.kind = 'course' THEN 100 * coalesce(standing.finished, 0) ELSE coalesce(standing.pct, 0) END)
          / nullif(count(element.id), 0), 0) END AS pct,
      max(coalesce(progress.completed_at, standing.at)) AS finishedAt
    FROM asked
    LEFT JOIN element ON element.component_id = asked.component_id AND element.mandatory = element.most
    LEFT JOIN item_progress AS progress ON progress.registration_id = asked.id AND progress.item_id = element.id
      AND progress.status IN ('completed', 'passed') AND element.kind = 'media'
    LEFT JOIN standing ON standing.person_id = asked.person_id AND standing.component_id = element.ref_component_id
      AND element.kind = 'component'
    GROUP BY asked.id ORDER BY asked.id`;
}

/** Components that are covered for people: `person_id`, `component_id`, `at` (instant of the success that covers). */
function coveredOf(people: SQL, coverage: boolean): SQL {
  if (!coverage) return sql`SELECT NULL AS person_id, NULL AS component_id, NULL AS at WHERE false`;
  return sql`SELECT entry.person_id, entry.component_id, (SELECT max(giving.completed_at) FROM json_each(entry."by") AS one
      CROSS JOIN registrations AS giving ON giving.id = one.value) AS at
    FROM ${people} AS person CROSS JOIN coverage_entries AS entry ON entry.client_id = ${thisClient} AND entry.person_id = person.person_id`;
}

/**
 * Writes how far registrations are where that is not what is stored, and tells audit and search of each. One that has succeeded meanwhile
 * stays at 100.
 *
 * @param now instant (ms)
 */
export function writeProgress(progress: readonly Pick<Progress, "id" | "pct">[], now: number): Change {
  const computed = sql`json_each(${JSON.stringify(progress.map(({ id, pct }) => [id, pct]))})`;
  return {
    rows: sql`SELECT registration.id, registration.person_id, json_object('progress_pct', registration.progress_pct) AS before
      FROM ${computed} AS one
      CROSS JOIN registrations AS registration ON registration.id = one.value ->> 0 AND registration.client_id = ${thisClient}
      WHERE registration.progress_pct IS NOT one.value ->> 1
        AND (registration.status NOT IN ${statusList(successfulStatuses)} OR one.value ->> 1 = 100)`,
    write: sql`UPDATE registrations SET progress_pct = one.value ->> 1, updated_at = ${now} FROM ${computed} AS one
      WHERE registrations.id = one.value ->> 0 AND registrations.client_id = ${thisClient} AND registrations.id IN ${touchedIds}`,
    audit: {
      entity: "registration",
      action: "progress",
      after: sql`(SELECT json_object('progress_pct', registrations.progress_pct) FROM registrations WHERE registrations.id = touched.id)`,
    },
    indexed: "registration",
  };
}
