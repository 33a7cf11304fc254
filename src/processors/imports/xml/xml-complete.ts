import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { rowRef } from "../../../learning/imports/problems.ts";
import { memberKeySql, wasSeen } from "../../../learning/imports/seen.ts";
import type { ClientRows } from "../../../store/rows.ts";
import { thisClient } from "../../../store/statement.ts";
import type { RunContext, Step } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { pages } from "../../patterns/pages.ts";
import { FileRefusal } from "../file/import-files.ts";
import type { GroupCount } from "./group-counts.ts";
import { type XmlFile, xmlFacts } from "./xml-file.ts";
import { deactivateGroup } from "./xml-groups.ts";
import { leave } from "./xml-members.ts";

/** What a complete list can take away, counted before anything of the file was written. */
const stock = z.strictObject({
  /** All of the client's memberships of source xml. */
  memberships: z.int(),
  /** Active groups of source xml below `root`; 0 without it. */
  groups: z.int(),
});
type Stock = z.output<typeof stock>;

/** What pass 0 finds out about a file of groups; a delta has no stock. */
export const groupFacts = z.strictObject({ ...xmlFacts.shape, stock: stock.nullable() });
export type GroupFacts = z.output<typeof groupFacts>;

/** What the passes need of their run. */
type ListContext = RunContext<{ readonly maxRemovePct: number }>;

/** Groups that stand deeper below `root` than this are not looked at; no import makes them. */
const DEEPEST_BELOW = 200;

/**
 * The active groups of source xml below `root`: `id`, `external_id`. The joins are CROSS JOINs, which SQLite takes in their order: it would
 * read all of the client's groups for each one below the root.
 */
function below(root: string): SQL {
  return sql`(WITH RECURSIVE below(id, depth) AS (
      SELECT id, 0 FROM groups WHERE client_id = ${thisClient} AND source = 'xml' AND external_id = ${root}
      UNION SELECT groups.id, depth + 1 FROM below CROSS JOIN groups ON groups.client_id = ${thisClient} AND groups.parent_id = below.id
        WHERE depth < ${DEEPEST_BELOW})
    SELECT DISTINCT groups.id, groups.external_id FROM below CROSS JOIN groups ON groups.id = below.id
    WHERE groups.client_id = ${thisClient} AND below.depth > 0 AND groups.source = 'xml' AND groups.active = 1
      AND groups.external_id <> ${root})`;
}

/** Counts what a complete list can take away. */
export async function readStock(rows: ClientRows, { options }: XmlFile): Promise<Stock> {
  const [memberships, groups] = await rows.each([
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

/** @throws {FileRefusal} `suspicious_result` when too much would go; then nothing has gone yet */
async function checkShare({ rows, parameters }: ListContext, file: XmlFile, all: Stock): Promise<void> {
  const { maxRemovePct } = parameters;
  const { root } = file.options;
  const [members, groups] = await rows.each([
    sql`SELECT count(*) AS n ${unlisted(file.id)}`,
    root === null ? sql`SELECT 0 AS n WHERE ${thisClient} > 0` : sql`SELECT count(*) AS n ${unnamed(file.id, root)}`,
  ]);
  const refuse = (missing: number, present: number, what: string) => {
    if (missing * 100 <= present * maxRemovePct) return;
    throw new FileRefusal(
      "suspicious_result",
      `${missing} of ${present} ${what} are missing from this list, more than ${maxRemovePct} %; nothing was removed. If the list is right, raise maxRemovePct and bring it again`,
      { endsRun: true },
    );
  };
  refuse(Number(members[0]?.n ?? 0), all.memberships, "memberships");
  refuse(Number(groups[0]?.n ?? 0), all.groups, `groups below ${root}`);
}

/** A place among the memberships: key of `import_seen` of the group, id of the person. */
export const listPosition = z.strictObject({ group: z.string(), person: z.int() });
type ListPosition = z.output<typeof listPosition>;

/**
 * After a complete list: memberships of source xml that it does not have are removed from the groups that it names. A group of
 * whose members one cannot be read keeps all of them.
 *
 * @param all what there was before the file; null: it is a delta
 */
export async function* removeUnlisted(
  context: ListContext,
  file: XmlFile,
  all: Stock | null,
  from: ListPosition | null,
): AsyncGenerator<Step<ListPosition, GroupCount>, void> {
  if (all === null) return;
  const { rows, parameters } = context;
  if (from === null) await checkShare(context, file, all);
  const read = ({ group, person }: ListPosition) =>
    rows.all<{ groupKey: string; groupId: number; key: string; personId: number; person: string | null }>(
      sql`SELECT one.key AS groupKey, groups.id AS groupId, groups.external_id AS key, group_members.person_id AS personId,
        persons.external_id AS person ${unlisted(file.id)} AND one.key >= ${group}
          AND (one.key > ${group} OR group_members.person_id > ${person})
        ORDER BY one.key, group_members.person_id LIMIT ${parameters.chunkSize}`,
    );
  const start: ListPosition = { group: "", person: 0 };
  const placeOf = (one: { readonly groupKey: string; readonly personId: number }) => ({
    group: one.groupKey,
    person: one.personId,
  });
  for await (const page of pages(from ?? start, read, placeOf)) {
    const units = page.rows.map((one) => ({
      ref: rowRef(file.name, 0, `${one.person ?? one.personId} in ${one.key}`),
      writes: [leave(one.groupId, one.personId)],
    }));
    yield { units, cursor: page.after };
  }
}

/** After a complete list with `root`: groups below that one which it does not have are switched off. Parameters as above. */
export async function* deactivateUnnamed(
  { rows, now, parameters }: ListContext,
  file: XmlFile,
  all: Stock | null,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, GroupCount>, void> {
  const { root } = file.options;
  if (all === null || root === null) return;
  const read = (after: number) =>
    rows.all<{ id: number; externalId: string }>(
      sql`SELECT gone.id, gone.external_id AS externalId ${unnamed(file.id, root)} AND gone.id > ${after}
        ORDER BY gone.id LIMIT ${parameters.chunkSize}`,
    );
  for await (const page of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const units = page.rows.map(({ id, externalId }) => ({
      ref: rowRef(file.name, 0, externalId),
      writes: [deactivateGroup(id, now)],
    }));
    yield { units, cursor: { after: page.after } };
  }
}
