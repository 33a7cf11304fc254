import { type SQL, sql } from "drizzle-orm";
import type { PeopleFinder } from "../../control/traces.ts";
import { auditChange, lastAudited } from "../../store/audit.ts";
import type { ClientRows, Row } from "../../store/rows.ts";
import { thisClient } from "../../store/statement.ts";
import { indexChange } from "../index-changes.ts";
import { type Cleaning, personalData } from "./facts.ts";

/** Rows looked at in one statement, and the most that one answers: their texts are in memory. */
const WINDOW = 2000;
const AT_ONCE = 100;

/** Where the search goes on. */
export interface SearchPosition {
  /** Index in {@link searchedTables}. */
  readonly table: number;
  /** Row id of the last row that was looked at. */
  readonly after: number;
}

export const SEARCH_START: SearchPosition = { table: 0, after: 0 };

/** What runs keep of themselves has no client and is cleaned elsewhere. */
const RUN_TABLES = ["checkpoints", "effects", "failures"];

/** Tables in which a row of anybody may name a person, with the columns. */
export const searchedTables: readonly {
  readonly table: string;
  readonly columns: Readonly<Record<string, Cleaning>>;
}[] = Object.entries(personalData).flatMap(([table, { searched }]) =>
  searched && !RUN_TABLES.includes(table) ? [{ table, columns: searched }] : [],
);

/** Rows whose changes are audited (spec 0.2), and whether they stand in the search indexes. */
const entities: Readonly<Record<string, { readonly entity: string; readonly indexed: boolean }>> = {
  persons: { entity: "person", indexed: true },
  components: { entity: "component", indexed: true },
  media: { entity: "media", indexed: true },
  groups: { entity: "group", indexed: false },
  orders: { entity: "order", indexed: false },
};

/** A row that names somebody, and the writes that take that out. */
export interface Cleaned {
  /** `messages:12`. */
  readonly ref: string;
  readonly writes: readonly SQL[];
}

/**
 * Looks through one window of one table for rows that name the people of `finder`.
 *
 * @param now ms
 * @returns what to write, and where to go on; null: that was all
 */
export async function searchWindow(
  rows: ClientRows,
  finder: PeopleFinder,
  position: SearchPosition,
  now: number,
): Promise<{ readonly cleaned: readonly Cleaned[]; readonly next: SearchPosition | null }> {
  const searched = searchedTables[position.table];
  if (!searched) return { cleaned: [], next: null };
  const { table, columns } = searched;
  const names = Object.keys(columns).map((name) => sql.identifier(name));
  const text = sql.join(
    names.map((name) => sql`coalesce(${name}, '')`),
    sql` || ' ' || `,
  );
  const window = (selected: SQL) => sql`SELECT ${selected} FROM ${sql.identifier(table)}
    WHERE client_id = ${thisClient} AND rowid > ${position.after} ORDER BY rowid LIMIT ${WINDOW}`;
  const [bounds = [], found = []] = await rows.each([
    sql`SELECT max(row_key) AS until, count(*) AS rows FROM (${window(sql`rowid AS row_key`)})`,
    sql`SELECT * FROM (${window(sql`rowid AS row_key, ${sql.join(names, sql`, `)}, lower(${text}) AS searched`)})
      WHERE EXISTS (SELECT 1 FROM json_each(${JSON.stringify(finder.probes)}) WHERE instr(searched, value)) LIMIT ${AT_ONCE}`,
  ]);
  const cleaned = found.flatMap((row) => {
    const write = clean(table, columns, row, finder);
    if (!write) return [];
    return [{ ref: `${table}:${row.row_key}`, writes: [write, ...following(table, Number(row.row_key), now)] }];
  });
  const last = found.at(-1);
  const full = found.length === AT_ONCE && last ? Number(last.row_key) : null;
  const until = full ?? (Number(bounds[0]?.rows) === WINDOW ? Number(bounds[0]?.until) : null);
  if (until !== null) return { cleaned, next: { table: position.table, after: until } };
  const nextTable = position.table + 1;
  return { cleaned, next: nextTable < searchedTables.length ? { table: nextTable, after: 0 } : null };
}

/** What follows from a cleaned row. The audit does not repeat what was taken out. */
function following(table: string, id: number, now: number): SQL[] {
  const known = entities[table];
  if (!known) return [];
  const { entity, indexed } = known;
  const personId = entity === "person" ? id : null;
  const audit = auditChange({ entity, entityId: id, personId, action: "remove_traces", at: now });
  return indexed ? [audit, indexChange(entity, lastAudited, "upsert", now)] : [audit];
}

function clean(table: string, columns: Readonly<Record<string, Cleaning>>, row: Row, finder: PeopleFinder): SQL | null {
  const at = sql`client_id = ${thisClient} AND rowid = ${row.row_key ?? 0}`;
  const changes: { readonly column: string; readonly before: string; readonly after: string | null }[] = [];
  for (const [column, cleaning] of Object.entries(columns)) {
    const before = row[column];
    if (typeof before !== "string") continue;
    if (cleaning === "row") {
      if (finder.find(before.replace(/^\w+:/, "")).length === 0) continue;
      return sql`DELETE FROM ${sql.identifier(table)} WHERE ${at}`;
    }
    const after = cleanText(before, cleaning, finder, `deleted-${row.row_key}`);
    if (after !== before) changes.push({ column, before, after });
  }
  if (changes.length === 0) return null;
  const sets = changes.map(({ column, after }) => sql`${sql.identifier(column)} = ${after}`);
  const guards = changes.map(({ column, before }) => sql`${sql.identifier(column)} = ${before}`);
  return sql`UPDATE ${sql.identifier(table)} SET ${sql.join(sets, sql`, `)} WHERE ${at} AND ${sql.join(guards, sql` AND `)}`;
}

function cleanText(text: string, cleaning: Exclude<Cleaning, "row">, finder: PeopleFinder, key: string): string | null {
  switch (cleaning) {
    case "text":
      return finder.redact(text);
    case "json":
      return finder.redactJson(text);
    case "address, or NULL":
      return finder.find(text).length > 0 ? null : text;
    case "address, or blank":
      return finder.find(text).length > 0 ? "" : text;
    case "key":
      return finder.find(text).length > 0 ? key : text;
    default:
      return cleaning satisfies never;
  }
}
