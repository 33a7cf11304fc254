import type { SQL } from "drizzle-orm";
import type { z } from "zod";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Cell, Column } from "./column.ts";
import { allOf, type ReportScene } from "./filter.ts";

/** Where a report's rows come from. The main table is called `row` in every statement. */
export interface ReportSource<S extends z.ZodObject = z.ZodObject> {
  /** Every column that it can have, by name. */
  readonly columns: Readonly<Record<string, Column>>;
  /** What it shows unless its definition says otherwise, in order. */
  readonly defaults: readonly string[];
  readonly filters: S;
  /** The main table and what its rows are joined to, in the order in which they are to be read. */
  readonly from: SQL;
  /** SQL of the id of the person that a row is about; NULL: no person. */
  readonly person: SQL;
  /** SQL that rows are ordered by before their id when they are all people's; null: by id only. */
  readonly order: SQL | null;
  /** Conditions on a row. */
  readonly where: (filters: z.output<S>, scene: ReportScene) => readonly SQL[];
}

/** A position in a report's order. */
export interface RowPosition {
  /** Value of what rows are ordered by; 0 where that is the id. */
  readonly at: number;
  readonly id: number;
}

/** Declares a source. */
export function defineSource<S extends z.ZodObject>(source: ReportSource<S>): ReportSource {
  return source as unknown as ReportSource;
}

/** What a page of rows is read for. */
export interface RowRequest {
  readonly source: ReportSource;
  readonly columns: readonly Column[];
  readonly conditions: readonly SQL[];
  /** Only rows about these people, few enough to look each up; null: everybody, and rows about no person too. */
  readonly people: readonly number[] | null;
  readonly after: RowPosition | null;
  readonly limit: number;
}

/**
 * A page of a report's rows as one JSON text, `page`: an array of `[at, id, ...cells]`, in any order. A database's answer with a
 * value for each cell takes a client several times as long to read.
 */
export function selectRows({ source, columns, conditions, people, after, limit }: RowRequest): SQL {
  const names = columns.map((_, index) => sql.identifier(`c${index}`));
  const cells = columns.map(({ value }, index) => sql`, ${value} AS ${names[index]}`);
  // By person, the rows of a few people are found by looking each of them up.
  const order = people === null || source.order === null ? source.order : source.person;
  const about =
    people === null ? sql`1` : sql`${source.person} IN (SELECT value FROM json_each(${JSON.stringify(people)}))`;
  const compared = people === null ? order : sql`+${source.person}`;
  let behind = sql`1`;
  if (after && order === null) behind = sql`row.id > ${after.id}`;
  else if (after) behind = sql`(${compared}, row.id) > (${after.at}, ${after.id})`;
  const rows = sql`SELECT ${order ?? sql`0`} AS at, row.id AS id${sql.join(cells)} FROM ${source.from}
    WHERE row.client_id = ${thisClient} AND ${about} AND ${behind} AND ${allOf(conditions)}
    ORDER BY ${order === null ? sql`row.id` : sql`${order}, row.id`} LIMIT ${limit}`;
  const packed = sql.join([sql`at`, sql`id`, ...names], sql`, `);
  return sql`SELECT json_group_array(json_array(${packed})) AS page FROM (${rows})`;
}

/** A page's rows in their order, and where the last one stands. */
export function unpackRows(page: string): { cells: readonly (readonly Cell[])[]; last: RowPosition | null } {
  const rows = (JSON.parse(page) as (readonly Cell[])[]).toSorted(
    ([at, id], [otherAt, otherId]) => Number(at) - Number(otherAt) || Number(id) - Number(otherId),
  );
  const last = rows.at(-1);
  return {
    cells: rows.map(([, , ...cells]) => cells),
    last: last ? { at: Number(last[0]), id: Number(last[1]) } : null,
  };
}
