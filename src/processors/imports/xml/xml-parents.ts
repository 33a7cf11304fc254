import { sql } from "drizzle-orm";
import type { Note } from "../../../learning/imports/problems.ts";
import { RowProblem } from "../../../learning/imports/row.ts";
import { seenKey, selectSeen, wasSeen } from "../../../learning/imports/seen.ts";
import type { MemberItem, ParentItem, SourcedId } from "../../../learning/imports/xml-enterprise.ts";
import { type Change, leadHit } from "../../../store/change.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { thisClient } from "../../../store/statement.ts";
import type { GroupCount } from "./group-counts.ts";
import { chooseParent, groupKey, isActiveMember, readableKey, readMember, shownKey } from "./xml-rows.ts";

/** A group stands below this many others at most; it bounds what one row can cost. */
const DEEPEST_GROUP = 100;

/** A note names further parents in at most this many characters. */
const LONGEST_LIST = 500;

/** What a parent depends on beyond the row and what is stored. */
export interface ParentRules {
  /** The option `parentLabels`. */
  readonly labels: readonly string[];
  /** ms */
  readonly now: number;
  readonly dryRun: boolean;
}

/** A row that says what a group belongs to, or no longer belongs to. */
export type ParentRow = ParentItem | MemberItem;

interface StoredNode {
  readonly id: number;
  /** External id; null for a group of another source. */
  readonly key: string | null;
  parentId: number | null;
  updatedAt: number;
  /** The file says what it belongs to, in a row that is still to come. */
  pending: boolean;
}

/** The groups that a chunk of such rows names, and all above them. */
export interface StoredTree {
  readonly byId: ReadonlyMap<number, StoredNode>;
  readonly byKey: ReadonlyMap<string, StoredNode>;
  /** Groups for which the file has an `edge`, and those that were `placed` or are `gone`: keys of `import_seen`. */
  readonly seen: Set<string>;
}

/** Group and parent of a row, as its file names them; without a parent it is to have none. */
function ends(
  row: ParentRow,
  labels: readonly string[],
): { readonly child: SourcedId; readonly parent: SourcedId | null } {
  if (row.kind === "parent") return { child: row.sourcedId, parent: chooseParent(row, labels).parent };
  const [child, parent] = [readableKey(row.sourcedId), readableKey(row.group)];
  return { child: row.sourcedId, parent: child !== null && child === parent ? null : row.group };
}

/** The keys that say that these rows were dealt with: the first row that gives a group a parent counts. */
export function placedKeys(rows: readonly ParentRow[]): string[] {
  return rows.flatMap((row) => {
    const key = readableKey(row.sourcedId);
    return key === null || !isSet(row) ? [] : [seenKey("placed", key)];
  });
}

function isSet(row: ParentRow): boolean {
  return row.kind === "parent" || isActiveMember(row);
}

/**
 * Reads the groups that a chunk names, and all above them, in one round trip.
 * @param labels the option `parentLabels`
 */
export async function readTree(
  rows: ClientRows,
  fileId: number,
  chunk: readonly ParentRow[],
  labels: readonly string[],
): Promise<StoredTree> {
  const keys = chunk
    .flatMap((row) => Object.values(ends(row, labels)))
    .flatMap((sourcedId) => (sourcedId === null ? [] : (readableKey(sourcedId) ?? [])));
  const list = JSON.stringify([...new Set(keys)]);
  const key = sql`CASE source WHEN 'xml' THEN external_id END`;
  const [nodes, seen] = await rows.each([
    sql`WITH RECURSIVE above(id, depth) AS (
        SELECT id, 0 FROM groups WHERE client_id = ${thisClient} AND source = 'xml'
          AND external_id IN (SELECT value FROM json_each(${list}))
        UNION SELECT groups.parent_id, depth + 1 FROM above JOIN groups ON groups.id = above.id
          WHERE groups.client_id = ${thisClient} AND groups.parent_id IS NOT NULL AND depth < ${DEEPEST_GROUP})
      SELECT id, parent_id, updated_at, ${key} AS key,
        coalesce(${wasSeen(fileId, "edge", key)} AND NOT ${wasSeen(fileId, "placed", key)}, 0) AS pending
      FROM groups WHERE client_id = ${thisClient} AND id IN (SELECT id FROM above)`,
    selectSeen(
      fileId,
      keys.flatMap((one) => [seenKey("edge", one), seenKey("placed", one), seenKey("gone", one)]),
    ),
  ]);
  const found: StoredNode[] = nodes.map((node) => ({
    id: Number(node.id),
    key: node.key === null || node.key === undefined ? null : String(node.key),
    parentId: node.parent_id === null ? null : Number(node.parent_id),
    updatedAt: Number(node.updated_at),
    pending: Number(node.pending) === 1,
  }));
  return {
    byId: new Map(found.map((node) => [node.id, node])),
    byKey: new Map(found.flatMap((node) => (node.key === null ? [] : [[node.key, node] as const]))),
    seen: new Set(seen.map(({ key: one }) => one)),
  };
}

/**
 * The changes that a row asks for; none where nothing differs. Keeps the tree up to date for the chunk's later rows.
 *
 * What is stored has no cycle at any time. A row that would close one is rejected, unless the cycle goes through a group for which
 * the file still has a row: that group leaves its old parent at once, since the file is about to give it another. So groups can
 * change places in one file, in any order, and the same file read again finds everything in place.
 *
 * A group that names itself as its parent has none. Of several parents one is chosen ({@link chooseParent}) and the others are noted;
 * so is a second parent in another row.
 *
 * Null where the file takes away a group that there is not, and in a dry run where one of the two is not there: a file of the
 * same run may bring it.
 *
 * @throws {RowProblem}
 */
export function parentChanges(
  tree: StoredTree,
  row: ParentRow,
  { labels, now, dryRun }: ParentRules,
  note: Note,
): Change<GroupCount>[] | null {
  const set = row.kind === "parent" || readMember(row).active;
  const named = ends(row, labels);
  const childKey = groupKey(named.child);
  const placed = tree.seen.has(seenKey("placed", childKey));
  const child = tree.byKey.get(childKey);
  if (set) {
    tree.seen.add(seenKey("placed", childKey));
    if (child) child.pending = false;
  }
  const element = row.kind === "parent" ? "relationship/sourcedid" : "membership/sourcedid";
  const parentKey = named.parent === null ? null : groupKey(named.parent, element);
  const parent = parentKey === null ? undefined : tree.byKey.get(parentKey);
  const absent = [...(child ? [] : [childKey]), ...(parentKey === null || parent ? [] : [parentKey])];
  if (absent.some((key) => tree.seen.has(seenKey("gone", key)))) return null;
  if (!child || absent.length > 0) {
    if (dryRun) return null;
    throw new RowProblem("unknown_group", `No group of an XML file has the sourcedid ${absent.join(", ")}`);
  }
  if (row.kind === "parent") noteOthers(row, labels, note);
  const parentId = parent?.id ?? null;
  if (!set) {
    // A row that gives it a parent says more.
    const moot = parentId === null || child.parentId !== parentId || tree.seen.has(seenKey("edge", childKey));
    return moot ? [] : [move(child, null, now)];
  }
  if (child.parentId === parentId) return [];
  if (placed) {
    note("second_parent", "An earlier row of the file says what this group belongs to; this one was passed over");
    return [];
  }
  const freed = parent ? freeWay(tree, child, parent) : null;
  if (!freed) return [move(child, parentId, now)];
  const { count: _, ...first } = move(freed, null, now);
  const { count, ...second } = move(child, parentId, now, sql` AND ${leadHit}`);
  // A rehearsal forgets between two steps that the freed group was changed, and counts it with its own row.
  return [first, dryRun || count === undefined ? second : { ...second, count }];
}

function noteOthers(row: ParentItem, labels: readonly string[], note: Note): void {
  const others = chooseParent(row, labels).others.map(shownKey);
  if (others.length === 0) return;
  const keys = others.join(", ").slice(0, LONGEST_LIST);
  note("further_parents", `Further parents were passed over: ${keys}; parentLabels says which one counts`);
}

/**
 * Looks for `child` above `parent`. Returns null when it is not there, else the group on the way that can leave its parent.
 * @throws {RowProblem} when there is none, or no end.
 */
function freeWay(tree: StoredTree, child: StoredNode, parent: StoredNode): StoredNode | null {
  let pending: StoredNode | null = null;
  let node: StoredNode | undefined = parent;
  for (let steps = 0; steps < DEEPEST_GROUP; steps += 1) {
    if (node === undefined) break;
    if (node === child) {
      if (pending) return pending;
      throw new RowProblem("parent_cycle", "The group would belong to itself; its parent was left as it is");
    }
    if (node.pending) pending = node;
    if (node.parentId === null) return null;
    node = tree.byId.get(node.parentId);
  }
  throw new RowProblem("too_deep", `A group may stand below ${DEEPEST_GROUP} others at most`);
}

function move(group: StoredNode, parentId: number | null, now: number, also = sql``): Change<GroupCount> {
  const before = group.parentId;
  // A group that this run has created or changed before is counted already.
  const counted = group.updatedAt === now;
  group.parentId = parentId;
  group.updatedAt = now;
  return {
    write: sql`UPDATE groups SET parent_id = ${parentId}, updated_at = ${now}
      WHERE id = ${group.id} AND client_id = ${thisClient} AND source = 'xml' AND parent_id IS NOT ${parentId}${also}`,
    ...(counted ? {} : { count: "groups" as const }),
    audit: {
      entity: "group",
      id: group.id,
      action: "update",
      before: { parent_id: before },
      after: { parent_id: parentId },
    },
    indexed: "group",
  };
}
