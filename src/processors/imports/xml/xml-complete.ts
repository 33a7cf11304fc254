import { type SQL, sql } from "drizzle-orm";
import { rowRef } from "../../../learning/imports/problems.ts";
import { memberKeySql, wasSeen } from "../../../learning/imports/seen.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Step } from "../../contract.ts";
import type { GroupCount } from "../file/import-counts.ts";
import { FileRefusal, type Pass } from "../file/import-files.ts";
import type { XmlFile } from "./xml-file.ts";
import { deactivateGroup } from "./xml-groups.ts";
import { leave } from "./xml-members.ts";

/** What a complete list can take away, counted before anything of the file was written. */
export interface Stock {
  /** All of the client's memberships of source xml. */
  readonly memberships: number;
  /** Active groups of source xml below `root`; 0 without it. */
  readonly groups: number;
}

/** What the passes need beyond the file. */
export interface CompleteList {
  readonly rows: ClientRows;
  readonly chunkSize: number;
  readonly maxRemovePct: number;
  /** ms */
  readonly now: number;
}

/** Groups that stand deeper below `root` than this are not looked at; no import makes them. */
const DEEPEST_BELOW = 200;

/** The active groups of source xml below `root`: `id`, `external_id`. */
function below(root: string): SQL {
  return sql`(WITH RECURSIVE below(id, depth) AS (
      SELECT id, 0 FROM groups WHERE client_id = ${thisClient} AND source = 'xml' AND external_id = ${root}
      UNION SELECT groups.id, depth + 1 FROM below JOIN groups ON groups.client_id = ${thisClient} AND groups.parent_id = below.id
        WHERE depth < ${DEEPEST_BELOW})
    SELECT DISTINCT groups.id, groups.external_id FROM below JOIN groups ON groups.id = below.id
    WHERE groups.client_id = ${thisClient} AND below.depth > 0 AND groups.source = 'xml' AND groups.active = 1
      AND groups.external_id <> ${root})`;
}

/** Counts what a complete list can take away. */
export async function readStock(rows: ClientRows, { options }: XmlFile): Promise<Stock> {
  const [memberships = [], groups = []] = await rows.each([
    sql`SELECT count(*) AS n FROM group_members WHERE client_id = ${thisClient} AND source = 'xml'`,
    options.root === null
      ? sql`SELECT 0 AS n WHERE ${thisClient} > 0`
      : sql`SELECT count(*) AS n FROM ${below(options.root)}`,
  ]);
  return { memberships: Number(memberships[0]?.n ?? 0), groups: Number(groups[0]?.n ?? 0) };
}

/** From the memberships that the list does not have, of groups that it names and whose members can all be read. */
function unlisted(fileId: number): SQL {
  const key = sql`groups.external_id`;
  const listed = wasSeen(fileId, "member", memberKeySql(key, sql`persons.external_id`));
  return sql`FROM import_seen AS one
    CROSS JOIN groups ON groups.client_id = ${thisClient} AND groups.source = 'xml' AND groups.external_id = substr(one.key, 7)
    CROSS JOIN group_members ON group_members.group_id = groups.id AND group_members.source = 'xml'
    CROSS JOIN persons ON persons.id = group_members.person_id
    WHERE one.file_id = ${fileId} AND one.key >= 'named:' AND one.key < 'named;'
      AND NOT ${wasSeen(fileId, "open", key)} AND NOT coalesce(${listed}, 0)`;
}

/** The groups below `root` that the list does not have. */
function unnamed(fileId: number, root: string): SQL {
  const key = sql`gone.external_id`;
  return sql`FROM ${below(root)} AS gone
    WHERE NOT ${wasSeen(fileId, "group", key)} AND NOT ${wasSeen(fileId, "named", key)}`;
}

/**
 * The passes after a complete list: memberships of source xml that it does not have are removed from the groups that it names, then,
 * with `root`, groups below that one which it does not have are switched off. A group of whose members one cannot be read keeps
 * all of them.
 *
 * @param stock what there was before the file
 */
export function completePasses(list: CompleteList, file: XmlFile, stock: Stock): Pass<unknown, GroupCount>[] {
  const { root } = file.options;
  return [
    (position: ListPosition | null) => removeUnlisted(list, file, stock, position),
    ...(root === null ? [] : [(position: GroupPosition | null) => deactivateUnnamed(list, file, root, position)]),
  ];
}

/** @throws {FileRefusal} `suspicious_result` when too much would go; then nothing has gone yet */
async function checkShare({ rows, maxRemovePct }: CompleteList, file: XmlFile, stock: Stock): Promise<void> {
  const { root } = file.options;
  const [members = [], groups = []] = await rows.each([
    sql`SELECT count(*) AS n ${unlisted(file.id)}`,
    root === null ? sql`SELECT 0 AS n WHERE ${thisClient} > 0` : sql`SELECT count(*) AS n ${unnamed(file.id, root)}`,
  ]);
  const refuse = (missing: number, all: number, what: string) => {
    if (missing * 100 <= all * maxRemovePct) return;
    throw new FileRefusal(
      "suspicious_result",
      `${missing} of ${all} ${what} are missing from this list, more than ${maxRemovePct} %; nothing was removed. If the list is right, raise maxRemovePct and bring it again`,
      { endsRun: true },
    );
  };
  refuse(Number(members[0]?.n ?? 0), stock.memberships, "memberships");
  refuse(Number(groups[0]?.n ?? 0), stock.groups, `groups below ${root}`);
}

interface ListPosition {
  readonly group: string;
  readonly person: number;
}

async function* removeUnlisted(
  list: CompleteList,
  file: XmlFile,
  stock: Stock,
  from: ListPosition | null,
): AsyncGenerator<Step<ListPosition, GroupCount>, void> {
  const { rows, chunkSize } = list;
  if (from === null) await checkShare(list, file, stock);
  for (let after = from ?? { group: "", person: 0 }; ; ) {
    const page = await rows.all<{
      group_key: string;
      key: string;
      group_id: number;
      person_id: number;
      person: string;
    }>(
      sql`SELECT one.key AS group_key, groups.external_id AS key, groups.id AS group_id, group_members.person_id,
        persons.external_id AS person ${unlisted(file.id)} AND one.key >= ${after.group}
          AND (one.key > ${after.group} OR group_members.person_id > ${after.person})
        ORDER BY one.key, group_members.person_id LIMIT ${chunkSize}`,
    );
    const last = page.at(-1);
    if (!last) return;
    after = { group: last.group_key, person: Number(last.person_id) };
    yield {
      units: page.map((one) => ({
        ref: rowRef(file.name, 0, `${one.person ?? one.person_id} in ${one.key}`),
        ...leave(Number(one.group_id), Number(one.person_id)),
      })),
      cursor: after,
    };
  }
}

interface GroupPosition {
  readonly after: number;
}

async function* deactivateUnnamed(
  { rows, chunkSize, now }: CompleteList,
  file: XmlFile,
  root: string,
  from: GroupPosition | null,
): AsyncGenerator<Step<GroupPosition, GroupCount>, void> {
  for (let after = from?.after ?? 0; ; ) {
    const page = await rows.all<{ id: number; external_id: string }>(
      sql`SELECT gone.id, gone.external_id ${unnamed(file.id, root)} AND gone.id > ${after} ORDER BY gone.id LIMIT ${chunkSize}`,
    );
    const last = page.at(-1);
    if (!last) return;
    after = Number(last.id);
    yield {
      units: page.map((one) => ({
        ref: rowRef(file.name, 0, one.external_id),
        writes: [deactivateGroup(Number(one.id), now)],
        counts: { groups: 1 },
      })),
      cursor: { after },
    };
  }
}
