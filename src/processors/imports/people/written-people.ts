import type { SQL } from "drizzle-orm";
import { type Change, hitMarks } from "../../../store/change.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient, thisRun } from "../../../store/statement.ts";
import type { GroupChange, PersonWrite } from "./person-writes.ts";

/**
 * The people whom one step writes. What follows from their writes (audit, search index, groups and memberships) is written for
 * all of them at once, in one statement each, and only for those whose write changed a row.
 *
 * ```ts
 * const written = new WrittenPeople(now);
 * yield { units: people.map((one) => ({ ref: one.ref, writes: [written.change(one.write)] })), followUp: written.followUp(), cursor };
 * ```
 */
export class WrittenPeople {
  readonly #writes: PersonWrite[] = [];
  readonly #now: number;

  /** @param now instant (ms) of the run */
  constructor(now: number) {
    this.#now = now;
  }

  /** The change that makes a write. @param count the counter to which it is added */
  change<N extends string = never>(write: PersonWrite, count?: N): Change<N> {
    const mark = this.#writes.push(write) - 1;
    return { write: write.write, mark, ...(count === undefined ? {} : { count }) };
  }

  /** What follows from the changes: for the `followUp` of their step. */
  followUp(): (SQL | Change)[] {
    if (this.#writes.length === 0) return [];
    const now = this.#now;
    const trace = this.#writes.map(({ externalId, action, before, after }) => ({ externalId, action, before, after }));
    const hit = sql`${written(trace, sql`one.value ->> 'externalId'`)} WHERE one.key IN ${hitMarks} ORDER BY one.key`;
    const [joined, left] = [this.#pairs(({ join }) => join), this.#pairs(({ leave }) => leave)];
    const created = this.#pairs(({ create }) => create);
    return [
      sql`INSERT INTO audit_log (client_id, run_id, entity, entity_id, action, before, after, at)
        SELECT ${thisClient}, ${thisRun}, 'person', persons.id, one.value ->> 'action', one.value ->> 'before', one.value ->> 'after', ${now}
        FROM ${hit}`,
      sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
        SELECT ${thisClient}, 'person', persons.id, 'upsert', ${now} FROM ${hit}`,
      ...createGroups(created, now),
      ...(left.length > 0 ? [leaveGroups(left)] : []),
      ...(joined.length > 0 ? [joinGroups(joined, sql`groups.id = one.value ->> 1`, now)] : []),
      ...(created.length > 0
        ? [joinGroups(created, sql`groups.source = 'csv' AND groups.external_id = one.value ->> 1`, now)]
        : []),
    ];
  }

  #pairs<T>(pick: (groups: GroupChange) => readonly T[]): Pair<T>[] {
    return this.#writes.flatMap(({ externalId, groups }, mark) =>
      pick(groups).map((group) => [externalId, group, mark] as const),
    );
  }
}

/** External id of a person, a group, and the mark of the person's write. */
type Pair<T> = readonly [externalId: string, group: T, mark: number];

/** A list in SQL, `one`, and the person that each of it names. SQLite keeps the order of a CROSS JOIN: the few of the list first. */
function written(list: readonly unknown[], externalId: SQL): SQL {
  return sql`json_each(${JSON.stringify(list)}) AS one
    CROSS JOIN persons ON persons.client_id = ${thisClient} AND persons.external_id = ${externalId}`;
}

function joinGroups(pairs: readonly Pair<unknown>[], group: SQL, now: number): SQL {
  return sql`INSERT INTO group_members (client_id, group_id, person_id, source, role, joined_at, created_at, updated_at)
    SELECT ${thisClient}, groups.id, persons.id, 'csv', 'member', ${now}, ${now}, ${now} FROM ${written(pairs, sql`one.value ->> 0`)}
    CROSS JOIN groups ON groups.client_id = ${thisClient} AND ${group} WHERE one.value ->> 2 IN ${hitMarks} ON CONFLICT DO NOTHING`;
}

function leaveGroups(pairs: readonly Pair<number>[]): SQL {
  return sql`DELETE FROM group_members WHERE client_id = ${thisClient} AND source = 'csv' AND id IN (
    SELECT gone.id FROM ${written(pairs, sql`one.value ->> 0`)}
    CROSS JOIN group_members AS gone ON gone.group_id = one.value ->> 1 AND gone.person_id = persons.id AND gone.source = 'csv'
    WHERE one.value ->> 2 IN ${hitMarks})`;
}

/** Creates the groups that do not exist yet, each if a person who is to join it was written. */
function createGroups(pairs: readonly Pair<string>[], now: number): Change[] {
  const names = new Map<string, number[]>();
  for (const [, name, mark] of pairs) names.set(name, [...(names.get(name) ?? []), mark]);
  return [...names].map(([name, marks]) => ({
    write: sql`INSERT INTO groups (client_id, external_id, kind, name, source, created_at, updated_at)
      SELECT ${thisClient}, ${name}, 'group', ${name}, 'csv', ${now}, ${now}
      WHERE EXISTS (SELECT 1 FROM json_each(${JSON.stringify(marks)}) AS one WHERE one.value IN ${hitMarks}) ON CONFLICT DO NOTHING`,
    audit: { entity: "group", action: "create", after: { external_id: name, name, source: "csv" } },
    indexed: "group",
  }));
}
