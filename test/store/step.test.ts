import { beforeEach, describe, expect, it } from "vitest";
import type { Database, Statement } from "../../src/store/database.ts";
import { openCheckpoint, readCheckpoint } from "../../src/store/step/checkpoint.ts";
import {
  commitStep,
  LeaseLostError,
  rehearseStep,
  type StepCommit,
  type UnitCommit,
} from "../../src/store/step/step.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";

let database: Database;
const rows = async (sql: string) => (await database.execute(sql)).rows.map((row) => Object.values(row));
const insert = (id: number, name: string): Statement => ({
  sql: "INSERT INTO things (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE name <> excluded.name",
  args: [id, name],
});
const unit = (ref: string, ...writes: Statement[]): UnitCommit => ({
  ref,
  writes: writes.map((statement) => ({ statement })),
  counts: { created: 1 },
});
const commit = (step: number, ...units: UnitCommit[]): StepCommit => ({
  runId: 1,
  lease: 1,
  step,
  units,
  cursor: String(step),
});

beforeEach(async () => {
  database = await freshFileDatabase(["store"]);
  await database.execute("CREATE TABLE things (id integer PRIMARY KEY, name text NOT NULL UNIQUE)");
  await openCheckpoint(database, { id: 1, lease: 1, cursorVersion: 1 }, 1000);
});

describe("a step", () => {
  it("writes its units, its counts and its cursor in one transaction", async () => {
    await database.execute("INSERT INTO things VALUES (1, 'same')");
    const result = await commitStep(
      database,
      commit(0, unit("a", insert(1, "same")), unit("b", insert(2, "new")), { ref: "c", writes: [] }),
    );
    expect(result.counts).toEqual({ scanned: 3, changed: 1, created: 1, skipped: 2 });
    expect(await readCheckpoint(database, 1)).toMatchObject({ step: 1, cursor: 0, counts: result.counts, now: 1000 });
    expect(await rows("SELECT count(*) FROM lease_guard")).toEqual([[0]]);
  });

  it("adds the rows that a counted write changed", async () => {
    await commitStep(database, commit(0, unit("a", insert(1, "x")), unit("b", insert(2, "y"))));
    const result = await commitStep(database, {
      ...commit(1),
      units: [
        {
          ref: "all",
          writes: [{ statement: { sql: "DELETE FROM things WHERE id > ?", args: [0] }, count: "deleted" }],
        },
      ],
    });
    expect(result.counts).toMatchObject({ deleted: 2, changed: 3 });
  });

  it("records a unit that breaks a constraint and keeps its neighbours", async () => {
    const result = await commitStep(
      database,
      commit(0, unit("a", insert(1, "x")), unit("bad", insert(2, "y"), insert(3, "x")), unit("c", insert(4, "z"))),
    );
    expect(result.counts).toMatchObject({ scanned: 3, changed: 2, failed: 1 });
    expect(await rows("SELECT id FROM things ORDER BY id")).toEqual([[1], [4]]);
    expect(await rows("SELECT ref, code FROM failures")).toEqual([["bad", "constraint"]]);
  });

  it("is refused as a whole once another owner has raised the lease", async () => {
    await openCheckpoint(database, { id: 1, lease: 2, cursorVersion: 1 }, 2000);
    await expect(commitStep(database, commit(0, unit("a", insert(1, "x"))))).rejects.toThrow(LeaseLostError);
    expect(await rows("SELECT * FROM things")).toEqual([]);
  });

  it("is not applied again when its answer was lost", async () => {
    const lossy: Database = {
      ...database,
      execute: (statement: never) => database.execute(statement),
      batch: async (statements, mode) => {
        await database.batch(statements, mode);
        throw new Error("the answer was lost");
      },
    };
    const result = await commitStep(lossy, commit(0, unit("a", insert(1, "x"))));
    expect(result.counts).toMatchObject({ changed: 1 });
    await expect(commitStep(database, commit(0, unit("b", insert(2, "y"))))).resolves.toMatchObject({
      counts: { changed: 1 },
    });
    expect(await rows("SELECT name FROM things")).toEqual([["x"]]);
  });

  it("of a run that is done is refused", async () => {
    await commitStep(database, { ...commit(0), ending: { state: "ok" } });
    await expect(commitStep(database, commit(1, unit("a", insert(1, "x"))))).rejects.toThrow();
    expect(await rows("SELECT * FROM things")).toEqual([]);
  });
});

describe("a lease", () => {
  it("is not given to an owner that comes with an older one", async () => {
    await openCheckpoint(database, { id: 1, lease: 3, cursorVersion: 1 }, 2000);
    await expect(openCheckpoint(database, { id: 1, lease: 3, cursorVersion: 1 }, 2000)).rejects.toThrow(LeaseLostError);
    expect(await readCheckpoint(database, 1)).toMatchObject({ lease: 3, now: 1000 });
  });
});

describe("a rehearsed step", () => {
  it("changes nothing but its own checkpoint, and counts as the real one would", async () => {
    const units = [unit("a", insert(1, "x")), unit("bad", insert(3, "x")), unit("c", insert(4, "z"))];
    const rehearsed = await rehearseStep(database, commit(0, ...units));
    expect(await rows("SELECT * FROM things")).toEqual([]);
    expect(await readCheckpoint(database, 1)).toMatchObject({ step: 1, cursor: 0 });
    await openCheckpoint(database, { id: 2, lease: 1, cursorVersion: 1 }, 1000);
    const real = await commitStep(database, { ...commit(0, ...units), runId: 2 });
    expect(rehearsed.counts).toEqual(real.counts);
    expect(rehearsed.failures).toEqual(real.failures);
  });
});
