import { createClient } from "@libsql/client";
import { beforeAll, describe, expect, it } from "vitest";
import { clientTextTables } from "../../../src/control/clients/client-texts.ts";
import { historyParts } from "../../../src/control/runs/run-history.ts";
import { bindings } from "../../../src/learning/erasure/bindings.ts";
import type { TableFacts } from "../../../src/learning/erasure/facts.ts";
import { controlTables, storeTables } from "../../../src/learning/erasure/tables.ts";
import type { MigrationSet } from "../../../src/store/migrations.ts";
import { migrateAll } from "../../harness/database/database.ts";

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
    WHERE t.type = 'table' AND t.name NOT GLOB 'sqlite_*' AND t.name NOT GLOB 'migrations_*' AND t.name NOT GLOB 'search_words*' ORDER BY t.name, c.cid`);
  database.close();
  return result.rows.map((row) => ({
    table: String(row.table),
    name: String(row.name),
    text: String(row.type).toUpperCase() === "TEXT",
  }));
}

const words = (list: string | undefined) => (list ?? "").split(/\s+/).filter(Boolean);
const named = (some: readonly Column[]) => some.map(({ table, name }) => `${table}.${name}`).sort();
const decided = (data: Data) =>
  Object.entries(data)
    .flatMap(([table, { texts, words: own }]) => [...words(texts), ...words(own)].map((name) => `${table}.${name}`))
    .sort();
const bound = new Set(bindings.map(({ table }) => table));

describe("the table of erasures is that of the database", () => {
  it("every table is known, and no other", () => {
    expect(Object.keys(storeTables).sort()).toEqual([...new Set(columns.map(({ table }) => table))].sort());
    expect(Object.keys(controlTables).sort()).toEqual([...new Set(control.map(({ table }) => table))].sort());
  });

  it("every column of text or JSON has a decision: a new one cannot be forgotten", () => {
    expect(decided(storeTables)).toEqual(named(columns.filter(({ text }) => text)));
    expect(decided(controlTables)).toEqual(named(control.filter(({ text }) => text)));
  });

  it("every table is bound to people or says why not", () => {
    const known = Object.entries(storeTables).map(([table, { unbound }]) => [
      table,
      bound.has(table),
      unbound !== undefined,
    ]);
    for (const [table, isBound, hasReason] of known) expect([table, isBound !== hasReason]).toEqual([table, true]);
    for (const [table, { unbound }] of Object.entries(controlTables))
      expect([table, unbound]).toEqual([table, expect.any(String)]);
  });

  it("every column with the id of a person binds its row, or is emptied when people are removed", () => {
    const isPerson = ({ name, text }: Column) => !text && /person_id|supervisor|requested_by|user_id/.test(name);
    // A step fills `touched` and empties it within one transaction.
    for (const column of columns.filter((one) => isPerson(one) && one.table !== "touched")) {
      const ways = bindings.filter(({ table, by }) => table === column.table && by === column.name);
      expect([`${column.table}.${column.name}`, ways.length]).toEqual([`${column.table}.${column.name}`, 1]);
    }
    expect(named(control.filter(isPerson))).toEqual([]);
  });

  it("every foreign key to a person is let go before the person's own row", async () => {
    const database = createClient({ url: "file::memory:", intMode: "number" });
    await migrateAll(database, ["store", "learning"]);
    const keys =
      await database.execute(`SELECT t.name AS "table", f."from" AS name FROM sqlite_master t, pragma_foreign_key_list(t.name) f
      WHERE t.type = 'table' AND f."table" = 'persons'`);
    database.close();
    const held = bindings.filter(({ holdsPerson }) => holdsPerson).map(({ table, by }) => `${table}.${by}`);
    expect(held.sort()).toEqual(keys.rows.map((row) => `${row.table}.${row.name}`).sort());
  });

  it.each(["anonymise", "remove"] as const)("no text of a bound row stays (%s)", (mode) => {
    for (const { table, by, hashes, ...fates } of bindings) {
      // References from rows of others: only the reference goes.
      if (table === "persons") continue;
      const fate = fates[mode];
      if (fate === "delete") continue;
      const cleared = fate === "keep" ? [] : words(fate.clears);
      const left = words(storeTables[table]?.texts).filter((column) => !cleared.includes(column) && column !== hashes);
      // Whom a message tells about is not whose address it has.
      const others = by === "about_person_id" ? ["to_address", "provider_message_id"] : [];
      expect([table, by, left]).toEqual([table, by, others]);
    }
  });

  it("what runs have written is known to the history, and the texts of the configuration to the look for mentions", () => {
    const ofRuns = (data: Data) =>
      Object.entries(data).flatMap(([table, { unbound }]) => (unbound?.startsWith("of runs") ? [table] : []));
    const cleaned = historyParts.map(({ table }) => table);
    expect([...ofRuns(storeTables), ...ofRuns(controlTables)].sort()).toEqual([...cleaned, "checkpoints"].sort());
    const searched = Object.fromEntries(clientTextTables.map(({ table, columns: some }) => [table, [...some].sort()]));
    const texts = Object.entries(controlTables).flatMap(([table, facts]) =>
      facts.texts ? [[table, words(facts.texts).sort()] as const] : [],
    );
    expect(searched).toEqual(Object.fromEntries(texts));
  });
});
