import { type SQL, sql } from "drizzle-orm";
import { thisClient, thisRun } from "../../store/statement.ts";
import type { Day } from "../day.ts";
import { type Fate, personalData, type TableFacts } from "./facts.ts";

/** Whether a deleted person's records stay without the person, or go as well: `clients.deletion_mode`. */
export type DeletionMode = "anonymise" | "remove";

/** A person who is due to be deleted. */
export interface DuePerson {
  readonly id: number;
  readonly username: string;
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string | null;
  readonly external_id: string | null;
  /** 1: somebody who stays has the same two names. */
  readonly namesake: number;
  /** 1: the user name is also a name of somebody who stays, or a word in the name of a group or the title of a component. */
  readonly username_is_word: number;
}

const isDue = (alias: string, cutoff: Day) => {
  const column = (name: string) => sql`${sql.identifier(alias)}.${sql.identifier(name)}`;
  return sql`(${column("client_id")} = ${thisClient} AND ${column("deletion_on")} IS NOT NULL AND ${column("deletion_on")} < ${cutoff}
    AND +${column("auth_status")} <> 'deleted')`;
};

/** Ids of people behind `after` whose day of deletion is before `cutoff`. The unary plus keeps the planner on the index of those who have one. */
export function selectDue(cutoff: Day, after: number, limit: number): SQL {
  return sql`SELECT id FROM persons WHERE id > ${after} AND ${isDue("persons", cutoff)} ORDER BY id LIMIT ${limit}`;
}

/** Those of some people who are still due, with what tells them from others. */
export function selectStillDue(cutoff: Day, ids: readonly number[]): SQL {
  const word = sql`' ' || lower(person.username) || ' '`;
  return sql`SELECT id, username, given_name, family_name, email, external_id,
      EXISTS (SELECT 1 FROM persons AS other WHERE other.client_id = ${thisClient} AND other.id <> person.id AND NOT ${isDue("other", cutoff)}
        AND lower(other.given_name) = lower(person.given_name) AND lower(other.family_name) = lower(person.family_name)) AS namesake,
      EXISTS (SELECT 1 FROM persons AS other WHERE other.client_id = ${thisClient} AND other.id <> person.id AND NOT ${isDue("other", cutoff)}
        AND lower(person.username) IN (lower(other.given_name), lower(other.family_name)))
      OR EXISTS (SELECT 1 FROM groups WHERE client_id = ${thisClient} AND instr(' ' || lower(name) || ' ', ${word}))
      OR EXISTS (SELECT 1 FROM components WHERE client_id = ${thisClient} AND instr(' ' || lower(title) || ' ', ${word})) AS username_is_word
    FROM persons AS person WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND ${isDue("person", cutoff)} ORDER BY id`;
}

/** Changes nothing, but only on somebody who is still due: to be written before what cannot be taken back. */
export function touchDue(personId: number, cutoff: Day): SQL {
  return sql`UPDATE persons SET deletion_on = deletion_on WHERE id = ${personId} AND ${isDue("persons", cutoff)}`;
}

/**
 * Everything that is done with the rows of one person, to be written as one unit. Each statement asks once more whether the
 * person is due; the person's own row, which says so, comes last.
 *
 * @param fileIds rows of files whose objects are gone
 * @param now ms
 */
export function eraseWrites(
  personId: number,
  mode: DeletionMode,
  cutoff: Day,
  fileIds: readonly number[],
  now: number,
): SQL[] {
  const due = sql`EXISTS (SELECT 1 FROM persons AS due WHERE due.id = ${personId} AND ${isDue("due", cutoff)})`;
  const { persons, ...others } = personalData;
  const write = (table: string, facts: TableFacts): SQL[] => {
    const fate: Fate = facts[mode] ?? "keep";
    if (!facts.owner || fate === "keep") return [];
    const mine = sql`WHERE client_id = ${thisClient} AND ${facts.owner(personId)} AND ${due}`;
    return fate === "delete"
      ? [sql`DELETE FROM ${sql.identifier(table)} ${mine}`]
      : [sql`UPDATE ${sql.identifier(table)} SET ${fate.set(now)} ${mine}`];
  };
  const indexed = mode === "remove" ? "delete" : "upsert";
  return [
    sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
      SELECT ${thisClient}, 'registration', id, ${indexed}, ${now} FROM registrations
      WHERE client_id = ${thisClient} AND person_id = ${personId} AND ${due}`,
    sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at) SELECT ${thisClient}, 'person', ${personId}, 'delete', ${now} WHERE ${due}`,
    ...withoutSupervisor(personId, due, now),
    ...(mode === "remove" ? [totalsOf(personId, due, now)] : []),
    ...Object.entries(others).flatMap(([table, facts]) => write(table, facts)),
    sql`DELETE FROM files WHERE client_id = ${thisClient} AND id IN (SELECT value FROM json_each(${JSON.stringify(fileIds)})) AND ${due}`,
    sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, at)
      SELECT ${thisClient}, ${thisRun}, ${personId}, 'person', ${personId}, ${mode}, ${now} WHERE ${due}`,
    ...(persons ? write("persons", persons) : []),
  ];
}

/** Nobody is led by somebody who is not there. */
function withoutSupervisor(personId: number, due: SQL, now: number): SQL[] {
  const led = sql`client_id = ${thisClient} AND supervisor_id = ${personId} AND ${due}`;
  return [
    sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, before, after, at)
      SELECT ${thisClient}, ${thisRun}, id, 'person', id, 'update', json_object('supervisor_id', supervisor_id), json_object('supervisor_id', NULL), ${now}
      FROM persons WHERE ${led}`,
    sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
      SELECT ${thisClient}, 'person', id, 'upsert', ${now} FROM persons WHERE ${led}`,
    sql`UPDATE persons SET supervisor_id = NULL, updated_at = ${now} WHERE ${led}`,
    sql`UPDATE persons SET deletion_requested_by = NULL WHERE client_id = ${thisClient} AND deletion_requested_by = ${personId} AND ${due}`,
  ];
}

/** Adds the person's daily sums to nobody's, before they go with the person. */
function totalsOf(personId: number, due: SQL, now: number): SQL {
  return sql`INSERT INTO tracking_daily (client_id, day_on, person_id, component_id, item_id, event, event_count, duration_s, created_at, updated_at)
    SELECT client_id, day_on, 0, component_id, item_id, event, event_count, duration_s, ${now}, ${now}
    FROM tracking_daily WHERE client_id = ${thisClient} AND person_id = ${personId} AND ${due}
    ON CONFLICT (client_id, day_on, person_id, component_id, item_id, event) DO UPDATE SET
      event_count = event_count + excluded.event_count, duration_s = duration_s + excluded.duration_s, updated_at = excluded.updated_at`;
}

/** The files of a person by their rows: certificates, reports made for the person, and what refers to the person's own rows. */
export function selectFilesOf(personId: number): SQL {
  const rows = (table: string, column = "person_id") =>
    sql`SELECT id FROM ${sql.identifier(table)} WHERE client_id = ${thisClient} AND ${sql.identifier(column)} = ${personId}`;
  const registrations = rows("registrations");
  const certificates = sql`FROM issued_certificates WHERE client_id = ${thisClient} AND registration_id IN (${registrations})`;
  const refers = (type: string, ids: SQL) => sql`(ref_type = ${type} AND ref_id IN (${ids}))`;
  return sql`SELECT id, key FROM files WHERE client_id = ${thisClient} AND (
    id IN (SELECT file_id ${certificates})
    OR id IN (SELECT file_id FROM report_calls WHERE client_id = ${thisClient} AND requested_by = ${personId})
    OR ${refers("person", sql`SELECT ${personId}`)} OR ${refers("registration", registrations)} OR ${refers("attempt", rows("attempts"))}
    OR ${refers("issued_certificate", sql`SELECT id ${certificates}`)}
    OR ${refers("report_subscription", rows("report_subscriptions"))} OR ${refers("report_call", rows("report_calls", "requested_by"))})
    ORDER BY id`;
}

/** The report subscriptions of a person: `id`. */
export function selectSubscriptionsOf(personId: number): SQL {
  return sql`SELECT id FROM report_subscriptions WHERE client_id = ${thisClient} AND person_id = ${personId} ORDER BY id`;
}
