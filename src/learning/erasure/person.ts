import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { usernameKey } from "../username.ts";

/** Whether a deleted person's records stay without the person, or go as well: `clients.deletion_mode`. */
export type DeletionMode = "anonymise" | "remove";

/** A person who is due to be deleted, with what proves that something is this person's. */
export interface ErasedPerson {
  readonly id: number;
  readonly username: string;
  /** As usernames are compared. */
  readonly usernameKey: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly externalId: string | null;
  /** External id and username, as far as no other person of the client is known by them in either way: with these alone a row is the person's. */
  readonly keys: readonly string[];
  /**
   * The address, if it stands in rows without a person and no other living person of the client has it: two people can share a
   * mailbox, and then it proves nothing. Else null.
   */
  readonly address: string | null;
}

/** SQL: a row of `persons`, named `alias`, is due. The unary plus keeps the planner on the index of those who have a day of deletion. */
function isDue(alias: string, cutoff: Day): SQL {
  const column = (name: string) => sql`${sql.identifier(alias)}.${sql.identifier(name)}`;
  return sql`(${column("client_id")} = ${thisClient} AND ${column("deletion_on")} IS NOT NULL AND ${column("deletion_on")} < ${cutoff}
    AND +${column("auth_status")} <> 'deleted')`;
}

/** Ids of people behind `after` whose day of deletion is before `cutoff`. */
export function selectDue(cutoff: Day, after: number, limit: number): SQL {
  return sql`SELECT id FROM persons WHERE id > ${after} AND ${isDue("persons", cutoff)} ORDER BY id LIMIT ${limit}`;
}

/** SQL: this person is still due. Every write of an erasure asks it once more. */
export function stillDue(personId: number, cutoff: Day): SQL {
  return sql`EXISTS (SELECT 1 FROM persons AS due WHERE due.id = ${personId} AND ${isDue("due", cutoff)})`;
}

/** Changes nothing, but only on a person who is still due: to be written before what cannot be taken back. */
export function touchDue(personId: number, cutoff: Day): SQL {
  return sql`UPDATE persons SET deletion_on = deletion_on WHERE id = ${personId} AND ${isDue("persons", cutoff)}`;
}

interface DueRow {
  readonly id: number;
  readonly username: string;
  readonly username_key: string;
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string | null;
  readonly external_id: string | null;
}

/** Tables with rows that may have an address and no person. */
const addressed = [
  ["messages", "to_address"],
  ["orders", "email"],
  ["vc_attendance", "remote_email"],
] as const;

/** Those of some people who are still due, by id. They are deleted together: what only they share is no other person's. */
export async function readErased(rows: ClientRows, cutoff: Day, ids: readonly number[]): Promise<ErasedPerson[]> {
  if (ids.length === 0) return [];
  const due =
    await rows.all<DueRow>(sql`SELECT id, username, username_key, given_name, family_name, email, external_id FROM persons AS person
    WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND ${isDue("person", cutoff)} ORDER BY id`);
  if (due.length === 0) return [];
  const claims = due.flatMap(keysOf);
  const leaving = sql`(SELECT value FROM json_each(${JSON.stringify(due.map(({ id }) => id))}))`;
  // People are few and looked up by their keys; the address, which has no index, is asked for only where a row waits for the answer.
  const alone = (email: SQL) => sql`NOT EXISTS (SELECT 1 FROM persons AS other WHERE other.client_id = ${thisClient}
    AND other.id NOT IN ${leaving} AND +other.auth_status <> 'deleted' AND lower(other.email) = lower(${email}))`;
  const waits = sql.join(
    addressed.map(
      ([table, column]) => sql`EXISTS (SELECT 1 FROM ${sql.identifier(table)} AS one WHERE one.client_id = ${thisClient}
        AND one.person_id IS NULL AND lower(one.${sql.identifier(column)}) = lower(person.email))`,
    ),
    sql` OR `,
  );
  const [shared = [], addresses = []] = await rows.each([
    sql`SELECT claim.value ->> 'id' AS id, claim.value ->> 'key' AS key FROM json_each(${JSON.stringify(claims)}) AS claim WHERE
      EXISTS (SELECT 1 FROM persons AS other WHERE other.client_id = ${thisClient} AND other.external_id = claim.value ->> 'key'
        AND other.id NOT IN ${leaving})
      OR EXISTS (SELECT 1 FROM persons AS other WHERE other.client_id = ${thisClient} AND other.username_key = claim.value ->> 'compared'
        AND other.id NOT IN ${leaving})`,
    sql`SELECT id FROM persons AS person WHERE client_id = ${thisClient}
      AND id IN ${leaving}
      AND email <> '' AND (${waits}) AND ${alone(sql`person.email`)}`,
  ]);
  const isShared = new Set(shared.map(({ id, key }) => `${id} ${key}`));
  const hasAddress = new Set(addresses.map(({ id }) => Number(id)));
  return due.map((row) => ({
    id: Number(row.id),
    username: row.username,
    usernameKey: row.username_key,
    givenName: row.given_name,
    familyName: row.family_name,
    email: row.email,
    externalId: row.external_id,
    keys: keysOf(row).flatMap(({ id, key }) => (isShared.has(`${id} ${key}`) ? [] : [key])),
    address: hasAddress.has(Number(row.id)) ? row.email : null,
  }));
}

function keysOf({ id, username, external_id }: DueRow) {
  const keys = [...new Set([external_id ?? "", username])].filter((key) => key.trim() !== "");
  return keys.map((key) => ({ id: Number(id), key, compared: usernameKey(key) }));
}
