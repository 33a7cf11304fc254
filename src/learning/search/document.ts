import type { SQL } from "drizzle-orm";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Cell } from "../reports/sources/column.ts";
import type { SearchIndex } from "./indexes.ts";
import { documentSources } from "./source.ts";

/** What search knows of one row. */
export interface SearchDocument {
  /** Id of the row. */
  readonly entityId: number;
  /** The person that it is about; null: no person. */
  readonly personId: number | null;
  readonly title: string;
  readonly text: string;
  readonly locale: string | null;
  /** Ids of the person's groups. */
  readonly groups: readonly number[];
  /** Anybody may see it. */
  readonly isPublic: boolean;
  /** When the row was last written, ms. */
  readonly updatedAt: number;
  /** A report's columns, by name; none in an index of kind `search`. */
  readonly columns: Readonly<Record<string, Cell>>;
}

/** A row as {@link selectDocuments} reads it: nothing of it is checked yet. */
export interface DocumentRow {
  readonly id: number;
  readonly personId: unknown;
  readonly title: unknown;
  readonly text: unknown;
  readonly locale: unknown;
  readonly groups: unknown;
  readonly isPublic: unknown;
  readonly updatedAt: unknown;
  readonly columns: unknown;
}

/** Characters of a title and of the other text; what is longer is cut, so that a document always fits into a request. */
const LONGEST_TITLE = 500;
const LONGEST_TEXT = 20_000;

/** Which rows of an entity: a page in the order of their ids, or those with some ids. */
export type Which = { readonly after: number; readonly limit: number } | { readonly ids: readonly number[] };

/** Rows of an index's entity, in the order of their ids, with what a document of each says. */
export function selectDocuments(
  { kind, entity }: Pick<SearchIndex, "kind" | "entity">,
  which: Which,
): SQL<DocumentRow> {
  const { from, where, person, title, text, locale, isPublic, report } = documentSources[entity];
  const words = sql.join(
    text.map((part) => sql`coalesce(${part} || ' ', '')`),
    sql` || `,
  );
  const shown = kind === "search" || report === null ? [] : Object.entries(report.columns);
  const columns = sql.join(
    shown.flatMap(([name, { value }]) => [sql.raw(`'${name}'`), value]),
    sql`, `,
  );
  const chosen =
    "ids" in which
      ? sql`row.id IN ${among(which.ids)} AND +row.client_id = ${thisClient}`
      : sql`row.client_id = ${thisClient} AND row.id > ${which.after}`;
  return sql<DocumentRow>`SELECT row.id AS id, ${person} AS "personId", ${title} AS title, substr(trim(${words}), 1, ${LONGEST_TEXT}) AS text,
      ${locale} AS locale, ${isPublic} AS "isPublic", row.updated_at AS "updatedAt", json_object(${columns}) AS columns,
      (SELECT json_group_array(member.group_id) FROM (SELECT DISTINCT group_id FROM group_members AS own
        WHERE own.client_id = ${thisClient} AND own.person_id = ${person} ORDER BY group_id) AS member) AS groups
    FROM ${from} WHERE ${chosen} AND ${where}
    ORDER BY row.id ${"ids" in which ? sql`` : sql`LIMIT ${which.limit}`}`;
}

/** @throws {TypeError} for a row that holds something other than what its columns are for */
export function toDocument(row: DocumentRow): SearchDocument {
  const text = (name: "title" | "text" | "columns" | "groups") => {
    const value = row[name];
    if (typeof value !== "string") throw new TypeError(`${name} is no text`);
    return value;
  };
  return {
    entityId: row.id,
    personId: row.personId === null ? null : Number(row.personId),
    title: text("title").slice(0, LONGEST_TITLE),
    text: text("text"),
    locale: typeof row.locale === "string" ? row.locale : null,
    groups: JSON.parse(text("groups")) as number[],
    isPublic: row.isPublic === 1,
    updatedAt: Number(row.updatedAt),
    columns: JSON.parse(text("columns")) as Record<string, Cell>,
  };
}
