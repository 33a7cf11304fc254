import { beforeEach, describe, expect, it } from "vitest";
import { readRun, startRuns } from "../../src/control/runs/runs.ts";
import { claimRun } from "../../src/runner/control/claims.ts";
import { PERMIT_MS, permitRequest, takePermit } from "../../src/runner/control/permits.ts";
import { beat } from "../../src/runner/control/progress.ts";
import type { Database } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { addClient } from "../harness/runner/runner.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");
let database: Database;

beforeEach(async () => {
  database = await freshFileDatabase();
  for (const key of ["north", "south", "west"]) await addClient(database as never, key);
});

/** A heavy run of a client at work, as its owner sees it. */
async function atWork(clientId: number) {
  const start = { jobId: 1, processor: "Work", jobName: "Work", load: "heavy", parameters: {}, clientId } as const;
  const more = { nodeId: "", timeZone: "UTC", asOf: null, dryRun: false, requestedBy: "test" };
  const [id] = await startRuns(database, [{ ...start, ...more }], NOON);
  const queued = await readRun(database, id as number);
  const processor = { store: "learning" } as const;
  const claimed = queued && (await claimRun(database, queued, processor, "test", NOON));
  if (!claimed) throw new Error("The run was not claimed");
  return claimed.run;
}
const take = (run: { id: number; clientId: number }, now: number) =>
  takePermit(database, permitRequest(run, null), now);

/** Who holds a permit that has not run out. */
async function holders(now: number): Promise<number[]> {
  const result = await database.execute({
    sql: "SELECT run_id FROM heavy_permits WHERE expires_at > ? ORDER BY run_id",
    args: [now],
  });
  return result.rows.map((row) => Number(row.run_id));
}

describe("a permit that ran out and went to another run", () => {
  // A process that is frozen between reading its clock and sending what it read.
  it("is not prolonged by an owner that stood still and believes it is earlier", async () => {
    const [first, second, third] = [await atWork(1), await atWork(2), await atWork(3)];
    expect(await take(first, NOON)).toBe(true);
    const early = NOON + PERMIT_MS - 1000;
    expect(await take(second, early)).toBe(true);
    const late = NOON + PERMIT_MS + 1000;
    expect(await take(third, late)).toBe(true);

    expect(await take(first, early)).toBe(false);
    const report = { counts: {}, progress: { done: 0, total: null }, log: [] };
    expect(await beat(database, first, report, early)).toMatchObject({ permitted: false });
    expect(await holders(late)).toEqual([second.id, third.id]);
  });
});

it("A lower setting holds for runs at work too: those that are too many give way at their next sign of life", async () => {
  const [first, second] = [await atWork(1), await atWork(2)];
  expect([await take(first, NOON), await take(second, NOON)]).toEqual([true, true]);
  await database.execute(
    "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'maxConcurrentHeavyRuns', '1', 0, 0)",
  );
  const report = { counts: {}, progress: { done: 0, total: null }, log: [] };
  expect(await beat(database, first, report, NOON + 5000)).toMatchObject({ permitted: false });
  const later = NOON + PERMIT_MS + 1;
  expect([await take(first, later), await take(second, later)]).toEqual([true, false]);
});
