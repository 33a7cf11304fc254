import type { SQL } from "drizzle-orm";
import { persons } from "../../../learning/schema/people.ts";
import { usernameKey } from "../../../learning/username.ts";
import type { SqlValue } from "../../../store/database.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Day } from "../../../time/day.ts";
import { mayReturn } from "./person-status.ts";
import type { StoredPerson } from "./stored-people.ts";
import type { UserRow } from "./user-row.ts";

/**
 * The write of one person, and what follows from it. {@link WrittenPeople} makes that of all people of a step, so that a person
 * costs one statement, and its audit entry, its search index entry and its memberships a share of a few more.
 */
export interface PersonWrite {
  /** Sets `updated_at` to the run's `now`: a later pass knows by it that the person is counted. */
  readonly write: SQL;
  readonly externalId: string;
  readonly action: "create" | "update" | "deactivate";
  /** It makes a passive person active. */
  readonly reactivates: boolean;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>>;
  /** Groups to join and to leave, by source csv; `create` names groups that do not exist yet and are joined, too. */
  readonly groups: GroupChange;
}

/** Memberships of source csv to make and to end: group ids, and in `create` external ids of groups to be created first. */
export interface GroupChange {
  readonly join: readonly number[];
  readonly leave: readonly number[];
  readonly create: readonly string[];
}

const NO_GROUPS: GroupChange = { join: [], leave: [], create: [] };

/** What a row asks for beyond its own cells, resolved against what is stored. */
export interface Resolved {
  /** The row stands in a complete list. */
  readonly complete: boolean;
  /** Local day of the run. */
  readonly today: Day;
  /** The `import_source` of a person who has none. */
  readonly source: "csv" | "xml";
  /** Undefined: leave it. */
  readonly supervisorId: number | null | undefined;
  /** Undefined: leave it. A new hash, or null to remove it. */
  readonly passwordHash: string | null | undefined;
  /** Undefined: leave the memberships. */
  readonly groups: { readonly ids: readonly number[]; readonly create: readonly string[] } | undefined;
}

/** One column that changes. What `audit_log` keeps of it is `before` and `after`. */
interface ColumnChange {
  readonly column: string;
  readonly value: SqlValue | SQL;
  readonly before: unknown;
  readonly after: unknown;
}

/** Creates the row's person. */
export function createPerson(
  row: UserRow,
  { source, today, supervisorId, passwordHash, groups }: Resolved,
  now: number,
): PersonWrite {
  const hash = passwordHash ?? null;
  const attributes = Object.fromEntries(Object.entries(row.attributes).filter(([, value]) => value !== null));
  const columns = {
    external_id: row.sourcedId,
    username: row.username,
    username_key: usernameKey(row.username),
    given_name: row.givenName,
    family_name: row.familyName,
    email: row.email ?? null,
    locale: row.locale ?? null,
    time_zone: row.timeZone ?? null,
    auth_source: row.authSource ?? "local",
    auth_status: "active",
    supervisor_id: supervisorId ?? null,
    import_source: source,
    enrolled_on: row.enrolledOn ?? today,
    termination_on: row.terminationOn ?? null,
  };
  const stored = {
    ...columns,
    attributes: JSON.stringify(attributes),
    password_hash: hash,
    password_changed_at: hash === null ? null : now,
    must_change_password: columns.auth_source === "local" && hash === null ? 1 : 0,
    created_at: now,
    updated_at: now,
  };
  return {
    write: insertPerson(stored),
    externalId: row.sourcedId,
    action: "create",
    reactivates: false,
    before: null,
    after: {
      ...columns,
      attributes,
      ...(hash === null ? {} : { password_hash: "set" }),
      ...(groups ? { groups: [...groups.ids, ...groups.create] } : {}),
    },
    groups: groups ? { join: groups.ids, leave: [], create: groups.create } : NO_GROUPS,
  };
}

/** The columns of a new person, in one argument: the same short statement for each, which is cheap to send and to prepare. */
function insertPerson(columns: Readonly<Record<string, SqlValue>>): SQL {
  const names = Object.keys(columns);
  const values = names.map((name) => `person.row ->> '${name}'`);
  return sql`INSERT INTO persons (client_id, ${sql.raw(names.join(", "))})
    SELECT ${thisClient}, ${sql.raw(values.join(", "))} FROM (SELECT ${JSON.stringify(columns)} AS row) AS person`;
}

/**
 * Brings a stored person in line with the row; null when nothing differs. The row of `persons` is touched also where only
 * memberships change.
 *
 * @param csvGroups groups that the person is a member of by source csv
 */
export function updatePerson(
  person: StoredPerson,
  row: UserRow,
  resolved: Resolved,
  csvGroups: ReadonlySet<number>,
  now: number,
): PersonWrite | null {
  const changes = [...columnChanges(person, row, resolved), ...resolvedChanges(person, row, resolved, now)];
  const groups = groupChange(resolved, csvGroups);
  const moves = groups.join.length + groups.leave.length + groups.create.length > 0;
  if (changes.length === 0 && !moves) return null;
  const kept = (side: "before" | "after") => Object.fromEntries(changes.map((change) => [change.column, change[side]]));
  const wanted = [...(resolved.groups?.ids ?? []), ...groups.create];
  const sets = [
    ...changes.map(({ column, value }) => sql`${sql.identifier(column)} = ${value}`),
    ...(changes.some(({ column }) => column === "username") ? [sql`username_key = ${usernameKey(row.username)}`] : []),
    sql`updated_at = ${now}`,
  ];
  return {
    write: sql`UPDATE persons SET ${sql.join(sets, sql`, `)} WHERE id = ${person.id} AND client_id = ${thisClient}
      AND auth_status <> 'deleted' AND coalesce(external_id, ${row.sourcedId}) = ${row.sourcedId}`,
    externalId: row.sourcedId,
    action: "update",
    reactivates: person.authStatus === "passive" && changes.some(({ after }) => after === "active"),
    before: { ...kept("before"), ...(moves ? { groups: [...csvGroups] } : {}) },
    after: { ...kept("after"), ...(moves ? { groups: wanted } : {}) },
    groups,
  };
}

/** Sets a person's supervisor and nothing else. */
export function setSupervisor(
  person: Pick<StoredPerson, "id" | "supervisorId">,
  externalId: string,
  supervisorId: number,
  now: number,
): PersonWrite {
  return {
    write: sql`UPDATE persons SET supervisor_id = ${supervisorId}, updated_at = ${now}
      WHERE id = ${person.id} AND client_id = ${thisClient} AND auth_status <> 'deleted'`,
    externalId,
    action: "update",
    reactivates: false,
    before: { supervisor_id: person.supervisorId },
    after: { supervisor_id: supervisorId },
    groups: NO_GROUPS,
  };
}

/** Gives a person another username and nothing else. */
export function renamePerson(
  person: Pick<StoredPerson, "id" | "username">,
  externalId: string,
  username: string,
  now: number,
): PersonWrite {
  return {
    write: sql`UPDATE persons SET username = ${username}, username_key = ${usernameKey(username)}, updated_at = ${now}
      WHERE id = ${person.id} AND client_id = ${thisClient} AND auth_status <> 'deleted'`,
    externalId,
    action: "update",
    reactivates: false,
    before: { username: person.username },
    after: { username },
    groups: NO_GROUPS,
  };
}

/** Takes people's usernames away within a step, until each of them gets another one in it. */
export function parkUsernames(ids: readonly number[]): SQL {
  // No file can have this one: control characters are refused.
  return sql`UPDATE persons SET username_key = char(1) || id WHERE client_id = ${thisClient}
    AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND auth_status <> 'deleted'`;
}

/** Makes a person passive who is missing from a complete list. */
export function deactivatePerson(
  person: Pick<StoredPerson, "id" | "authStatus">,
  externalId: string,
  now: number,
): PersonWrite {
  return {
    write: sql`UPDATE persons SET auth_status = 'passive', passive_reason = 'missing', updated_at = ${now}
      WHERE id = ${person.id} AND client_id = ${thisClient} AND import_source = 'csv' AND auth_status IN ('active', 'inactive')`,
    externalId,
    action: "deactivate",
    reactivates: false,
    before: { auth_status: person.authStatus },
    after: { auth_status: "passive", passive_reason: "missing" },
    groups: NO_GROUPS,
  };
}

function columnChanges(person: StoredPerson, row: UserRow, { source, complete, today }: Resolved): ColumnChange[] {
  const wanted = {
    externalId: row.sourcedId,
    username: row.username,
    givenName: row.givenName,
    familyName: row.familyName,
    email: row.email,
    locale: row.locale,
    timeZone: row.timeZone,
    authSource: row.authSource,
    enrolledOn: row.enrolledOn,
    terminationOn: row.terminationOn,
    // A person of another source stays with it.
    importSource: person.importSource ?? source,
  } satisfies Partial<Record<keyof StoredPerson, string | null | undefined>>;
  const changes: ColumnChange[] = [];
  for (const name of Object.keys(wanted) as (keyof typeof wanted)[]) {
    const [before, after] = [person[name], wanted[name]];
    if (after === undefined || after === before) continue;
    changes.push({ column: persons[name].name, value: after, before, after });
  }
  return [...changes, ...statusChange(person, row, complete, today), ...attributeChange(person, row)];
}

function statusChange(person: StoredPerson, row: UserRow, complete: boolean, today: Day): ColumnChange[] {
  const { authStatus: status, passiveReason: reason } = person;
  if (row.status === "tobedeleted") {
    if (status === "passive") return [];
    return [
      { column: "auth_status", value: "passive", before: status, after: "passive" },
      { column: "passive_reason", value: "import", before: reason, after: "import" },
    ];
  }
  const returns =
    status === "passive" ? mayReturn(person, row, complete) : status !== "active" && row.status === "active";
  if (!returns || person.deletionOn !== null) return [];
  // An administrator may have locked the person meanwhile.
  const changed = (column: string, before: unknown, after: SqlValue): ColumnChange => ({
    column,
    value: sql`CASE WHEN deletion_on IS NULL AND passive_reason IS ${reason} THEN ${after} ELSE ${sql.identifier(column)} END`,
    before,
    after,
  });
  return [
    changed("auth_status", status, "active"),
    ...(reason === null ? [] : [changed("passive_reason", reason, null)]),
    changed("activated_on", person.activatedOn, today),
  ];
}

function attributeChange(person: StoredPerson, row: UserRow): ColumnChange[] {
  const stored = JSON.parse(person.attributes) as Record<string, unknown>;
  const patch = Object.entries(row.attributes).filter(([name, value]) =>
    value === null ? Object.hasOwn(stored, name) : stored[name] !== value,
  );
  if (patch.length === 0) return [];
  const before = Object.fromEntries(patch.map(([name]) => [name, stored[name] ?? null]));
  // A merge patch (RFC 7396) leaves what others changed meanwhile, and its nulls remove.
  const value = sql`json_patch(attributes, ${JSON.stringify(Object.fromEntries(patch))})`;
  return [{ column: "attributes", value, before, after: Object.fromEntries(patch) }];
}

function resolvedChanges(person: StoredPerson, row: UserRow, resolved: Resolved, now: number): ColumnChange[] {
  const { supervisorId, passwordHash } = resolved;
  const changes: ColumnChange[] = [];
  if (supervisorId !== undefined && supervisorId !== person.supervisorId) {
    changes.push({ column: "supervisor_id", value: supervisorId, before: person.supervisorId, after: supervisorId });
  }
  if (passwordHash !== undefined && passwordHash !== person.passwordHash) {
    const gone = passwordHash === null;
    const local = (row.authSource ?? person.authSource) === "local";
    changes.push(
      { column: "password_hash", value: passwordHash, before: undefined, after: gone ? "removed" : "set" },
      { column: "password_changed_at", value: gone ? null : now, before: undefined, after: undefined },
      { column: "must_change_password", value: gone && local ? 1 : 0, before: undefined, after: undefined },
    );
  }
  return changes;
}

function groupChange({ groups }: Resolved, csvGroups: ReadonlySet<number>): GroupChange {
  if (!groups) return NO_GROUPS;
  return {
    join: groups.ids.filter((id) => !csvGroups.has(id)),
    leave: [...csvGroups].filter((id) => !groups.ids.includes(id)),
    create: groups.create,
  };
}
