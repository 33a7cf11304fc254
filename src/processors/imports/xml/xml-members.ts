import { RowProblem, readOrProblem } from "../../../learning/imports/row.ts";
import { memberKey, seenKey, selectSeen } from "../../../learning/imports/seen.ts";
import type { EnterpriseItem, MemberItem } from "../../../learning/imports/xml-enterprise.ts";
import { groups, persons } from "../../../learning/schema/people.ts";
import type { Audit, Change } from "../../../store/change.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { select } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { GroupCount } from "./group-counts.ts";
import { groupKey, isActiveMember, personKey, readableKey, readGroup, readMember } from "./xml-rows.ts";

/** What is stored of a chunk's members. */
export interface StoredMembers {
  /** Keys of `import_seen`. */
  readonly seen: Set<string>;
  /** Ids by external id. */
  readonly groups: ReadonlyMap<string, number>;
  readonly people: ReadonlyMap<string, number>;
  /** Role of each membership of source xml, by {@link memberKey}. */
  readonly roles: ReadonlyMap<string, string>;
}

/** Group and person of a member; null where one of them cannot be read. */
function pairOf(item: MemberItem): readonly [string, string] | null {
  const group = readableKey(item.group);
  const person = readOrProblem(() => personKey(item.sourcedId));
  return group === null || person instanceof RowProblem ? null : [group, person];
}

/** Reads what is stored of a chunk's members, in one round trip. */
export async function readMembers(
  rows: ClientRows,
  fileId: number,
  items: readonly MemberItem[],
): Promise<StoredMembers> {
  const pairs = items.flatMap((item) => {
    const pair = pairOf(item);
    return pair ? [pair] : [];
  });
  const each = (texts: readonly string[]) => sql`(SELECT value FROM json_each(${JSON.stringify([...new Set(texts)])}))`;
  const groupIds = pairs.map(([group]) => group);
  const personIds = pairs.map(([, person]) => person);
  const keys = pairs.map(([group, person]) => memberKey(group, person));
  const [seen, found, people, members] = await rows.each([
    selectSeen(fileId, [...keys, ...groupIds.map((group) => seenKey("gone", group))]),
    select(
      groups,
      ["id", "externalId"],
      sql`WHERE client_id = ${thisClient} AND source = 'xml' AND external_id IN ${each(groupIds)}`,
    ),
    select(
      persons,
      ["id", "externalId"],
      sql`WHERE client_id = ${thisClient} AND external_id IN ${each(personIds)} AND auth_status <> 'deleted'`,
    ),
    sql`SELECT groups.external_id AS "group", persons.external_id AS person, group_members.role
      FROM json_each(${JSON.stringify(pairs)}) AS one
      CROSS JOIN groups ON groups.client_id = ${thisClient} AND groups.source = 'xml' AND groups.external_id = one.value ->> 0
      CROSS JOIN persons ON persons.client_id = ${thisClient} AND persons.external_id = one.value ->> 1
      CROSS JOIN group_members ON group_members.group_id = groups.id AND group_members.person_id = persons.id
        AND group_members.source = 'xml'`,
  ]);
  const ids = (some: typeof found) => new Map(some.map(({ id, externalId }) => [String(externalId), id]));
  return {
    seen: new Set(seen.map(({ key }) => key)),
    groups: ids(found),
    people: ids(people),
    roles: new Map(members.map(({ group, person, role }) => [memberKey(String(group), String(person)), String(role)])),
  };
}

/**
 * The changes that a member asks for; none where nothing differs. Null where the file takes away a group that there is
 * not, and in a dry run where group or person are not there: a file of the same run may bring them.
 *
 * @throws {RowProblem}
 */
export function memberChanges(
  stored: StoredMembers,
  item: MemberItem,
  now: number,
  dryRun: boolean,
): Change<GroupCount>[] | null {
  const [group, person] = [groupKey(item.group, "membership/sourcedid"), personKey(item.sourcedId)];
  const key = memberKey(group, person);
  const repeated = stored.seen.has(key);
  stored.seen.add(key);
  const { active, role } = readMember(item);
  if (repeated) throw new RowProblem("duplicate", "An earlier row of the file has the same member of the same group");
  const [groupId, personId] = [stored.groups.get(group), stored.people.get(person)];
  if (groupId === undefined && stored.seen.has(seenKey("gone", group))) return null;
  if (dryRun && (groupId === undefined || personId === undefined)) return null;
  if (groupId === undefined) {
    throw new RowProblem("unknown_group", "No group of an XML file has the sourcedid of this membership");
  }
  if (personId === undefined) {
    throw new RowProblem("unknown_person", "No person has this sourcedid; import the person first");
  }
  const before = stored.roles.get(key);
  if (!active) return before === undefined ? [] : [leave(groupId, personId)];
  if (before === undefined) return [join(groupId, personId, role, now)];
  return before === role ? [] : [changeRole(groupId, personId, before, role, now)];
}

function join(groupId: number, personId: number, role: string, now: number): Change<GroupCount> {
  return {
    write: sql`INSERT INTO group_members (client_id, group_id, person_id, source, role, joined_at, created_at, updated_at)
      VALUES (${thisClient}, ${groupId}, ${personId}, 'xml', ${role}, ${now}, ${now}, ${now}) ON CONFLICT DO NOTHING`,
    count: "added",
    ...told(groupId, personId, "member_added", { after: { role } }),
  };
}

function changeRole(groupId: number, personId: number, before: string, role: string, now: number): Change {
  return {
    write: sql`UPDATE group_members SET role = ${role}, updated_at = ${now} WHERE client_id = ${thisClient}
      AND group_id = ${groupId} AND person_id = ${personId} AND source = 'xml' AND role <> ${role}`,
    ...told(groupId, personId, "member_changed", { before: { role: before }, after: { role } }),
  };
}

/** Ends a membership of source xml. */
export function leave(groupId: number, personId: number): Change<GroupCount> {
  return {
    write: sql`DELETE FROM group_members WHERE client_id = ${thisClient} AND group_id = ${groupId}
      AND person_id = ${personId} AND source = 'xml'`,
    count: "removed",
    ...told(groupId, personId, "member_removed"),
  };
}

/** What audit and search are told of a membership. */
function told(
  groupId: number,
  personId: number,
  action: string,
  changed: Pick<Audit, "before" | "after"> = {},
): Pick<Change, "audit" | "indexed"> {
  return {
    audit: { entity: "group", id: groupId, personId, action, ...changed },
    indexed: { entity: "person", id: personId },
  };
}

/** What later passes must know of an item: who is in the file's lists, and which lists cannot be read to their end. */
export function listKeys(item: EnterpriseItem): string[] {
  if (item.kind === "membership") {
    const group = readableKey(item.group);
    return group === null ? [] : [seenKey("named", group)];
  }
  if (item.kind === "group") {
    const key = readOrProblem(() => {
      readGroup(item);
      return groupKey(item.sourcedId);
    });
    return key instanceof RowProblem ? [] : [seenKey("named", key)];
  }
  if (item.kind === "parent") {
    const child = item.relations.length > 0 ? readableKey(item.sourcedId) : null;
    return child === null ? [] : [seenKey("edge", child)];
  }
  if (item.kind !== "member") return [];
  if (item.idtype === "2") {
    const child = readableKey(item.sourcedId);
    return child === null || !isActiveMember(item) ? [] : [seenKey("edge", child)];
  }
  const pair = pairOf(item);
  if (pair) return [memberKey(...pair)];
  const group = readableKey(item.group);
  return group === null ? [] : [seenKey("open", group)];
}
