import { sql } from "drizzle-orm";
import { beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { csvOptions } from "../../../../src/learning/imports/configuration.ts";
import { RowProblem } from "../../../../src/learning/imports/row.ts";
import { groups } from "../../../../src/learning/schema/people.ts";
import { defineProcessor } from "../../../../src/processors/contract.ts";
import { checkCsv, csvCheck, csvFacts } from "../../../../src/processors/imports/file/csv-file.ts";
import { type CsvRows, csvRowsPass, rowPosition } from "../../../../src/processors/imports/file/csv-rows.ts";
import { importCursor } from "../../../../src/processors/imports/file/import-cursor.ts";
import { type FileCount, importFiles } from "../../../../src/processors/imports/file/import-files.ts";
import type { PhaseWork } from "../../../../src/processors/patterns/phases.ts";
import { select } from "../../../../src/store/select.ts";
import { thisClient } from "../../../../src/store/statement.ts";
import { csv, type ImportStage, importStage } from "../stage.ts";

const schemas = { check: csvCheck, facts: csvFacts, passes: { rows: rowPosition } };
const cursor = importCursor(schemas);
const columns = { required: ["externalId", "name"], optional: [], prefixes: [] };

type NamedGroup = Pick<typeof groups.$inferSelect, "id" | "externalId" | "name">;

const groupNames: CsvRows<
  { readonly externalId: string; readonly name: string },
  ReadonlyMap<string | null, NamedGroup>,
  "named"
> = {
  key: (cells) => cells.glimpse("externalId"),
  keyName: "externalId",
  read: (cells) => ({ externalId: cells.requiredKey("externalId"), name: cells.required("name") }),
  async stored(rows, each) {
    const ids = JSON.stringify(rows.map(({ externalId }) => externalId));
    const [found] = await each([
      select(
        groups,
        ["id", "externalId", "name"],
        sql`WHERE client_id = ${thisClient} AND external_id IN (SELECT value FROM json_each(${ids}))`,
      ),
    ]);
    return new Map(found.map((group) => [group.externalId, group]));
  },
  change({ externalId, name }, stored, { note }) {
    const group = stored.get(externalId);
    if (!group) throw new RowProblem("unknown_group", "externalId: no group has it");
    if (name === name.toUpperCase()) note("shouting", "name: is in capitals");
    if (group.name === name) return [];
    const write = sql`UPDATE groups SET name = ${name} WHERE client_id = ${thisClient} AND id = ${group.id}`;
    return [{ write, count: "named", audit: { entity: "group", id: group.id, action: "update", after: { name } } }];
  },
};

/** Names groups that there are, from files of two columns. */
const GroupNames = defineProcessor<z.ZodObject, z.output<typeof cursor>, "files" | "named", string>({
  id: "GroupNames",
  group: "imports",
  title: "Name groups",
  summary: "Names groups from CSV files.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: null,
  after: [],
  dryRun: "exact",
  parameters: z.strictObject({}),
  cursor,
  counts: ["files", "named"],
  run: (context) =>
    importFiles(context, {
      kind: "group_names",
      options: csvOptions,
      schemas,
      isComplete: () => false,
      check: (file, position) => checkCsv(file, columns, position),
      passes: (file, facts): PhaseWork<typeof schemas.passes, FileCount | "named"> => ({
        rows: (position) => csvRowsPass(context, file, facts, groupNames, position),
      }),
    }),
});

let stage: ImportStage;

beforeEach(async () => {
  stage = await importStage({}, { processor: GroupNames, kind: "group_names" });
  await stage.database.execute(
    `INSERT INTO groups (client_id, external_id, name, source, created_at, updated_at) VALUES
      (1, 'A', 'Old', 'manual', 0, 0), (1, 'B', 'Same', 'manual', 0, 0), (1, 'C', 'Old', 'manual', 0, 0), (2, 'A', 'Other', 'manual', 0, 0)`,
  );
});

const names = () => stage.rows("SELECT name FROM groups ORDER BY id");

it("changes the rows of a file that differ, and tells those that fail, come twice or are warned about", async () => {
  await stage.put("a.csv", csv("externalId;name", "A;NEW", "B;Same", "X;Nobody", "C;", "A;Again", "C;Newer"));
  const outcome = await stage.run();
  expect(outcome).toMatchObject({
    state: "partial",
    counts: { scanned: 6, changed: 1, skipped: 1, failed: 4, named: 1, files: 1 },
  });
  expect(outcome.failures.map(({ ref, code }) => [ref, code])).toEqual([
    ["a.csv:4 X", "unknown_group"],
    ["a.csv:5 C", "missing_cell"],
    ["a.csv:6 A", "duplicate"],
    // The first row of a key counts, also if it failed.
    ["a.csv:7 C", "duplicate"],
  ]);
  expect(await names()).toEqual([{ name: "NEW" }, { name: "Same" }, { name: "Old" }, { name: "Other" }]);
  expect(await stage.rows("SELECT entity_id, after FROM audit_log")).toEqual([
    { entity_id: 1, after: '{"name":"NEW"}' },
  ]);
  expect(await stage.names()).toEqual(["done/a.csv", "done/a.csv.result.csv"]);
  expect(await stage.result("done/a.csv")).toEqual([
    "line;ref;result;message",
    "2;A;warning;name: is in capitals",
    "4;X;failed;externalId: no group has it",
    "5;C;failed;name: required, but empty",
    "6;A;failed;An earlier row of the file has the same externalId",
    "7;C;failed;An earlier row of the file has the same externalId",
  ]);
});

it("makes steps of chunkSize rows, goes on behind maxRows, and knows a key of an earlier step", async () => {
  await stage.put("a.csv", csv("externalId;name", "A;One", "B;Two", "A;Three", "C;Four"));
  expect((await stage.run({ chunkSize: 1, maxRows: 2 })).counts).toMatchObject({ scanned: 2, named: 2 });
  const second = await stage.run({ chunkSize: 1, maxRows: 10 });
  expect(second.counts).toMatchObject({ scanned: 2, named: 1, failed: 1, files: 1 });
  expect(second.failures).toMatchObject([{ ref: "a.csv:4 A", code: "duplicate" }]);
  expect(await names()).toEqual([{ name: "One" }, { name: "Two" }, { name: "Four" }, { name: "Other" }]);
});

it("refuses a file whose columns it does not know, whole, and takes the next one", async () => {
  await stage.put("a.csv", csv("externalId;title", "A;New"));
  await stage.put("b.csv", csv("name;externalId", "New;A"));
  const outcome = await stage.run();
  expect(outcome).toMatchObject({ state: "partial", counts: { named: 1, files: 2 } });
  expect(outcome.failures).toMatchObject([{ ref: "a.csv:1", code: "unknown_column" }]);
  expect(await stage.names()).toContain("failed/a.csv");
});

it("changes nothing and keeps nothing in a dry run, and counts what it would do", async () => {
  await stage.put("a.csv", csv("externalId;name", "A;New", "B;Same"));
  const outcome = await stage.run({}, { dryRun: true });
  expect(outcome.counts).toMatchObject({ scanned: 2, named: 1, skipped: 1 });
  expect((await names())[0]).toEqual({ name: "Old" });
  expect(await stage.rows("SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM import_seen) AS n")).toEqual([
    { n: 0 },
  ]);
});
