import { type SQL, sql } from "drizzle-orm";
import type { Day } from "../../learning/day.ts";
import { indexChange } from "../../learning/index-changes.ts";
import { auditChange } from "../../store/audit.ts";
import type { SqlValue } from "../../store/database.ts";
import { thisClient } from "../../store/statement.ts";
import type { StoredPerson } from "./stored-people.ts";
import type { UserRow } from "./user-row.ts";

/** What a row asks for beyond its own cells, resolved against what is stored. */
export interface Resolved {
  /** Undefined: leave it. */
  readonly supervisorId: number | null | undefined;
  /** Undefined: leave it. A new hash, or null to remove it. */
  readonly passwordHash: string | null | undefined;
  /** Undefined: leave the memberships. */
  readonly groups: { readonly ids: readonly number[]; readonly create: readonly string[] } | undefined;
}

/** One column that changes. What `audit_log` keeps of it is `before` and `after`. */
interface Change {
  readonly column: string;
  readonly value: SqlValue | SQL;
  readonly before: unknown;
  readonly after: unknown;
}

/** Writes that create the row's person (spec 2.1.1). */
export function createPerson(row: UserRow, resolved: Resolved, today: Day, now: number): SQL[] {
  const authSource = row.authSource ?? "local";
  const passwordHash = resolved.passwordHash ?? null;
  const attributes = Object.fromEntries(Object.entries(row.attributes).filter(([, value]) => value !== null));
  const columns = {
    external_id: row.sourcedId,
    username: row.username,
    given_name: row.givenName,
    family_name: row.familyName,
    email: row.email ?? null,
    locale: row.locale ?? null,
    time_zone: row.timeZone ?? null,
    auth_source: authSource,
    auth_status: "active",
    attributes: JSON.stringify(attributes),
    supervisor_id: resolved.supervisorId ?? null,
    import_source: "csv",
    enrolled_on: row.enrolledOn ?? today,
    termination_on: row.terminationOn ?? null,
  };
  const person = personOf(row.sourcedId);
  return [
    sql`INSERT INTO persons (client_id, ${names(Object.keys(columns))}, password_hash, password_changed_at, must_change_password, created_at, updated_at)
      VALUES (${thisClient}, ${values(Object.values(columns))}, ${passwordHash}, ${passwordHash === null ? null : now},
        ${authSource === "local" && passwordHash === null ? 1 : 0}, ${now}, ${now})`,
    auditChange({
      entity: "person",
      entityId: person,
      action: "create",
      after: {
        ...columns,
        attributes,
        ...(passwordHash === null ? {} : { password: "set" }),
        ...groupsAfter(resolved),
      },
      at: now,
    }),
    indexChange("person", person, "upsert", now),
    ...(resolved.groups ? setGroups(person, resolved.groups, now) : []),
  ];
}

/**
 * Writes that bring a stored person in line with the row; none when nothing differs. The row of `persons` changes first, also
 * where only memberships do, so that audit and search index follow one statement.
 *
 * @param csvGroups groups that the person is a member of by source csv
 */
export function updatePerson(
  person: StoredPerson,
  row: UserRow,
  resolved: Resolved,
  csvGroups: ReadonlySet<number>,
  now: number,
): SQL[] {
  const changes = [...columnChanges(person, row), ...resolvedChanges(person, row, resolved, now)];
  const { groups } = resolved;
  const moves =
    groups &&
    (groups.create.length > 0 || csvGroups.size !== groups.ids.length || groups.ids.some((id) => !csvGroups.has(id)));
  if (changes.length === 0 && !moves) return [];
  const kept = (side: "before" | "after") => Object.fromEntries(changes.map((change) => [change.column, change[side]]));
  return [
    sql`UPDATE persons SET ${sql.join(
      [...changes.map(({ column, value }) => sql`${sql.identifier(column)} = ${value}`), sql`updated_at = ${now}`],
      sql`, `,
    )} WHERE id = ${person.id} AND client_id = ${thisClient} AND auth_status <> 'deleted'
      AND coalesce(external_id, ${row.sourcedId}) = ${row.sourcedId}`,
    auditChange({
      entity: "person",
      entityId: person.id,
      action: "update",
      before: { ...kept("before"), ...(moves ? { groups: [...csvGroups] } : {}) },
      after: { ...kept("after"), ...(moves ? groupsAfter(resolved) : {}) },
      at: now,
    }),
    indexChange("person", person.id, "upsert", now),
    ...(moves ? setGroups(sql`${person.id}`, groups, now) : []),
  ];
}

/** Writes that set a person's supervisor and nothing else. */
export function setSupervisor(personId: number, before: number | null, supervisorId: number, now: number): SQL[] {
  return [
    sql`UPDATE persons SET supervisor_id = ${supervisorId}, updated_at = ${now}
      WHERE id = ${personId} AND client_id = ${thisClient} AND auth_status <> 'deleted' AND supervisor_id IS NOT ${supervisorId}`,
    auditChange({
      entity: "person",
      entityId: personId,
      action: "update",
      before: { supervisor_id: before },
      after: { supervisor_id: supervisorId },
      at: now,
    }),
    indexChange("person", personId, "upsert", now),
  ];
}

/** Writes that make a person passive who is missing from a complete list. */
export function deactivatePerson(person: Pick<StoredPerson, "id" | "auth_status">, now: number): SQL[] {
  return [
    sql`UPDATE persons SET auth_status = 'passive', updated_at = ${now} WHERE id = ${person.id} AND client_id = ${thisClient}
      AND import_source = 'csv' AND auth_status IN ('active', 'inactive')`,
    auditChange({
      entity: "person",
      entityId: person.id,
      action: "deactivate",
      before: { auth_status: person.auth_status },
      after: { auth_status: "passive" },
      at: now,
    }),
    indexChange("person", person.id, "upsert", now),
  ];
}

function columnChanges(person: StoredPerson, row: UserRow): Change[] {
  const wanted: Partial<Record<keyof StoredPerson, string | null | undefined>> = {
    external_id: row.sourcedId,
    username: row.username,
    given_name: row.givenName,
    family_name: row.familyName,
    email: row.email,
    locale: row.locale,
    time_zone: row.timeZone,
    auth_source: row.authSource,
    enrolled_on: row.enrolledOn,
    termination_on: row.terminationOn,
    // Somebody who came another way is looked after by that one.
    import_source: person.import_source ?? "csv",
  };
  const changes: Change[] = [];
  for (const [column, after] of Object.entries(wanted)) {
    const before = person[column as keyof StoredPerson];
    if (after !== undefined && after !== before) changes.push({ column, value: after, before, after });
  }
  return [...changes, ...statusChange(person, row), ...attributeChange(person, row)];
}

function statusChange(person: StoredPerson, row: UserRow): Change[] {
  const before = person.auth_status;
  if (row.status === "active" && before !== "active" && person.deletion_on === null) {
    const value = sql`CASE WHEN deletion_on IS NULL THEN 'active' ELSE auth_status END`;
    return [{ column: "auth_status", value, before, after: "active" }];
  }
  if (row.status === "tobedeleted" && before !== "passive") {
    return [{ column: "auth_status", value: "passive", before, after: "passive" }];
  }
  return [];
}

function attributeChange(person: StoredPerson, row: UserRow): Change[] {
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

function resolvedChanges(person: StoredPerson, row: UserRow, resolved: Resolved, now: number): Change[] {
  const { supervisorId, passwordHash } = resolved;
  const changes: Change[] = [];
  if (supervisorId !== undefined && supervisorId !== person.supervisor_id) {
    changes.push({ column: "supervisor_id", value: supervisorId, before: person.supervisor_id, after: supervisorId });
  }
  if (passwordHash !== undefined && passwordHash !== person.password_hash) {
    const gone = passwordHash === null;
    const local = (row.authSource ?? person.auth_source) === "local";
    changes.push(
      { column: "password_hash", value: passwordHash, before: undefined, after: gone ? "removed" : "set" },
      { column: "password_changed_at", value: gone ? null : now, before: undefined, after: undefined },
      { column: "must_change_password", value: gone && local ? 1 : 0, before: undefined, after: undefined },
    );
  }
  return changes;
}

/** Makes the memberships of source csv exactly these, after creating the groups that do not exist yet. */
function setGroups(person: SQL, groups: NonNullable<Resolved["groups"]>, now: number): SQL[] {
  const ids = JSON.stringify(groups.ids);
  const create = JSON.stringify(groups.create);
  const wanted = sql`SELECT id FROM groups WHERE client_id = ${thisClient} AND id IN (SELECT value FROM json_each(${ids}))
    UNION SELECT id FROM groups WHERE client_id = ${thisClient} AND source = 'csv' AND external_id IN (SELECT value FROM json_each(${create}))`;
  return [
    ...groups.create.flatMap((externalId) => createGroup(externalId, now)),
    sql`DELETE FROM group_members WHERE client_id = ${thisClient} AND person_id = ${person} AND source = 'csv' AND group_id NOT IN (${wanted})`,
    sql`INSERT INTO group_members (client_id, group_id, person_id, source, role, joined_at, created_at, updated_at)
      SELECT ${thisClient}, wanted.id, ${person}, 'csv', 'member', ${now}, ${now}, ${now} FROM (${wanted}) AS wanted
      WHERE ${person} IS NOT NULL ON CONFLICT DO NOTHING`,
  ];
}

function createGroup(externalId: string, now: number): SQL[] {
  const group = sql`(SELECT id FROM groups WHERE client_id = ${thisClient} AND source = 'csv' AND external_id = ${externalId})`;
  return [
    sql`INSERT INTO groups (client_id, external_id, kind, name, source, created_at, updated_at)
      VALUES (${thisClient}, ${externalId}, 'group', ${externalId}, 'csv', ${now}, ${now}) ON CONFLICT DO NOTHING`,
    auditChange({
      entity: "group",
      entityId: group,
      action: "create",
      after: { external_id: externalId, name: externalId, source: "csv" },
      at: now,
    }),
    indexChange("group", group, "upsert", now),
  ];
}

const personOf = (externalId: string) =>
  sql`(SELECT id FROM persons WHERE client_id = ${thisClient} AND external_id = ${externalId})`;

const groupsAfter = ({ groups }: Resolved) => (groups ? { groups: [...groups.ids, ...groups.create] } : {});

const names = (columns: readonly string[]) =>
  sql.join(
    columns.map((column) => sql.identifier(column)),
    sql`, `,
  );

const values = (list: readonly SqlValue[]) =>
  sql.join(
    list.map((value) => sql`${value}`),
    sql`, `,
  );
