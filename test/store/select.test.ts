import { expect, expectTypeOf, test } from "vitest";
import { components, persons } from "../../src/learning/schema.ts";
import { columns, type RowOf, select } from "../../src/store/select.ts";
import { sql } from "../../src/store/sql.ts";
import { statement } from "../../src/store/statement.ts";

test("the statement and the row's type come from the schema", () => {
  const courses = select(components, ["id", "endAt", "dateDependent"], sql`WHERE client_id = ${7}`);
  expectTypeOf<RowOf<typeof courses>>().toEqualTypeOf<{
    readonly id: number;
    readonly endAt: number | null;
    readonly dateDependent: 0 | 1;
  }>();
  expect(statement(courses)).toEqual({
    sql: `SELECT "components"."id", "components"."end_at" AS "endAt", "components"."date_dependent" AS "dateDependent" FROM "components" WHERE client_id = ?`,
    args: [7],
  });
});

test("a join names its tables", () => {
  const query = sql`SELECT ${columns(persons, ["id", "timeZone"], "person")} FROM persons AS person`;
  expect(statement(query).sql).toBe(`SELECT "person"."id", "person"."time_zone" AS "timeZone" FROM persons AS person`);
});

test("a column that the table has not is a compile error, and none when it is drawn up", () => {
  // @ts-expect-error: components have no column `ended`
  expect(() => select(components, ["ended"], sql`LIMIT 1`)).toThrow("no column ended");
});
