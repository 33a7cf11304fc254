import { RowProblem } from "../../../learning/imports/row.ts";
import { seenKey } from "../../../learning/imports/seen.ts";
import { groupMembers, groups, persons } from "../../../learning/schema/people.ts";
import { usernameKey } from "../../../learning/username.ts";
import { columns, type RowOf, select } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { ReadEach } from "../file/seen-keys.ts";
import type { ReadRow, UserRow } from "./user-row.ts";

const stored = [
  "id",
  "externalId",
  "username",
  "usernameKey",
  "givenName",
  "familyName",
  "email",
  "locale",
  "timeZone",
  "authSource",
  "authStatus",
  "passiveReason",
  "attributes",
  "supervisorId",
  "importSource",
  "enrolledOn",
  "activatedOn",
  "terminationOn",
  "deletionOn",
  "passwordHash",
  "updatedAt",
] as const;
const storedColumns = columns(persons, stored);

/** A person as stored, as far as an import can change one. */
export type StoredPerson = RowOf<typeof storedColumns>;

/** What is stored that a chunk of rows can match or name. */
export interface StoredPeople {
  /** People by external id, and by username ({@link usernameKey}) with the chunk's new rows; {@link take} keeps them up to date. */
  readonly byExternalId: Map<string, StoredPerson>;
  readonly byUsername: Map<string, StoredPerson | UserRow>;
  /**
   * Group by external id; of several with one external id that of source csv comes first, then the oldest. Groups of source xml and
   * ldap also by `<source>|<external id>`.
   */
  readonly groups: ReadonlyMap<string, number>;
  /** Groups that a person is a member of by source csv. */
  readonly csvGroups: ReadonlyMap<number, ReadonlySet<number>>;
  /** Ids of the supervisors that the rows name, by external id. */
  readonly supervisors: ReadonlyMap<string, number>;
}

const LONGEST_NAME = 255;
/** What stands before the external id of a group whose source the file names, since groups of several sources can share one. */
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

/** Reads the people, groups and supervisors that some rows match or name, in one round trip. */
export async function readPeople(users: readonly UserRow[], each: ReadEach): Promise<StoredPeople> {
  const list = (values: readonly string[]) =>
    sql`(SELECT value FROM json_each(${JSON.stringify([...new Set(values)])}))`;
  const ids = list(users.map(({ sourcedId }) => sourcedId));
  const names = list(users.map(({ username }) => usernameKey(username)));
  const wanted = users.flatMap((user) => user.groups ?? []);
  const groupIds = list(wanted.flatMap((name) => [name, name.replace(QUALIFIED, "")]));
  const supervisorIds = list(users.flatMap(({ supervisorSourcedId }) => supervisorSourcedId ?? []));
  // UNION ALL: a person found twice is one all the same, and SQLite reads all of the client's people to leave out the second.
  const [people, groupRows, members, supervisors] = await each([
    select(
      persons,
      stored,
      sql`WHERE client_id = ${thisClient} AND external_id IN ${ids}
        UNION ALL SELECT ${storedColumns} FROM persons WHERE client_id = ${thisClient} AND username_key IN ${names}`,
    ),
    select(
      groups,
      ["id", "externalId", "source"],
      sql`WHERE client_id = ${thisClient} AND source IN ('csv', 'manual', 'ldap', 'xml')
        AND external_id IN ${groupIds} ORDER BY source = 'csv', id DESC`,
    ),
    select(
      groupMembers,
      ["personId", "groupId"],
      sql`WHERE client_id = ${thisClient} AND source = 'csv' AND person_id IN (
        SELECT id FROM persons WHERE client_id = ${thisClient} AND external_id IN ${ids}
        UNION ALL SELECT id FROM persons WHERE client_id = ${thisClient} AND username_key IN ${names})`,
    ),
    select(
      persons,
      ["id", "externalId"],
      sql`WHERE client_id = ${thisClient} AND external_id IN ${supervisorIds} AND auth_status <> 'deleted'`,
    ),
  ]);
  const csvGroups = new Map<number, Set<number>>();
  for (const { personId, groupId } of members) {
    csvGroups.set(personId, (csvGroups.get(personId) ?? new Set()).add(groupId));
  }
  return {
    byExternalId: new Map(people.flatMap((one) => (one.externalId === null ? [] : [[one.externalId, one]]))),
    byUsername: new Map(people.map((one) => [one.usernameKey, one])),
    groups: new Map([
      ...groupRows
        .filter(({ source }) => source === "xml" || source === "ldap")
        .map(({ id, externalId, source }) => [`${source}|${externalId}`, id] as const),
      ...groupRows.map(({ id, externalId }) => [String(externalId), id] as const),
    ]),
    csvGroups,
    supervisors: new Map(supervisors.map(({ id, externalId }) => [String(externalId), id])),
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
 * the sourcedId leads), else a new person (null). Usernames are compared without case.
 *
 * @throws {UsernameTaken} when the username belongs to another person
 * @throws {RowProblem} when the person was deleted, or an earlier row of the file has the username
 */
export function findPerson(people: StoredPeople, row: UserRow): StoredPerson | null {
  const known = people.byExternalId.get(row.sourcedId) ?? null;
  const namesake = people.byUsername.get(usernameKey(row.username));
  if (known?.authStatus === "deleted") {
    throw new RowProblem("person_deleted", "The person with this sourcedId was deleted; take the row out of the file");
  }
  if (namesake === undefined || namesake === known) return known;
  if (!("id" in namesake)) throw new RowProblem("duplicate", "An earlier row of the file has the same username");
  if (known !== null && namesake.id === known.id) return known;
  if (known === null && namesake.externalId === null && namesake.authStatus !== "deleted") return namesake;
  throw new UsernameTaken();
}

/** Notes that the row will be written, so that the chunk's later rows see its username as taken and the old one as free. */
export function take(people: StoredPeople, row: UserRow, person: StoredPerson | null): void {
  const key = usernameKey(row.username);
  const holder = person ? people.byUsername.get(person.usernameKey) : undefined;
  if (person && holder && "id" in holder && holder.id === person.id) people.byUsername.delete(person.usernameKey);
  people.byUsername.set(
    key,
    person ? { ...person, externalId: row.sourcedId, username: row.username, usernameKey: key } : row,
  );
}
