import { beforeEach, describe, expect, it } from "vitest";
import { createJob } from "../../src/administration/jobs/jobs.ts";
import { BACKFILL_CAP, backfillJob } from "../../src/administration/starts/backfill.ts";
import { listChanges } from "../../src/control/audit-trail.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import type { Processor } from "../../src/processors/contract.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../src/store/database.ts";
import { sql } from "../../src/store/sql.ts";
import { thisClient } from "../../src/store/statement.ts";
import { VirtualClock } from "../harness/clock.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient } from "../harness/runner/runner.ts";
import { drive } from "../scheduler/drive.ts";

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.parse("2026-03-10T12:00:00Z");
const BY = "ada@example.com";

let database: Database;
let clock: VirtualClock;
let takes: number;

/** Writes the day it worked on into the client's course. */
const Work: Processor = {
  ...completing({ id: "Work" }),
  async *run({ today, cursor }) {
    if (cursor) return undefined;
    await clock.sleepUntil(clock.now() + takes);
    yield {
      units: [
        {
          ref: "course",
          writes: [sql`UPDATE components SET title = title || ${`${today} `} WHERE client_id = ${thisClient}`],
        },
      ],
      cursor: {},
    };
    return undefined;
  },
};
const catalogue = createCatalogue([Work]);

beforeEach(async () => {
  database = await freshFileDatabase();
  clock = new VirtualClock(NOON);
  takes = 2 * SECOND;
  await addClient(database as never, "north", "Europe/Berlin");
  await addClient(database as never, "south", "America/Sao_Paulo");
  await database.batch(
    [1, 2].map((clientId) => ({
      sql: "INSERT INTO components (client_id, kind, title, created_at, updated_at) VALUES (?, 'course', '', 0, 0)",
      args: [clientId],
    })),
    "write",
  );
});

const job = async (input: Record<string, unknown> = {}) => {
  const saved = await createJob(
    { control: database, catalogue },
    { name: "Job", processor: "Work", clientId: 1, cron: "0 0 1 * * ?", ...input },
    BY,
    NOON - 30 * DAY,
  );
  // Its ticks came: nothing lies behind.
  await database.execute({
    sql: "UPDATE triggers SET next_fire_at = ? WHERE next_fire_at < ?",
    args: [NOON + 13 * HOUR, NOON],
  });
  return saved.state === "saved" ? saved.jobId : 0;
};
const backfill = (jobId: number, input: Record<string, unknown>, control = database) =>
  backfillJob({ control, catalogue }, jobId, { from: NOON - 3 * DAY, until: NOON, ...input }, BY, clock.now());
const runs = async (where = "kind = 'backfill'") =>
  (await database.execute(`SELECT * FROM runs WHERE ${where} ORDER BY id`)).rows;
const titles = async () =>
  (await database.execute("SELECT title FROM components ORDER BY id")).rows.map((row) => String(row.title).trim());

describe("a backfill", () => {
  it("makes one run for each occurrence of the range, which works on its own day, oldest first", async () => {
    const id = await job();
    expect(await backfill(id, {})).toEqual({ state: "queued", made: 3, existed: 0, clientIds: [1] });
    await drive(database, clock, [Work], NOON + MINUTE);
    expect(await titles()).toEqual(["2026-03-08 2026-03-09 2026-03-10", ""]);
    const made = await runs();
    expect(made.map((row) => [row.state, row.requested_by, row.client_id])).toEqual([
      ["ok", BY, 1],
      ["ok", BY, 1],
      ["ok", BY, 1],
    ]);
    const started = made.map((row) => Number(row.started_at));
    expect(started[1]).toBeGreaterThanOrEqual(Number(made[0]?.ended_at));
    expect(started[2]).toBeGreaterThanOrEqual(Number(made[1]?.ended_at));
  });

  it("serves every client of a job for all, each in its own zone, or the one that is asked for", async () => {
    const id = await job({ clientId: 0 });
    expect(await backfill(id, { from: NOON - DAY })).toMatchObject({ made: 2, clientIds: [1, 2] });
    expect((await runs()).map((row) => new Date(Number(row.scheduled_at)).toISOString())).toEqual([
      "2026-03-10T00:00:00.000Z",
      "2026-03-10T04:00:00.000Z",
    ]);
    expect(await backfill(id, { from: NOON - 2 * DAY, until: NOON - DAY, clientId: 2 })).toMatchObject({
      made: 1,
      clientIds: [2],
    });
  });

  it("adds nothing for an occurrence that was made up for, and says how many these were", async () => {
    const id = await job();
    await backfill(id, {});
    expect(await backfill(id, { from: NOON - 5 * DAY })).toMatchObject({ made: 2, existed: 3 });
    expect((await runs()).length).toBe(5);
  });

  it("can be rehearsed, again and again, and then be done for good", async () => {
    const id = await job();
    for (let times = 0; times < 2; times += 1) {
      expect(await backfill(id, { dryRun: true })).toMatchObject({ made: 3, existed: 0 });
      await drive(database, clock, [Work], clock.now() + MINUTE);
      expect(await titles()).toEqual(["", ""]);
    }
    expect(await backfill(id, {})).toMatchObject({ made: 3, existed: 0 });
    await drive(database, clock, [Work], clock.now() + MINUTE);
    expect((await titles())[0]).toBe("2026-03-08 2026-03-09 2026-03-10");
    expect((await runs("dry_run = 1")).length).toBe(6);
  });

  it("costs the same statements for 2 and for 900 runs, and is on record", async () => {
    const cost = async (until: number) => {
      const id = await job({ cron: "0 * * * * ?" });
      const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
      await backfill(id, { from: NOON - DAY, until }, countingDatabase(database, tally));
      return tally;
    };
    expect(await cost(NOON - DAY + 900 * MINUTE)).toEqual(await cost(NOON - DAY + 2 * MINUTE));
    expect(await listChanges(database, { of: { entity: "job", entityId: 1 }, limit: 1 })).toMatchObject([
      { actor: BY, action: "backfill", after: { occurrences: 900, overlap: "queue_all" } },
    ]);
  });

  it.each([
    ["a range of more runs than the cap", { from: NOON - 2 * DAY }, "until", /2,880 occurrences.*at most 1,000/],
    ["a range without end to its number", { from: 0 }, "until", /more than 10,000 occurrences/],
    ["a range that ends before it begins", { from: NOON, until: NOON - DAY }, "until", /ends before it begins/],
    ["a range that reaches into the future", { until: NOON + 1 }, "until", /into the future/],
    ["a range without an occurrence", { from: NOON - 30_000, until: NOON - 1000 }, "from", /no occurrence/],
    ["a client that the job does not serve", { clientId: 2 }, "clientId", /does not serve client 2/],
    ["an overlap policy that would cancel or drop", { overlap: "cancel_running" }, "overlap", /Choose one of/],
    ["a field that there is not", { reason: "x" }, "reason", /no field "reason"/],
  ])("refuses %s", async (_case, input, field, message) => {
    const id = await job({ cron: "0 * * * * ?" });
    expect(await backfill(id, { from: NOON - HOUR, ...input })).toEqual({
      state: "invalid",
      problems: [{ field, message: expect.stringMatching(message) }],
    });
    expect(await runs()).toEqual([]);
  });

  it("refuses a job without an expression", async () => {
    expect(await backfill(await job({ cron: null }), {})).toMatchObject({ problems: [{ field: "cron" }] });
    expect(await backfill(99, {})).toEqual({ state: "missing" });
  });
});

describe("the overlap policy of a backfill", () => {
  it.each([
    ["queue_all", ["ok", "ok", "ok"]],
    ["skip", ["ok", "skipped", "skipped"]],
    ["allow", ["ok", "ok", "ok"]],
  ])("%s is its own, whatever the job's", async (overlap, states) => {
    const id = await job({ policies: { overlap: "cancel_running" } });
    await backfill(id, { overlap });
    takes = 10 * SECOND;
    await drive(database, clock, [Work], NOON + MINUTE);
    const made = await runs();
    expect(made.map((row) => row.state)).toEqual(states);
    const together = made.filter((row) => row.started_at === made[0]?.started_at).length;
    expect(together).toBe(overlap === "allow" ? 3 : 1);
  });

  it("loses none of the job's own occurrences: they run between those of a long backfill", async () => {
    const id = await job({ cron: "0 0/2 * * * ?" });
    await database.execute({ sql: "UPDATE triggers SET next_fire_at = ?", args: [NOON + 2 * MINUTE] });
    takes = 20 * SECOND;
    expect(await backfill(id, { from: NOON - HOUR })).toMatchObject({ made: 30 });
    await drive(database, clock, [Work], NOON + 6 * MINUTE + 50 * SECOND);
    const own = await runs("kind = 'schedule' AND state <> 'planned'");
    expect(own.map((row) => row.state)).toEqual(["ok", "ok", "ok"]);
    for (const row of own) expect(Number(row.started_at) - Number(row.due_at)).toBeLessThanOrEqual(20 * SECOND);
    expect((await runs("kind = 'backfill' AND state = 'ok'")).length).toBeGreaterThan(10);
    expect((await runs("state = 'skipped'")).length).toBe(0);
  });

  it(`of ${BACKFILL_CAP} runs drops none`, async () => {
    const id = await job({ cron: "0 * * * * ?", policies: { overlapCap: 1 } });
    takes = SECOND;
    expect(await backfill(id, { from: NOON - BACKFILL_CAP * MINUTE })).toMatchObject({ made: BACKFILL_CAP });
    await drive(database, clock, [Work], NOON + 12 * SECOND);
    expect((await runs("kind = 'backfill' AND state = 'skipped'")).length).toBe(0);
    expect((await runs("kind = 'backfill' AND state = 'ok'")).length).toBeGreaterThan(3);
  });
});
