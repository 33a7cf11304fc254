import { createClient } from "@libsql/client";
import { beforeAll, describe, expect, it } from "vitest";
import { historyParts } from "../../../src/control/run-history.ts";
import { controlData, personalData, type TableFacts } from "../../../src/learning/erasure/facts.ts";
import type { MigrationSet } from "../../../src/store/migrations.ts";
import { migrateAll } from "../../harness/database.ts";

type Data = Readonly<Record<string, TableFacts>>;

interface Column {
  readonly table: string;
  readonly name: string;
  readonly text: boolean;
}

let columns: Column[] = [];
let control: Column[] = [];

beforeAll(async () => {
  columns = await columnsOf(["store", "learning"]);
  control = await columnsOf(["control"]);
});

async function columnsOf(sets: readonly MigrationSet[]): Promise<Column[]> {
  const database = createClient({ url: "file::memory:", intMode: "number" });
  await migrateAll(database, sets);
  const result =
    await database.execute(`SELECT t.name AS "table", c.name, c.type FROM sqlite_master t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT GLOB 'sqlite_*' AND t.name NOT GLOB 'migrations_*' ORDER BY t.name, c.cid`);
  database.close();
  return result.rows.map((row) => ({
    table: String(row.table),
    name: String(row.name),
    text: String(row.type).toUpperCase() === "TEXT",
  }));
}

const words = (list: string | undefined) => (list ?? "").split(" ").filter(Boolean);
const named = (some: readonly Column[]) => some.map(({ table, name }) => `${table}.${name}`).sort();
const listed = (data: Data, list: (facts: TableFacts) => readonly string[]) =>
  Object.entries(data)
    .flatMap(([table, facts]) => [...new Set(list(facts))].map((column) => `${table}.${column}`))
    .sort();
const everyText = ({ personal, searched, words: own, keys, administration }: TableFacts) => [
  ...words(personal),
  ...Object.keys(searched ?? {}),
  ...words(own),
  ...words(keys),
  ...words(administration),
];
const searched = (data: Data) =>
  Object.fromEntries(
    Object.entries(data).flatMap(([table, facts]) => (facts.searched ? [[table, facts.searched]] : [])),
  );

describe("the facts about personal data are those of the database", () => {
  it("every table is known, and no other", () => {
    expect(Object.keys(personalData).sort()).toEqual([...new Set(columns.map(({ table }) => table))].sort());
    expect(Object.keys(controlData).sort()).toEqual([...new Set(control.map(({ table }) => table))].sort());
  });

  it("every column of text is known: a new one cannot be forgotten", () => {
    expect(listed(personalData, everyText)).toEqual(named(columns.filter(({ text }) => text)));
    expect(listed(controlData, everyText)).toEqual(named(control.filter(({ text }) => text)));
  });

  it("every column with the id of a person is known, and the control set has none", () => {
    const ids = (some: readonly Column[]) =>
      some.filter(({ name, text }) => !text && /person_id|supervisor|requested_by|user_id/.test(name));
    expect(listed(personalData, ({ people }) => words(people))).toEqual(named(ids(columns)));
    expect(named(ids(control))).toEqual([]);
  });

  it("a row with the id of a person has a fate in both modes", () => {
    for (const [table, { people, owner, anonymise, remove }] of Object.entries(personalData)) {
      if (!people) continue;
      const known = [owner, anonymise, remove].map((one) => one !== undefined);
      expect([table, ...known]).toEqual([table, true, true, true]);
    }
  });

  it.each(["anonymise", "remove"] as const)("the owner's own data does not stay (%s)", (mode) => {
    for (const [table, facts] of Object.entries(personalData)) {
      const fate = facts[mode];
      const cleared = typeof fate === "object" ? words(fate.clears) : [];
      const left = words(facts.personal).filter((column) => fate !== "delete" && !cleared.includes(column));
      expect(left, table).toEqual([]);
    }
  });

  it("what runs keep of themselves is cleaned in the columns that the facts name", () => {
    const cleaned = (database: "control" | "store") =>
      Object.fromEntries(
        historyParts.filter((part) => part.database === database).map((part) => [part.table, part.columns]),
      );
    expect(cleaned("control")).toEqual(searched(controlData));
    expect(searched(personalData)).toMatchObject(cleaned("store"));
    expect(Object.keys(cleaned("store")).sort()).toEqual(["checkpoints", "effects", "failures"]);
  });
});
