import { sql } from "drizzle-orm";
import { RowProblem } from "../../../learning/imports/row.ts";
import { seenKey, selectSeen } from "../../../learning/imports/seen.ts";
import { usernameKey } from "../../../learning/username.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { thisClient } from "../../../store/statement.ts";
import type { ReadRow, UserRow } from "./user-row.ts";

/** A person as stored, as far as an import can change one. */
export interface StoredPerson {
  readonly id: number;
  readonly external_id: string | null;
  readonly username: string;
  readonly username_key: string;
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string | null;
  readonly locale: string | null;
  readonly time_zone: string | null;
  readonly auth_source: string;
  readonly auth_status: string;
  /** Null: active, or nobody knows. */
  readonly passive_reason: string | null;
  readonly attributes: string;
  readonly supervisor_id: number | null;
  readonly import_source: string | null;
  readonly enrolled_on: string;
  readonly activated_on: string | null;
  readonly termination_on: string | null;
  readonly deletion_on: string | null;
  readonly password_hash: string | null;
  /** ms */
  readonly updated_at: number;
}

/** Everything stored that one chunk of rows has to do with. */
export interface StoredPeople {
  /** The keys (see {@link rowKeys}) that earlier rows of the file had. */
  readonly seen: Set<string>;
  /** Who has a sourcedId, who a username (by {@link usernameKey}); an import of the chunk keeps them up to date ({@link take}). */
  readonly byExternalId: Map<string, StoredPerson>;
  readonly byUsername: Map<string, StoredPerson | UserRow>;
  /**
   * Group by external id; of several with one external id that of source csv comes first, then the oldest. Groups of source xml and
   * ldap also by `<source>|<external id>`.
   */
  readonly groups: ReadonlyMap<string, number>;
  /** Groups that a person is a member of by source csv. */
  readonly csvGroups: ReadonlyMap<number, ReadonlySet<number>>;
  /** Who can be somebody's supervisor, by external id. */
  readonly supervisors: ReadonlyMap<string, number>;
}

const LONGEST_NAME = 255;
/** In front of the external id of a group, where groups of several sources share one. */
export const QUALIFIED = /^(?:xml|ldap)\|/;

/** What a row is known by in `import_seen`; also a row that cannot be imported takes its sourcedId and its username. */
export function rowKeys(row: Pick<ReadRow, "sourcedId" | "username">): string[] {
  const keys = [];
  if (row.sourcedId !== "" && row.sourcedId.length <= LONGEST_NAME) keys.push(seenKey("key", row.sourcedId));
  if (row.username !== "" && row.username.length <= LONGEST_NAME) {
    keys.push(seenKey("username", usernameKey(row.username)));
  }
  return keys;
}

/** Reads what a chunk has to do with, in one round trip. */
export async function readPeople(rows: ClientRows, fileId: number, chunk: readonly ReadRow[]): Promise<StoredPeople> {
  const users = chunk.flatMap(({ content }) => (content instanceof RowProblem ? [] : [content]));
  const list = (values: readonly string[]) =>
    sql`(SELECT value FROM json_each(${JSON.stringify([...new Set(values)])}))`;
  const ids = list(users.map(({ sourcedId }) => sourcedId));
  const names = list(users.map(({ username }) => usernameKey(username)));
  const wanted = users.flatMap((user) => user.groups ?? []);
  const groups = list(wanted.flatMap((name) => [name, name.replace(QUALIFIED, "")]));
  const supervisors = list(users.flatMap(({ supervisorSourcedId }) => supervisorSourcedId ?? []));
  const columns = sql`id, external_id, username, username_key, given_name, family_name, email, locale, time_zone, auth_source,
    auth_status, passive_reason, attributes, supervisor_id, import_source, enrolled_on, activated_on, termination_on, deletion_on,
    password_hash, updated_at`;
  const [seen = [], people = [], groupRows = [], members = [], supervisorRows = []] = await rows.each([
    selectSeen(fileId, chunk.flatMap(rowKeys)),
    sql`SELECT ${columns} FROM persons WHERE client_id = ${thisClient} AND external_id IN ${ids}
      UNION SELECT ${columns} FROM persons WHERE client_id = ${thisClient} AND username_key IN ${names}`,
    sql`SELECT id, external_id, source FROM groups WHERE client_id = ${thisClient} AND source IN ('csv', 'manual', 'ldap', 'xml')
      AND external_id IN ${groups} ORDER BY source = 'csv', id DESC`,
    sql`SELECT person_id, group_id FROM group_members WHERE client_id = ${thisClient} AND source = 'csv' AND person_id IN (
      SELECT id FROM persons WHERE client_id = ${thisClient} AND external_id IN ${ids}
      UNION SELECT id FROM persons WHERE client_id = ${thisClient} AND username_key IN ${names})`,
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
    byUsername: new Map(persons.map((one) => [one.username_key, one])),
    groups: new Map([
      ...groupRows
        .filter(({ source }) => source === "xml" || source === "ldap")
        .map(({ id, external_id, source }) => [`${source}|${external_id}`, Number(id)] as const),
      ...groupRows.map(({ id, external_id }) => [String(external_id), Number(id)] as const),
    ]),
    csvGroups,
    supervisors: new Map(supervisorRows.map(({ id, external_id }) => [String(external_id), Number(id)])),
  };
}

/** The username of a row belongs to another person, who may give it up in the same file. */
export class UsernameTaken extends RowProblem {
  constructor() {
    super("username_taken", "username: belongs to another person; choose another one, or correct the sourcedId");
  }
}

/**
 * Who a row is about: the person with its sourcedId, else the one with its username who has none yet (adopted: from then on
 * the sourcedId leads), else somebody new (null). Usernames are compared without case.
 *
 * @throws {UsernameTaken} when the username belongs to somebody else
 * @throws {RowProblem} when the person was deleted, or an earlier row of the file has the username
 */
export function findPerson(people: StoredPeople, row: UserRow): StoredPerson | null {
  const known = people.byExternalId.get(row.sourcedId) ?? null;
  const namesake = people.byUsername.get(usernameKey(row.username));
  if (known?.auth_status === "deleted") {
    throw new RowProblem("person_deleted", "The person with this sourcedId was deleted; take the row out of the file");
  }
  if (namesake === undefined || namesake === known) return known;
  if (!("id" in namesake)) throw new RowProblem("duplicate", "An earlier row of the file has the same username");
  if (known !== null && namesake.id === known.id) return known;
  if (known === null && namesake.external_id === null && namesake.auth_status !== "deleted") return namesake;
  throw new UsernameTaken();
}

/** Notes that the row will be written, so that the chunk's later rows see its username as taken and the old one as free. */
export function take(people: StoredPeople, row: UserRow, person: StoredPerson | null): void {
  const key = usernameKey(row.username);
  const holder = person ? people.byUsername.get(person.username_key) : undefined;
  if (person && holder && "id" in holder && holder.id === person.id) people.byUsername.delete(person.username_key);
  people.byUsername.set(
    key,
    person ? { ...person, external_id: row.sourcedId, username: row.username, username_key: key } : row,
  );
}
