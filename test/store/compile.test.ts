import { sql as drizzlesSql, Param, SQL, type SQLChunk } from "drizzle-orm";
import { and, asc, eq, inArray, isNull } from "drizzle-orm/sql";
import { alias, SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clients, runs } from "../../src/control/schema.ts";
import { components, persons } from "../../src/learning/schema.ts";
import { compile } from "../../src/store/compile.ts";
import { columns, select } from "../../src/store/select.ts";
import { sql } from "../../src/store/sql.ts";
import { statement, thisClient, thisIndex, thisRun } from "../../src/store/statement.ts";
import { compared, withoutTypings } from "../harness/vitest/compared-compile.ts";

const dialect = new SQLiteAsyncDialect();
const drizzles = (query: SQL) => withoutTypings(dialect.sqlToQuery(query));

const other = alias(persons, 'an"other');
const known: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    persons,
    other,
    runs,
    persons.email,
    other.timeZone,
    components.dateDependent,
    thisClient,
    thisRun,
    thisIndex,
    undefined,
    null,
    columns(persons, ["id", "email"]),
  ),
  fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.bigInt(), fc.array(fc.integer(), { maxLength: 3 })),
  fc.oneof(fc.string(), fc.constant('two"quotes"')).map((name) => sql.identifier(name)),
  fc.string().map((text) => sql.raw(text)),
  fc.boolean().map((value) => new Param(value, components.dateDependent)),
  fc.constant(new Param(thisRun, components.id)),
  fc.constant(new Param(1, { mapToDriverValue: (value: unknown) => sql`abs(${value})` })),
);
/** What the walk leaves to drizzle. */
const foreign: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    new Date(5),
    new Uint8Array([1, 2]),
    sql`${"it's"} ${7}`.inlineParams(),
    sql`${1}`.as("aliased"),
    { a: 1 },
  ),
);

function templates(leaves: fc.Arbitrary<unknown>): fc.Arbitrary<SQL> {
  const { template } = fc.letrec<{ template: SQL; chunk: unknown }>((tie) => ({
    chunk: fc.oneof({ depthSize: "small" }, leaves, tie("template"), fc.array(tie("chunk"), { maxLength: 3 })),
    template: fc.oneof(
      fc
        .tuple(
          fc.constantFrom(sql, drizzlesSql),
          fc.array(fc.string(), { minLength: 1, maxLength: 5 }),
          fc.array(tie("chunk"), { maxLength: 4 }),
        )
        .map(([tag, some, chunks]) => {
          // As a template has them: one text more than parts.
          const texts = some.slice(0, chunks.length + 1);
          return tag(Object.assign(texts, { raw: texts }), ...chunks.slice(0, texts.length - 1));
        }),
      fc
        .tuple(fc.array(tie("chunk"), { maxLength: 4 }), fc.constantFrom(undefined, sql`, `, sql` AND ${3} = `))
        .map(([chunks, separator]) => sql.join(chunks as SQLChunk[], separator)),
      fc.array(tie("chunk"), { maxLength: 3 }).map((chunks) => new SQL(chunks as SQLChunk[])),
    ),
  }));
  return template;
}

describe("a template compiles to what drizzle makes of it", () => {
  const compilesAlike = (leaves: fc.Arbitrary<unknown>) =>
    fc.assert(
      fc.property(templates(leaves), (template) => {
        expect(withoutTypings(compile(template))).toEqual(drizzles(template));
      }),
      { numRuns: 1000 },
    );

  test("however it is nested", () => {
    compilesAlike(known);
  });

  test("also where it holds what only drizzle knows", () => {
    compilesAlike(fc.oneof(known, foreign));
  });

  test.each([
    ["conditions", sql`${and(eq(persons.email, "a"), isNull(persons.id), inArray(runs.id, [1, 2, 3]))}`],
    ["an order", sql`ORDER BY ${asc(runs.dueAt)}`],
    ["a boolean of the schema", sql`${eq(components.dateDependent, true)}`],
    ["a selection", select(clients, ["id", "name"], sql`WHERE id = ${4}`)],
    ["nothing", drizzlesSql.empty()],
  ])("%s", (_, template) => {
    expect(withoutTypings(compile(template))).toEqual(drizzles(template));
  });

  test("a query builder makes its own", () => {
    expect(compile({ toSQL: () => ({ sql: "SELECT ?", params: [1] }) })).toEqual({ sql: "SELECT ?", params: [1] });
  });
});

test("every statement that a test sends is compared with drizzle's", () => {
  const { sql: text } = statement(sql`SELECT ${persons.email}, ${"compared"} FROM ${persons}`);
  expect([...compared]).toContain(text);
});
