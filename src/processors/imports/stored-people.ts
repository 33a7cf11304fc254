import { sql } from "drizzle-orm";
import { RowProblem } from "../../learning/imports/row.ts";
import { seenKey, selectSeen } from "../../learning/imports/seen.ts";
import type { ClientRows } from "../../store/rows.ts";
import { thisClient } from "../../store/statement.ts";
import type { ReadRow, UserRow } from "./user-row.ts";

/** A person as stored, as far as an import can change one. */
export interface StoredPerson {
  readonly id: number;
  readonly external_id: string | null;
  readonly username: string;
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string | null;
  readonly locale: string | null;
  readonly time_zone: string | null;
  readonly auth_source: string;
  readonly auth_status: string;
  readonly attributes: string;
  readonly supervisor_id: number | null;
  readonly import_source: string | null;
  readonly enrolled_on: string;
  readonly termination_on: string | null;
  readonly deletion_on: string | null;
  readonly password_hash: string | null;
}

/** Everything stored that one chunk of rows has to do with. */
export interface StoredPeople {
  /** The keys (see {@link rowKeys}) that earlier rows of the file had. */
  readonly seen: Set<string>;
  /** Who has a sourcedId, who a username; an import of the chunk keeps them up to date ({@link take}). */
  readonly byExternalId: Map<string, StoredPerson>;
  readonly byUsername: Map<string, StoredPerson | UserRow>;
  /** Group by external id. Of several with one external id that of source csv comes first, then the oldest. */
  readonly groups: ReadonlyMap<string, number>;
  /** Groups that a person is a member of by source csv. */
  readonly csvGroups: ReadonlyMap<number, ReadonlySet<number>>;
  /** Who can be somebody's supervisor, by external id. */
  readonly supervisors: ReadonlyMap<string, number>;
}

const LONGEST_NAME = 255;

/** What a row is known by in `import_seen`; also a row that cannot be imported takes its sourcedId and its username. */
export function rowKeys(row: Pick<ReadRow, "sourcedId" | "username">): string[] {
  const keys = [];
  if (row.sourcedId !== "" && row.sourcedId.length <= LONGEST_NAME) keys.push(seenKey("key", row.sourcedId));
  if (row.username !== "" && row.username.length <= LONGEST_NAME) keys.push(seenKey("username", row.username));
  return keys;
}

/** Reads what a chunk has to do with, in one round trip. */
export async function readPeople(rows: ClientRows, fileId: number, chunk: readonly ReadRow[]): Promise<StoredPeople> {
  const users = chunk.flatMap(({ content }) => (content instanceof RowProblem ? [] : [content]));
  const list = (values: readonly string[]) =>
    sql`(SELECT value FROM json_each(${JSON.stringify([...new Set(values)])}))`;
  const ids = list(users.map(({ sourcedId }) => sourcedId));
  const names = list(users.map(({ username }) => username));
  const groups = list(users.flatMap((user) => user.groups ?? []));
  const supervisors = list(users.flatMap(({ supervisorSourcedId }) => supervisorSourcedId ?? []));
  const columns = sql`id, external_id, username, given_name, family_name, email, locale, time_zone, auth_source, auth_status,
    attributes, supervisor_id, import_source, enrolled_on, termination_on, deletion_on, password_hash`;
  const [seen = [], people = [], groupRows = [], members = [], supervisorRows = []] = await rows.each([
    selectSeen(fileId, chunk.flatMap(rowKeys)),
    sql`SELECT ${columns} FROM persons WHERE client_id = ${thisClient} AND external_id IN ${ids}
      UNION SELECT ${columns} FROM persons WHERE client_id = ${thisClient} AND username IN ${names}`,
    sql`SELECT id, external_id FROM groups WHERE client_id = ${thisClient} AND source IN ('csv', 'manual', 'ldap', 'xml')
      AND external_id IN ${groups} ORDER BY source = 'csv', id DESC`,
    sql`SELECT person_id, group_id FROM group_members WHERE client_id = ${thisClient} AND source = 'csv' AND person_id IN (
      SELECT id FROM persons WHERE client_id = ${thisClient} AND external_id IN ${ids}
      UNION SELECT id FROM persons WHERE client_id = ${thisClient} AND username IN ${names})`,
    sql`SELECT id, external_id FROM persons WHERE client_id = ${thisClient} AND external_id IN ${supervisors} AND auth_status <> 'deleted'`,
  ]);
  const csvGroups = new Map<number, Set<number>>();
  for (const { person_id, group_id } of members) {
    const of = csvGroups.get(Number(person_id)) ?? new Set();
    csvGroups.set(Number(person_id), of.add(Number(group_id)));
  }
  const persons = people as unknown as StoredPerson[];
  return {
    seen: new Set(seen.map(({ key }) => String(key))),
    byExternalId: new Map(persons.flatMap((one) => (one.external_id === null ? [] : [[one.external_id, one]]))),
    byUsername: new Map(persons.map((one) => [one.username, one])),
    groups: new Map(groupRows.map(({ id, external_id }) => [String(external_id), Number(id)])),
    csvGroups,
    supervisors: new Map(supervisorRows.map(({ id, external_id }) => [String(external_id), Number(id)])),
  };
}

/**
 * Who a row is about: the person with its sourcedId, else the one with its username who has none yet (adopted: from then on
 * the sourcedId leads), else somebody new (null).
 * @throws {RowProblem} when the username belongs to somebody else, or the person was deleted.
 */
export function findPerson(people: StoredPeople, row: UserRow): StoredPerson | null {
  const known = people.byExternalId.get(row.sourcedId) ?? null;
  const namesake = people.byUsername.get(row.username);
  if (known?.auth_status === "deleted") {
    throw new RowProblem("person_deleted", "The person with this sourcedId was deleted; take the row out of the file");
  }
  if (namesake === undefined || namesake === known) return known;
  const free = "id" in namesake && namesake.external_id === null && namesake.auth_status !== "deleted";
  if (known === null && free) return namesake;
  throw new RowProblem(
    "username_taken",
    "username: belongs to another person; choose another one, or correct the sourcedId",
  );
}

/** Notes that the row will be written, so that the chunk's later rows see its username as taken and the old one as free. */
export function take(people: StoredPeople, row: UserRow, person: StoredPerson | null): void {
  if (person) people.byUsername.delete(person.username);
  people.byUsername.set(row.username, person ? { ...person, external_id: row.sourcedId } : row);
}
