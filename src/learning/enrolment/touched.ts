import type { SQL } from "drizzle-orm";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { statusList } from "./status.ts";

/** Registrations that learning logic works on: on courses, which it passes, and then on paths, which hold them. */
export type Pass = "courses" | "paths";

/** A page of registrations, in the order of their ids. */
export interface TouchedPage {
  readonly pass: Pass;
  /** The last id of the page before. */
  readonly after: number;
  readonly limit: number;
}

const worked = statusList(["booked", "in_progress", "completed", "passed"]);

const ofPass = (pass: Pass) =>
  pass === "paths" ? sql`component.kind = 'learning_path'` : sql`component.kind <> 'learning_path'`;

/**
 * The registrations that changes touched, in `index_changes` behind `from` up to `to`: a change of a registration means itself, and its
 * person's registrations on paths that hold its component or its template; one of a person all of that person's; one of a component all on it.
 */
export function touchedRegistrations(
  window: { readonly from: number; readonly to: number },
  { pass, after, limit }: TouchedPage,
): SQL<{ readonly id: number }> {
  const of = (entity: string) => sql`change.entity = ${entity}`;
  // The unary plus: SQLite takes the condition into each part of the union, and would there walk through all of the client's
  // registrations in the order of their ids, once for each change.
  return sql`WITH change AS MATERIALIZED (SELECT DISTINCT entity, entity_id FROM index_changes
      WHERE client_id = ${thisClient} AND id > ${window.from} AND id <= ${window.to} AND entity IN ('registration', 'person', 'component')),
    found AS (
      SELECT own.id FROM change CROSS JOIN registrations AS own ON own.id = change.entity_id WHERE ${of("registration")}
      UNION
      SELECT own.id FROM change CROSS JOIN registrations AS own ON own.client_id = ${thisClient} AND own.person_id = change.entity_id
        WHERE ${of("person")}
      UNION
      SELECT own.id FROM change CROSS JOIN registrations AS own ON own.client_id = ${thisClient} AND own.component_id = change.entity_id
        WHERE ${of("component")}
      UNION
      SELECT holding.id FROM change CROSS JOIN registrations AS own ON own.id = change.entity_id
        CROSS JOIN components AS held ON held.id = own.component_id
        CROSS JOIN syllabus_items AS item ON item.client_id = ${thisClient} AND item.ref_component_id IN (held.id, held.template_id)
        CROSS JOIN registrations AS holding ON holding.client_id = ${thisClient} AND holding.person_id = own.person_id
          AND holding.component_id = item.component_id
        WHERE ${of("registration")})
    SELECT registration.id FROM found CROSS JOIN registrations AS registration ON registration.id = found.id
    CROSS JOIN components AS component ON component.id = registration.component_id
    WHERE +registration.client_id = ${thisClient} AND +found.id > ${after} AND registration.status IN ${worked} AND ${ofPass(pass)}
    ORDER BY registration.id LIMIT ${limit}`;
}

/** All registrations of the client that learning logic works on. */
export function allRegistrations({ pass, after, limit }: TouchedPage): SQL<{ readonly id: number }> {
  return sql`SELECT registration.id FROM registrations AS registration INDEXED BY registrations_client
    CROSS JOIN components AS component ON component.id = registration.component_id
    WHERE registration.client_id = ${thisClient} AND registration.id > ${after} AND registration.status IN ${worked} AND ${ofPass(pass)}
    ORDER BY registration.id LIMIT ${limit}`;
}

/** Those on some components. */
export function registrationsOn(
  components: readonly number[],
  { pass, after, limit }: TouchedPage,
): SQL<{ readonly id: number }> {
  return sql`SELECT registration.id FROM ${among(components)} AS one
    CROSS JOIN components AS component ON component.id = one.value
    CROSS JOIN registrations AS registration ON registration.client_id = ${thisClient} AND registration.component_id = one.value
      AND registration.status IN ${worked}
    WHERE +registration.id > ${after} AND ${ofPass(pass)} ORDER BY registration.id LIMIT ${limit}`;
}

/** Courses and paths whose rules say something else with each day: their completion rule, or one that unlocks an item of theirs. */
export function componentsRuledByDays(): SQL<{ readonly id: number }> {
  const byDays = (rule: SQL) => sql`(instr(${rule}, '"withinDays"') > 0 OR instr(${rule}, '"olderThanDays"') > 0)`;
  return sql`SELECT component.id FROM components AS component INDEXED BY components_ruled_by_days
      WHERE component.client_id = ${thisClient} AND component.kind = 'course' AND ${byDays(sql`component.completion_rule`)}
    UNION SELECT item.component_id FROM syllabus_items AS item INDEXED BY syllabus_items_ruled_by_days
      WHERE item.client_id = ${thisClient} AND ${byDays(sql`item.unlock_rule`)} AND item.removed_at IS NULL
    ORDER BY 1`;
}
