import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { readState, writeState } from "../../store/state.ts";
import { thisClient } from "../../store/statement.ts";

/**
 * New content (handbook, catalogue: WhatsNew). A row that people have not been told of has no `announced_run_id`. It gets the number of a
 * batch, which is that of the run that began it; 0 stands for "not told".
 */

const PROCESSOR = "WhatsNew";
const OPEN_BATCH = "openBatch";

/** Where new content stands. */
const tables = { item: "syllabus_items", catalogue: "catalogue_items" } as const;
export const newContentKinds = ["item", "catalogue"] as const;
export type NewContentKind = (typeof newContentKinds)[number];

/** A position in the order in which new content is read: items by component, then the catalogue. */
export interface NewContentPosition {
  readonly kind: NewContentKind;
  /** 0 in the catalogue. */
  readonly component: number;
  readonly id: number;
}

/** In front of all new content. */
export const FIRST_CONTENT: NewContentPosition = { kind: "item", component: 0, id: 0 };

/** The statuses of a component whose content people can see. */
const SHOWN = sql.raw("('released', 'fixed')");

/**
 * True in SQL for an item of a syllabus that can be seen now: neither it nor a folder around it is removed or hidden.
 * @param item alias of `syllabus_items`
 */
function itemSeen(item: string): SQL {
  const of = sql.raw(item);
  return sql`${of}.removed_at IS NULL AND ${of}.visible = 1 AND NOT EXISTS (
    WITH RECURSIVE around(id) AS (SELECT ${of}.parent_id
      UNION SELECT folder.parent_id FROM around CROSS JOIN syllabus_items AS folder ON folder.id = around.id)
    SELECT 1 FROM around CROSS JOIN syllabus_items AS folder ON folder.id = around.id
      WHERE folder.removed_at IS NOT NULL OR folder.visible = 0)`;
}

/**
 * The same for the catalogue: the entry and the folders around it are visible, and its component, if any, is released or fixed.
 * @param entry alias of `catalogue_items`
 */
function entrySeen(entry: string): SQL {
  const of = sql.raw(entry);
  return sql`${of}.visible = 1 AND NOT EXISTS (
    WITH RECURSIVE around(id) AS (SELECT ${of}.parent_id
      UNION SELECT folder.parent_id FROM around CROSS JOIN catalogue_items AS folder ON folder.id = around.id)
    SELECT 1 FROM around CROSS JOIN catalogue_items AS folder ON folder.id = around.id WHERE folder.visible = 0)
    AND (${of}.component_id IS NULL OR EXISTS (SELECT 1 FROM components AS sold
      WHERE sold.id = ${of}.component_id AND sold.client_id = ${of}.client_id AND sold.planning_status IN ${SHOWN}))`;
}

/** Which new content is meant, by when it was added (ms): before an instant, or from one on. */
export type Added = { readonly before: number } | { readonly since: number };

/** Content behind a position that no person was told of and that can be seen now, in the order of {@link NewContentPosition}. */
export function newContent(added: Added, after: NewContentPosition, limit: number): SQL<NewContentPosition> {
  const when = (table: SQL) =>
    "before" in added ? sql`${table}.added_at < ${added.before}` : sql`${table}.added_at >= ${added.since}`;
  const items = sql`SELECT * FROM (SELECT 'item' AS kind, item.component_id AS component, item.id
    FROM components AS taught CROSS JOIN syllabus_items AS item
      ON item.client_id = taught.client_id AND item.announced_run_id IS NULL AND item.component_id = taught.id
    WHERE taught.client_id = ${thisClient} AND taught.notify_on_new_content = 1 AND taught.planning_status IN ${SHOWN}
      AND taught.id >= ${after.component} AND (taught.id > ${after.component} OR item.id > ${after.id})
      AND ${when(sql`item`)} AND ${itemSeen("item")}
    ORDER BY taught.id, item.id LIMIT ${limit})`;
  const entries = sql`SELECT * FROM (SELECT 'catalogue' AS kind, 0 AS component, entry.id FROM catalogue_items AS entry
    WHERE entry.client_id = ${thisClient} AND entry.announced_run_id IS NULL AND entry.id > ${after.kind === "item" ? 0 : after.id}
      AND ${when(sql`entry`)} AND ${entrySeen("entry")}
    ORDER BY entry.id LIMIT ${limit})`;
  const parts = after.kind === "item" ? sql`${items} UNION ALL ${entries}` : entries;
  return sql`SELECT kind, component, id FROM (${parts}) ORDER BY kind = 'catalogue', component, id LIMIT ${limit}`;
}

/** Puts some new content of one kind into a batch. @param now ms */
export function announce(kind: NewContentKind, ids: readonly number[], batch: number, now: number): SQL {
  const shown = kind === "item" ? sql`removed_at IS NULL AND visible = 1` : sql`visible = 1`;
  return sql`UPDATE ${sql.raw(tables[kind])} SET announced_run_id = ${batch}, updated_at = ${now}
    WHERE id IN ${among(ids)} AND +client_id = ${thisClient} AND announced_run_id IS NULL AND ${shown}`;
}

/** The number of the batch of which not everybody was told yet; 0: there is none; null: no batch was ever made for this client. */
export async function readOpenBatch(rows: ClientRows): Promise<number | null> {
  const state = await rows.first<{ value: string }>(readState(PROCESSOR, OPEN_BATCH));
  return state ? Number(JSON.parse(state.value)) : null;
}

/** Notes it; see {@link readOpenBatch}. */
export function writeOpenBatch(batch: number): SQL {
  return writeState(PROCESSOR, OPEN_BATCH, batch);
}

/** True in SQL for an item of a batch that can still be seen. @param item alias of `syllabus_items` */
export function announcedItem(item: string, batch: number): SQL {
  return sql`${sql.raw(item)}.announced_run_id = ${batch} AND ${itemSeen(item)}`;
}

/** The same for an entry of the catalogue. @param entry alias of `catalogue_items` */
export function announcedEntry(entry: string, batch: number): SQL {
  return sql`${sql.raw(entry)}.announced_run_id = ${batch} AND ${entrySeen(entry)}`;
}
