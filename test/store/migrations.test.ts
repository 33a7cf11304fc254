import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { readMigrations, renderBundle } from "../../drizzle/bundle.ts";
import { bundles } from "../../drizzle/bundles.ts";
import { type Migration, MigrationError, migrate, migrationSets } from "../../src/store/migrations.ts";
import { emptyDatabase } from "../harness/database.ts";

const root = new URL("../..", import.meta.url).pathname;
const run = promisify(execFile);

async function database() {
  const created = await emptyDatabase();
  onTestFinished(() => created.drop());
  return created;
}

const two: Migration[] = [
  { name: "0000_first", statements: ["CREATE TABLE one (id integer PRIMARY KEY NOT NULL)"] },
  {
    name: "0001_second",
    statements: ["CREATE TABLE two (id integer PRIMARY KEY NOT NULL)", "INSERT INTO two VALUES (1)"],
  },
];

describe.each(migrationSets)("the bundle of set %s", (set) => {
  it("equals the SQL files that drizzle-kit wrote", async () => {
    const migrations = await readMigrations(set);
    expect(bundles[set]).toEqual(migrations);
    expect(await readFile(join(root, "drizzle", set, "migrations.ts"), "utf8")).toBe(renderBundle(set, migrations));
  });

  it("is complete: drizzle-kit finds nothing new in the schema", async () => {
    const folder = await mkdtemp(join(tmpdir(), "minutehand-drizzle-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cp(join(root, "drizzle", set), folder, { recursive: true });
    const before = await readdir(folder);
    const kit = join(root, "node_modules/drizzle-kit/bin.cjs");
    // drizzle-kit takes `out` relative to the working directory only.
    const out = relative(root, folder);
    const args = ["generate", "--dialect", "sqlite", "--schema", `./src/${set}/schema.ts`, "--out", out];
    await run(process.execPath, [kit, ...args], { cwd: root });
    expect(await readdir(folder)).toEqual(before);
  });
});

describe("migrate", () => {
  it("makes connectors of kind http of those that an earlier release called webhook", async () => {
    const target = await database();
    const later = bundles.control.findIndex(({ name }) => name.includes("http_connectors"));
    await migrate(target, "control", bundles.control.slice(0, later), 1000);
    for (const kind of ["webhook", "mail"]) {
      const columns = "client_id, kind, name, created_at, updated_at";
      await target.execute({ sql: `INSERT INTO connectors (${columns}) VALUES (1, ?, 'erp', 0, 0)`, args: [kind] });
    }
    await migrate(target, "control", bundles.control, 1000);
    const { rows } = await target.execute("SELECT kind FROM connectors ORDER BY id");
    expect(rows.map(({ kind }) => kind)).toEqual(["http", "mail"]);
  });

  it("applies all three sets to one database, each under a table of its own", async () => {
    const target = await database();
    for (const set of migrationSets) {
      const names = bundles[set].map(({ name }) => name);
      expect(await migrate(target, set, bundles[set], 1000)).toEqual(names);
      const rows = await target.execute(`SELECT name, applied_at FROM migrations_${set}`);
      expect(rows.rows.map((row) => ({ ...row }))).toEqual(names.map((name) => ({ name, applied_at: 1000 })));
    }
  });

  it("applies nothing a second time", async () => {
    const target = await database();
    await migrate(target, "control", two, 1);
    expect(await migrate(target, "control", two, 2)).toEqual([]);
    expect((await target.execute("SELECT * FROM two")).rows).toHaveLength(1);
  });

  it("applies only what is new", async () => {
    const target = await database();
    await migrate(target, "control", two.slice(0, 1), 1);
    expect(await migrate(target, "control", two, 2)).toEqual(["0001_second"]);
  });

  it("applies each migration once when several start at the same moment", async () => {
    const target = await database();
    const starters = Array.from({ length: 5 }, (_, index) => migrate(target.connect(), "control", two, index));
    const applied = (await Promise.all(starters)).flat();
    expect(applied.toSorted()).toEqual(["0000_first", "0001_second"]);
    expect((await target.execute("SELECT * FROM two")).rows).toHaveLength(1);
  });

  it("applies nothing of a migration that the database refuses, and names it and the statement", async () => {
    const target = await database();
    const broken = {
      name: "0002_broken",
      statements: ["CREATE TABLE three (id integer)", "CREATE TABLE one (id integer)"],
    };
    const failure = await migrate(target, "learning", [...two, broken], 1).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationError);
    expect(failure).toMatchObject({ code: "migration_failed", set: "learning", migration: "0002_broken" });
    expect(String(failure)).toContain("CREATE TABLE one");
    const tables = await target.execute(
      "SELECT name FROM sqlite_master WHERE name IN ('one', 'two', 'three') ORDER BY name",
    );
    expect(tables.rows.map((row) => row.name)).toEqual(["one", "two"]);
  });

  it("does not take a constraint that a migration's own statement breaks for another starter", async () => {
    const target = await database();
    const twice = { name: "0002_twice", statements: ["INSERT INTO two VALUES (1)"] };
    await expect(migrate(target, "control", [...two, twice], 1)).rejects.toBeInstanceOf(MigrationError);
  });

  it("leaves alone what a newer release has applied", async () => {
    const target = await database();
    await migrate(target, "control", two, 1);
    expect(await migrate(target, "control", two.slice(0, 1), 2)).toEqual([]);
  });

  it("rebuilds a table that others refer to", async () => {
    const target = await database();
    const rebuild: Migration[] = [
      {
        name: "0000_first",
        statements: [
          "CREATE TABLE parent (id integer PRIMARY KEY NOT NULL)",
          "CREATE TABLE child (parent_id integer NOT NULL REFERENCES parent(id))",
          "INSERT INTO parent VALUES (1)",
          "INSERT INTO child VALUES (1)",
        ],
      },
      {
        name: "0001_rebuilt",
        statements: [
          "CREATE TABLE __new_parent (id integer PRIMARY KEY NOT NULL, name text)",
          "INSERT INTO __new_parent (id) SELECT id FROM parent",
          "DROP TABLE parent",
          "ALTER TABLE __new_parent RENAME TO parent",
        ],
      },
    ];
    expect(await migrate(target, "control", rebuild, 1)).toHaveLength(2);
    expect(
      (await target.execute("SELECT count(*) AS n FROM child JOIN parent ON parent.id = parent_id")).rows[0]?.n,
    ).toBe(1);
  });
});
