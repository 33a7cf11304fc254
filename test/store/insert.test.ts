import { expect, test } from "vitest";
import { admins, settings } from "../../src/control/schema.ts";
import { assignments, insert, insertEach } from "../../src/store/insert.ts";
import { sql } from "../../src/store/sql.ts";
import { statement } from "../../src/store/statement.ts";

test("a row is written by the names of the schema", () => {
  const row = { key: "seats", value: "3", createdAt: 5, updatedAt: sql`max(${5}, created_at)` };
  expect(statement(insert(settings, row, sql`RETURNING id`))).toEqual({
    sql: `INSERT INTO "settings" ("key", "value", "created_at", "updated_at") VALUES (?, ?, ?, max(?, created_at)) RETURNING id`,
    args: ["seats", "3", 5, 5],
  });
});

test("an update sets by the names of the schema", () => {
  const changes = assignments(settings, { value: "4", updatedAt: sql`max(${6}, updated_at + 1)` });
  expect(statement(sql`UPDATE settings SET ${changes} WHERE id = ${2}`)).toEqual({
    sql: `UPDATE settings SET "value" = ?, "updated_at" = max(?, updated_at + 1) WHERE id = ?`,
    args: ["4", 6, 2],
  });
});

test("a row without what the table asks for, and a column that it has not, are compile errors", () => {
  // @ts-expect-error: settings have a key
  insert(settings, { value: "3", createdAt: 5, updatedAt: 5 });
  // @ts-expect-error: settings have no column `vale`
  expect(() => assignments(settings, { vale: "3" })).toThrow("no column vale");
});

test("many rows travel as JSON, under one text", () => {
  const rows = [
    { name: "Anna", email: "anna@north.example", role: "read_only" as const, active: true, createdAt: 5, updatedAt: 5 },
    { name: "Ben", email: "ben@north.example", role: "read_only" as const, active: false, createdAt: 5, updatedAt: 5 },
  ];
  const { sql: text, args } = statement(insertEach(admins, rows));
  expect(text).toMatch(
    /^INSERT INTO "admins" \("name", "email", "role", "active", "created_at", "updated_at"\) SELECT value ->> 'name', .* value ->> 'updatedAt'\s+FROM json_each\(\?\) ORDER BY key$/,
  );
  expect(args).toEqual([JSON.stringify(rows)]);
});
