import type { SQL } from "drizzle-orm";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { persons } from "../schema/people.ts";

/** The statuses of a registration whose person is told of what is new in the component. */
export const TOLD_STATUSES = sql.raw("('booked', 'in_progress')");

const readerColumns = columns(persons, ["id", "givenName", "familyName", "email", "locale"], "person");

/** A person who may be told of new content. */
export type Reader = RowOf<typeof readerColumns>;

/** Active people who did not opt out. */
const reachable = sql`person.client_id = ${thisClient} AND person.auth_status = 'active' AND person.whats_new_opt_out = 0`;

/** 1 in `found` where a batch has something of the catalogue, which concerns everybody. */
export function hasCatalogueNews(batch: number): SQL<{ readonly found: number }> {
  return sql`SELECT EXISTS (SELECT 1 FROM catalogue_items WHERE client_id = ${thisClient} AND announced_run_id = ${batch}) AS found`;
}

/** Everybody behind an id. */
export function everyReader(after: number, limit: number): SQL<Reader> {
  return sql`SELECT ${readerColumns} FROM persons AS person WHERE ${reachable} AND person.id > ${after} ORDER BY person.id LIMIT ${limit}`;
}

/** The first component behind an id that has items in a batch; NULL: there is none. */
export function nextComponent(batch: number, after: number): SQL<{ readonly component: number | null }> {
  return sql`SELECT min(component_id) AS component FROM syllabus_items
    WHERE client_id = ${thisClient} AND announced_run_id = ${batch} AND component_id > ${after}`;
}

/** A reader, and the registration through which the person was found. */
export interface RegisteredReader extends Reader {
  readonly status: string;
  readonly registration: number;
}

/**
 * People with an open registration on a component of a batch, behind one of these registrations (by status, then id). A person with
 * registrations on several components of the batch is found through the first of them only.
 */
export function registeredReaders(
  batch: number,
  component: number,
  after: { readonly status: string; readonly registration: number },
  limit: number,
): SQL<RegisteredReader> {
  return sql`SELECT ${readerColumns}, one.status, one.id AS registration
    FROM registrations AS one CROSS JOIN persons AS person ON person.id = one.person_id
    WHERE one.client_id = ${thisClient} AND one.component_id = ${component} AND (one.status, one.id) > (${after.status}, ${after.registration})
      AND +one.status IN ${TOLD_STATUSES} AND ${reachable}
      AND NOT EXISTS (SELECT 1 FROM registrations AS earlier
        WHERE earlier.client_id = one.client_id AND earlier.person_id = one.person_id AND earlier.component_id <= one.component_id
          AND earlier.status IN ${TOLD_STATUSES}
          AND (earlier.component_id, earlier.status, earlier.id) < (one.component_id, one.status, one.id)
          AND EXISTS (SELECT 1 FROM syllabus_items AS item WHERE item.client_id = earlier.client_id
            AND item.announced_run_id = ${batch} AND item.component_id = earlier.component_id))
    ORDER BY one.status, one.id LIMIT ${limit}`;
}
