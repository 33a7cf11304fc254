import { beforeEach, describe, expect, it } from "vitest";
import { components } from "../../../src/learning/schema.ts";
import { RunFailure, type Step, type Unit, type Write } from "../../../src/processors/contract.ts";
import { type AfterId, type ChangeRows, changeRows } from "../../../src/processors/patterns/change-rows.ts";
import type { Database } from "../../../src/store/database.ts";
import { clientRows } from "../../../src/store/rows.ts";
import { select } from "../../../src/store/select.ts";
import { sql } from "../../../src/store/sql.ts";
import { thisClient } from "../../../src/store/statement.ts";
import { freshFileDatabase } from "../../harness/database/file-database.ts";
import { writeUnits } from "../../harness/runner/units.ts";
import { insert } from "../../learning/rows.ts";

let database: Database;
beforeEach(async () => {
  database = await freshFileDatabase(["store", "learning"]);
  await insert(database, "components", ...[1, 2, 3, 4, 5].map((id) => ({ id })), { id: 6, client_id: 2 });
});

interface Course {
  readonly id: number;
}
type Count = "completed" | "odd";
type Change = ChangeRows<Course, Count>["change"];

const complete = (id: number): Write<Count> => ({
  write: sql`UPDATE components SET planning_status = 'completed' WHERE client_id = ${thisClient} AND id = ${id}
    AND planning_status = 'released'`,
  count: "completed",
});
/** The steps of a run that is never written: the rows stay as they are, as in a dry run. */
const stepsFrom = (cursor: AfterId | null, change: Change, chunkSize = 2): Promise<Step<AfterId, Count>[]> =>
  Array.fromAsync(
    changeRows<Course, Count>(
      { rows: clientRows(database, 1, 7), cursor, parameters: { chunkSize } },
      {
        entity: "course",
        find: (after, limit) =>
          select(components, ["id"], sql`WHERE client_id = ${thisClient} AND id > ${after} ORDER BY id LIMIT ${limit}`),
        change,
      },
    ),
  );
const unitsOf = (steps: readonly Step<AfterId, Count>[]): Unit<Count>[] =>
  steps.flatMap(({ units }) => [...(units ?? [])]);
const write = async (change: Change) => writeUnits(database, unitsOf(await stepsFrom(null, change)));

describe("rows that are changed one by one", () => {
  it("are a unit each, a page in a step, and the client's own", async () => {
    const steps = await stepsFrom(null, ({ id }) => [complete(id)]);
    expect(steps.map(({ units, cursor }) => [units?.map(({ ref }) => ref), cursor])).toEqual([
      [["course:1", "course:2"], { after: 2 }],
      [["course:3", "course:4"], { after: 4 }],
      [["course:5"], { after: 5 }],
    ]);
    expect((await writeUnits(database, unitsOf(steps))).counts).toEqual({ scanned: 5, changed: 5, completed: 5 });
  });

  it("are gone through from each cursor as if there had been no interruption", async () => {
    const cursors = (steps: readonly Step<AfterId, Count>[]) => steps.map(({ cursor }) => cursor);
    const whole = cursors(await stepsFrom(null, ({ id }) => [complete(id)]));
    for (const [index, cursor] of whole.entries()) {
      expect(cursors(await stepsFrom(cursor, ({ id }) => [complete(id)]))).toEqual(whole.slice(index + 1));
    }
  });

  it("come to an end where nothing is changed by it, as in a dry run", async () => {
    expect(await stepsFrom(null, () => [], 1)).toHaveLength(5);
    expect(await stepsFrom({ after: 5 }, () => [], 1)).toEqual([]);
  });

  it("are not counted where they are not this run's, and the cursor goes on behind them", async () => {
    const steps = await stepsFrom(null, ({ id }) => (id < 4 ? null : [complete(id)]));
    expect(steps.map(({ units, cursor }) => [units?.length, cursor?.after])).toEqual([
      [0, 2],
      [1, 4],
      [1, 5],
    ]);
    expect((await writeUnits(database, unitsOf(steps))).counts).toEqual({ scanned: 2, changed: 2, completed: 2 });
  });

  it("can have counts and a failure of their own", async () => {
    const { counts, failures } = await write(({ id }) => {
      if (id === 1) return { writes: [], counts: { odd: 1 } };
      return id === 2 ? { writes: [], failure: { code: "course_full", message: "No place is left" } } : [complete(id)];
    });
    expect(counts).toEqual({ scanned: 5, changed: 3, completed: 3, skipped: 1, odd: 1, failed: 1 });
    expect(failures).toEqual([
      { ref: "course:2", code: "course_full", message: "No place is left", unexpected: false },
    ]);
  });

  it.each<[string, Change]>([
    [
      "at once",
      ({ id }) => {
        if (id === 3) throw new Error("Unknown zone");
        return [complete(id)];
      },
    ],
    ["later", async ({ id }) => (id === 3 ? Promise.reject(new Error("Unknown zone")) : [complete(id)])],
  ])(
    "fail by themselves: a throw %s is that row's unexpected failure, and the others are changed",
    async (_, change) => {
      const { counts, failures } = await write(change);
      expect(failures).toEqual([{ ref: "course:3", code: "row_error", message: "Unknown zone", unexpected: true }]);
      expect(counts).toEqual({ scanned: 5, changed: 4, completed: 4, failed: 1 });
    },
  );

  it("do not take the run's own failures for a row's", async () => {
    const failing = stepsFrom(null, () => {
      throw new RunFailure("invalid_configuration", "The host is missing");
    });
    await expect(failing).rejects.toMatchObject({ code: "invalid_configuration" });
  });
});
