import type { SQL } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { sql } from "../../store/sql.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { bindings } from "./bindings.ts";
import type { ErasedKeys } from "./erased-key.ts";
import type { Binding, Fate } from "./facts.ts";
import { type DeletionMode, type ErasedPerson, stillDue } from "./person.ts";

/** Where the rows of a person go on: behind this row of this binding. */
export interface RowPosition {
  /** Index in {@link bindings}. */
  readonly binding: number;
  /** Row id. */
  readonly after: number;
}

export const ROWS_START: RowPosition = { binding: 0, after: 0 };

/** What an erasure works with. */
export interface Erasure {
  readonly person: ErasedPerson;
  readonly mode: DeletionMode;
  /** Due is whose day of deletion is before this one. */
  readonly cutoff: Day;
  /** Instant in ms. */
  readonly now: number;
}

/** The next rows of a person: what is written, and where to go on; `next` null: that was all. */
export interface ErasedRows {
  readonly writes: readonly SQL[];
  readonly next: RowPosition | null;
}

/**
 * Reads which rows are bound to a person, `limit` of them, in one round trip, and makes the statements that deal with them. Each
 * write asks once more whether the person is due. In a dry run it comes to its end too, since it goes on behind what it has read.
 *
 * @param limit rows, at least 1
 */
export async function nextRows(
  rows: ClientRows,
  keys: ErasedKeys,
  erasure: Erasure,
  from: RowPosition,
  limit: number,
): Promise<ErasedRows> {
  const waiting = bindings.flatMap((binding, index) => {
    if (index < from.binding || isLeftAlone(binding, erasure.mode)) return [];
    const condition = binding.rows(erasure.person);
    if (!condition) return [];
    return [{ binding, index, query: selectBound(binding, condition, index === from.binding ? from.after : 0, limit) }];
  });
  if (waiting.length === 0) return { writes: [], next: null };
  const found = await rows.each(waiting.map(({ query }) => query));
  const writes: SQL[] = [];
  let left = limit;
  for (const [at, { binding, index }] of waiting.entries()) {
    const all = found[at] ?? [];
    const taken = all.slice(0, left);
    if (taken.length > 0) writes.push(...(await writesFor(binding, erasure, taken, keys)));
    left -= taken.length;
    // What a later binding finds through these rows is dealt with only when they all are.
    const last = taken.at(-1);
    if (all.length === limit || taken.length < all.length)
      return {
        writes,
        next: { binding: index, after: last ? Number(last.id) : index === from.binding ? from.after : 0 },
      };
    if (left === 0) return { writes, next: { binding: index + 1, after: 0 } };
  }
  return { writes, next: null };
}

function isLeftAlone(binding: Binding, mode: DeletionMode): boolean {
  return binding[mode] === "keep" && !binding.hashes && binding.indexed !== "registration";
}

/** The statement that finds the rows of a binding behind a row id, in their order: `id`, and `key`, the value of a column that is to be hashed. */
export function selectBound(binding: Binding, condition: SQL, after: number, limit: number): SQL {
  const { table, hashes, byId } = binding;
  const key = hashes ? sql`, ${sql.identifier(hashes)} AS key` : sql``;
  return sql`SELECT rowid AS id${key} FROM ${sql.identifier(table)}
    WHERE ${byId ? sql`+` : sql``}client_id = ${thisClient} AND (${condition}) AND rowid > ${after} ORDER BY rowid LIMIT ${limit}`;
}

async function writesFor(
  binding: Binding,
  { person, mode, cutoff, now }: Erasure,
  found: readonly Readonly<Record<string, unknown>>[],
  keys: ErasedKeys,
): Promise<SQL[]> {
  const fate: Fate = binding[mode];
  const { table, hashes, audited, indexed, beforeRemoval } = binding;
  const due = stillDue(person.id, cutoff);
  const ids = sql`(SELECT value FROM json_each(${JSON.stringify(found.map(({ id }) => Number(id)))}))`;
  const these = sql`client_id = ${thisClient} AND rowid IN ${ids} AND ${due}`;
  const writes: SQL[] = [];
  if (fate === "delete" && mode === "remove" && beforeRemoval) writes.push(beforeRemoval(sql`${ids} AND ${due}`, now));
  if (indexed)
    writes.push(sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
      SELECT ${thisClient}, ${indexed}, value, ${fate === "delete" ? "delete" : "upsert"}, ${now} FROM ${ids} WHERE ${due}`);
  if (audited && fate !== "keep")
    writes.push(sql`INSERT INTO audit_log (client_id, run_id, person_id, entity, entity_id, action, at)
      SELECT ${thisClient}, ${thisRun}, NULL, ${audited}, value, ${fate === "delete" ? "delete" : "remove_person"}, ${now} FROM ${ids} WHERE ${due}`);
  if (fate === "delete") writes.push(sql`DELETE FROM ${sql.identifier(table)} WHERE ${these}`);
  else if (fate !== "keep")
    writes.push(sql`UPDATE ${sql.identifier(table)} SET ${fate.set(person, now)} WHERE ${these}`);
  else if (hashes) writes.push(...(await hashedWrites(table, hashes, person, due, found, keys)));
  return writes;
}

/** One statement for the rows that hold a key of the person, none where no row does. */
async function hashedWrites(
  table: string,
  column: string,
  person: ErasedPerson,
  due: SQL,
  found: readonly Readonly<Record<string, unknown>>[],
  keys: ErasedKeys,
): Promise<SQL[]> {
  const holding = found.filter(({ key }) => typeof key === "string" && holdsKey(key, person));
  if (holding.length === 0) return [];
  const hashed: { id: number; hash: string }[] = [];
  for (const { id, key } of holding)
    hashed.push({ id: Number(id), hash: await keys.hash("reference", `${table}\n${String(key)}`) });
  const name = sql.identifier(column);
  return [
    sql`UPDATE ${sql.identifier(table)} SET ${name} = changed.value ->> 'hash' FROM json_each(${JSON.stringify(hashed)}) AS changed
      WHERE client_id = ${thisClient} AND ${sql.identifier(table)}.rowid = changed.value ->> 'id' AND ${due}`,
  ];
}

/** Whether one of the parts of a reference of ours is a key of the person: `C-1|P-17|2026-01-01`. */
export function holdsKey(reference: string, { externalId, username, usernameKey }: ErasedPerson): boolean {
  const parts = [reference, ...reference.split(/[|:/]/)].map((part) => part.trim());
  return parts.some((part) => part !== "" && (part === externalId || part === username || part === usernameKey));
}
