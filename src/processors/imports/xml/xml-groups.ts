import { keyText } from "../../../learning/imports/key-text.ts";
import type { Note } from "../../../learning/imports/problems.ts";
import { RowProblem } from "../../../learning/imports/row.ts";
import { seenKey, selectSeen } from "../../../learning/imports/seen.ts";
import type { GroupItem, SourcedId } from "../../../learning/imports/xml-enterprise.ts";
import { groups } from "../../../learning/schema/people.ts";
import type { Change } from "../../../store/change.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { columns, type RowOf, select } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { GroupCount } from "./group-counts.ts";
import { type GroupRow, groupKey, readableKey, readGroup } from "./xml-rows.ts";

const stored = ["id", "externalId", "name", "description", "active"] as const;
const storedColumns = columns(groups, stored);
type StoredGroup = RowOf<typeof storedColumns>;

/** What is stored of a chunk's groups. */
export interface StoredGroups {
  /** External ids that earlier rows of the file had, as keys of `import_seen`. */
  readonly seen: Set<string>;
  readonly byKey: ReadonlyMap<string, StoredGroup>;
}

/** The key by which the file knows a group that it brings; none where its sourcedid cannot be read. */
export function groupKeys(item: GroupItem): string[] {
  const key = readableKey(item.sourcedId);
  return key === null ? [] : [seenKey("group", key)];
}

/** Reads what is stored of a chunk's groups, in one round trip. */
export async function readGroups(
  rows: ClientRows,
  fileId: number,
  sourcedIds: readonly SourcedId[],
): Promise<StoredGroups> {
  const readable = sourcedIds.flatMap((sourcedId) => readableKey(sourcedId) ?? []);
  const keys = JSON.stringify(readable);
  const [seen, found] = await rows.each([
    selectSeen(
      fileId,
      readable.flatMap((key) => [seenKey("group", key), seenKey("gone", key)]),
    ),
    select(
      groups,
      stored,
      sql`WHERE client_id = ${thisClient} AND source = 'xml' AND external_id IN (SELECT value FROM json_each(${keys}))`,
    ),
  ]);
  return {
    seen: new Set(seen.map(({ key }) => key)),
    byKey: new Map(found.map((group) => [String(group.externalId), group])),
  };
}

/**
 * The changes that a group asks for; none where nothing differs. One that is to be taken away and is not there is `gone`: it gets
 * one note, and its memberships and parents are passed over.
 *
 * @throws {RowProblem}
 */
export function groupChanges(stored: StoredGroups, item: GroupItem, now: number, note: Note): Change<GroupCount>[] {
  const key = groupKey(item.sourcedId);
  const repeated = stored.seen.has(seenKey("group", key));
  stored.seen.add(seenKey("group", key));
  const row = readGroup(item);
  if (repeated) throw new RowProblem("duplicate", "An earlier group of the file has the same sourcedid");
  const group = stored.byKey.get(key);
  if (group) return updateGroup(group, row, now);
  if (!row.remove) return [createGroup(key, row, now)];
  stored.seen.add(seenKey("gone", key));
  note("unknown_group", "recstatus 3: there is no such group; nothing is done about it and its memberships");
  return [];
}

/** Creates a group that is named only by its membership; null where it is there, or is to be taken away. */
export function createUndeclaredGroup(
  stored: StoredGroups,
  sourcedId: SourcedId,
  now: number,
): Change<GroupCount> | null {
  const key = readableKey(sourcedId);
  if (key === null || stored.byKey.has(key)) return null;
  if (stored.seen.has(seenKey("gone", key)) || stored.seen.has(seenKey("group", key))) return null;
  stored.seen.add(seenKey("group", key));
  return createGroup(key, { remove: false, name: keyText(sourcedId.id), description: undefined, kind: "group" }, now);
}

/** Switches a group off. */
export function deactivateGroup(id: number, now: number): Change<GroupCount> {
  return {
    write: sql`UPDATE groups SET active = 0, updated_at = ${now}
      WHERE id = ${id} AND client_id = ${thisClient} AND source = 'xml' AND active = 1`,
    count: "groups",
    audit: { entity: "group", id, action: "deactivate", before: { active: 1 }, after: { active: 0 } },
    indexed: "group",
  };
}

function createGroup(key: string, { name, description = "", kind }: GroupRow, now: number): Change<GroupCount> {
  return {
    write: sql`INSERT INTO groups (client_id, external_id, kind, name, description, source, created_at, updated_at)
      VALUES (${thisClient}, ${key}, ${kind}, ${name}, ${description}, 'xml', ${now}, ${now})`,
    count: "groups",
    audit: { entity: "group", action: "create", after: { external_id: key, kind, name, description, source: "xml" } },
    indexed: "group",
  };
}

function updateGroup(group: StoredGroup, row: GroupRow, now: number): Change<GroupCount>[] {
  const wanted: Partial<StoredGroup> = row.remove
    ? { active: 0 }
    : { name: row.name, description: row.description ?? group.description, active: 1 };
  const changed = Object.entries(wanted).filter(([column, value]) => group[column as keyof StoredGroup] !== value);
  if (changed.length === 0) return [];
  const sets = changed.map(([column, value]) => sql`${sql.identifier(column)} = ${value}`);
  return [
    {
      write: sql`UPDATE groups SET ${sql.join(sets, sql`, `)}, updated_at = ${now}
        WHERE id = ${group.id} AND client_id = ${thisClient} AND source = 'xml'`,
      count: "groups",
      audit: {
        entity: "group",
        id: group.id,
        action: row.remove ? "deactivate" : "update",
        before: Object.fromEntries(changed.map(([column]) => [column, group[column as keyof StoredGroup]])),
        after: Object.fromEntries(changed),
      },
      indexed: "group",
    },
  ];
}
