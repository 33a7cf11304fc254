import { type SQL, sql } from "drizzle-orm";
import type { Change } from "../../../store/change.ts";
import { thisClient, thisRun } from "../../../store/statement.ts";
import type { GroupChange, PersonWrite } from "./person-writes.ts";

/**
 * What follows from the changes of one step: audit, search index, groups and memberships, each in one statement for all of
 * them. A person who was not written (its unit broke a constraint) is passed over.
 */
export function peopleFollowUp(writes: readonly PersonWrite[], now: number): (SQL | Change)[] {
  if (writes.length === 0) return [];
  // SQLite keeps the order of a CROSS JOIN: the few changes first, then each person by its key.
  const trace = writes.map(({ externalId, action, before, after }) => ({ externalId, action, before, after }));
  const written = (list: readonly unknown[], externalId: SQL) => sql`json_each(${JSON.stringify(list)}) AS one
    CROSS JOIN persons ON persons.client_id = ${thisClient} AND persons.external_id = ${externalId} AND persons.updated_at = ${now}`;
  const named = sql`one.value ->> 'externalId'`;
  const first = sql`one.value ->> 0`;
  const pairs = <T>(pick: (groups: GroupChange) => readonly T[]) =>
    writes.flatMap(({ externalId, groups }) => pick(groups).map((group) => [externalId, group] as const));
  const [joined, left, created] = [
    pairs(({ join }) => join),
    pairs(({ leave }) => leave),
    pairs(({ create }) => create),
  ];
  const join = (list: readonly unknown[], group: SQL) => sql`INSERT INTO group_members
    (client_id, group_id, person_id, source, role, joined_at, created_at, updated_at)
    SELECT ${thisClient}, groups.id, persons.id, 'csv', 'member', ${now}, ${now}, ${now} FROM ${written(list, first)}
    CROSS JOIN groups ON groups.client_id = ${thisClient} AND ${group} WHERE true ON CONFLICT DO NOTHING`;
  return [
    sql`INSERT INTO audit_log (client_id, run_id, entity, entity_id, action, before, after, at)
      SELECT ${thisClient}, ${thisRun}, 'person', persons.id, one.value ->> 'action', one.value ->> 'before', one.value ->> 'after', ${now}
      FROM ${written(trace, named)} ORDER BY one.key`,
    sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
      SELECT ${thisClient}, 'person', persons.id, 'upsert', ${now} FROM ${written(trace, named)} ORDER BY one.key`,
    ...[...new Set(created.map(([, name]) => name))].map((name) => createGroup(name, now)),
    ...(left.length > 0
      ? [
          sql`DELETE FROM group_members WHERE client_id = ${thisClient} AND source = 'csv' AND id IN (
            SELECT gone.id FROM ${written(left, first)}
            CROSS JOIN group_members AS gone ON gone.group_id = one.value ->> 1 AND gone.person_id = persons.id AND gone.source = 'csv')`,
        ]
      : []),
    ...(joined.length > 0 ? [join(joined, sql`groups.id = one.value ->> 1`)] : []),
    ...(created.length > 0 ? [join(created, sql`groups.source = 'csv' AND groups.external_id = one.value ->> 1`)] : []),
  ];
}

function createGroup(externalId: string, now: number): Change {
  return {
    write: sql`INSERT INTO groups (client_id, external_id, kind, name, source, created_at, updated_at)
      VALUES (${thisClient}, ${externalId}, 'group', ${externalId}, 'csv', ${now}, ${now}) ON CONFLICT DO NOTHING`,
    audit: { entity: "group", action: "create", after: { external_id: externalId, name: externalId, source: "csv" } },
    indexed: "group",
  };
}
