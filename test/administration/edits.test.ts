import { beforeEach, describe, expect, it } from "vitest";
import { createBlackout, deleteBlackout } from "../../src/administration/blackouts.ts";
import { updateClient } from "../../src/administration/client-fields.ts";
import { saveHolidays, setClientActive } from "../../src/administration/clients.ts";
import { alignJob, createJob, deleteJob, updateJob } from "../../src/administration/jobs.ts";
import { pauseJobs, resumeJobs } from "../../src/administration/pause.ts";
import { saveSettings } from "../../src/administration/settings.ts";
import { resumeEverything, stopEverything } from "../../src/administration/stop.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { tick } from "../../src/scheduler/tick.ts";
import { countingDatabase, type Database } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/file-database.ts";
import { completing } from "../harness/processors.ts";
import { addClient } from "../harness/runner.ts";

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse("2026-03-02T12:00:00Z");
const BY = "ada@example.com";
const catalogue = createCatalogue([
  completing({ id: "Work" }),
  completing({ id: "Platform", scope: "global", store: "control" }),
  completing({ id: "Node", scope: "node", store: "control" }),
]);

let database: Database;
const ports = () => ({ control: database, catalogue });

beforeEach(async () => {
  database = await freshFileDatabase();
  for (const key of ["north", "south"]) await addClient(database as never, key, "UTC");
});

const input = (more: Record<string, unknown> = {}) => ({
  name: "Job",
  processor: "Work",
  cron: "0 0 * * * ?",
  clientId: 1,
  ...more,
});
const job = async (more: Record<string, unknown> = {}) => {
  const saved = await createJob(ports(), input(more), BY, NOON);
  return saved.state === "saved" ? saved.jobId : 0;
};
const edit = (id: number, more: Record<string, unknown>, now: number, revision = 1) =>
  updateJob(ports(), id, revision, input(more), BY, now);
const runTick = (now: number) => tick({ control: database }, now, "cron");

/** Every row: `client@minutes after noon`, state or reason, and for a range its end and number. */
const fates = async (where = "1 = 1") =>
  (
    await database.execute(`SELECT * FROM runs WHERE kind = 'schedule' AND ${where} ORDER BY client_id, scheduled_at`)
  ).rows.map((row) => {
    const minutes = (instant: unknown) => (Number(instant) - NOON) / MINUTE;
    const range = row.until_at === null ? "" : ` to ${minutes(row.until_at)} (${row.occurrences})`;
    return `${row.client_id}@${minutes(row.scheduled_at)} ${row.reason ?? row.state}${range}`;
  });
const nextFire = async () =>
  (await database.execute("SELECT next_fire_at FROM triggers ORDER BY id")).rows.map(
    (row) => row.next_fire_at && (Number(row.next_fire_at) - NOON) / MINUTE,
  );

/** Nothing ticked from noon to 15:30: the hourly job missed 13:00 and 14:00, and 15:00 is to be made up for. */
const OUTAGE_ENDS = NOON + 3.5 * HOUR;

describe("editing a job", () => {
  it("keeps what came due and waits for its turn", async () => {
    const id = await job({ cron: "0 1 * * * ?", policies: { spreadSeconds: 600 } });
    await runTick(NOON);
    expect(await fates()).toEqual(["1@1 planned"]);
    await edit(id, { cron: "0 30 * * * ?" }, NOON + MINUTE + SECOND);
    expect(await fates()).toEqual(["1@1 planned"]);
    expect(await nextFire()).toEqual([30]);
  });

  it("at the very second of an occurrence keeps that and withdraws the one after it", async () => {
    const id = await job({ cron: "0 * * * * ?" });
    await runTick(NOON + 30 * SECOND);
    expect(await fates()).toEqual(["1@1 planned", "1@2 planned"]);
    await edit(id, { cron: "0 * * * * ?" }, NOON + MINUTE);
    expect(await fates()).toEqual(["1@1 planned"]);
    expect(await nextFire()).toEqual([2]);
  });

  it("after an outage first gives what came due its fate by the old clock; the catch-up runs as the job is now", async () => {
    const id = await job();
    await runTick(NOON - MINUTE);
    const changed = { cron: "0 15 * * * ?", name: "Renamed", policies: { attempts: 7 } };
    expect(await edit(id, changed, OUTAGE_ENDS)).toMatchObject({ state: "saved" });
    expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 catch_up"]);
    expect(await nextFire()).toEqual([255]);
    const catchUp = await database.execute(
      "SELECT job_name, policies ->> 'attempts' AS attempts FROM runs WHERE reason = 'catch_up'",
    );
    expect(catchUp.rows[0]).toMatchObject({ job_name: "Renamed", attempts: 7 });
  });

  it("that a clock hours ahead switched off loses nothing when it is switched on again", async () => {
    const id = await job();
    await edit(id, { active: false }, NOON + 3 * HOUR + MINUTE);
    expect(await fates()).not.toEqual([]);
    await edit(id, { active: true }, NOON + 2 * MINUTE, 2);
    expect(await fates()).toEqual([]);
    await runTick(NOON + HOUR - MINUTE);
    expect(await fates()).toEqual(["1@60 planned"]);
  });

  it("that switches it off skips what came due, with the reason, and loses nothing", async () => {
    const id = await job();
    await runTick(NOON - MINUTE);
    await edit(id, { active: false }, OUTAGE_ENDS);
    expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 job_inactive"]);
    expect(await nextFire()).toEqual([null]);
    await runTick(OUTAGE_ENDS);
    expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 job_inactive"]);
  });

  it("that gives it to another client skips what came due for the first", async () => {
    const id = await job();
    await runTick(NOON - MINUTE);
    await edit(id, { clientId: 2 }, OUTAGE_ENDS);
    expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 not_served"]);
    expect(await nextFire()).toEqual([240]);
  });

  it("during a pause ends the skipped row at the edit: no moment has two fates", async () => {
    const id = await job({ cron: "0 * * * * ?" });
    await pauseJobs(database, { jobIds: [id], until: NOON + HOUR }, BY, NOON);
    await runTick(NOON + 30 * SECOND);
    await runTick(NOON + 90 * SECOND);
    expect(await fates()).toEqual(["1@1 paused to 3 (3)"]);
    await edit(id, { cron: "30 * * * * ?" }, NOON + 100 * SECOND);
    expect(await fates()).toEqual(["1@1 paused"]);
    await runTick(NOON + 2 * MINUTE);
    expect(await fates()).toEqual(["1@1 paused", "1@2.5 paused to 3.5 (2)"]);
  });

  it("in the middle of a blackout that ends before the tick's horizon gives back what lies ahead", async () => {
    const id = await job({ cron: "0 * * * * ?" });
    await createBlackout(database, { startsAt: NOON, endsAt: NOON + 3 * MINUTE }, BY, NOON - HOUR);
    await runTick(NOON - MINUTE);
    await runTick(NOON + MINUTE + SECOND);
    expect(await fates()).toEqual(["1@1 blackout to 2 (2)", "1@3 planned"]);
    await edit(id, { cron: "0 * * * * ?" }, NOON + 90 * SECOND);
    expect(await fates()).toEqual(["1@1 blackout"]);
    expect(await nextFire()).toEqual([2]);
  });

  it("settles thousands of clients that lie behind, page by page", async () => {
    await database.execute(`INSERT INTO clients (id, key, name, time_zone, created_at, updated_at)
      WITH RECURSIVE n(id) AS (SELECT 10 UNION ALL SELECT id + 1 FROM n WHERE id < 1209) SELECT id, 'c' || id, 'C', 'UTC', 0, 0 FROM n`);
    const id = await job({ clientId: 0 });
    await edit(id, { clientId: 0, cron: "0 15 * * * ?" }, OUTAGE_ENDS);
    const count = async (where: string) =>
      Number((await database.execute(`SELECT count(*) AS n FROM runs WHERE ${where}`)).rows[0]?.n);
    expect(await count("reason = 'misfire' AND occurrences = 2")).toBe(1202);
    expect(await count("reason = 'catch_up'")).toBe(1202);
  });

  it("meets a tick halfway: whichever comes first, each moment has one fate", async () => {
    const id = await job({ cron: "0 * * * * ?" });
    let ticked = 0;
    const racing: Database = {
      ...countingDatabase(database, { roundTrips: 0, statements: 0 }),
      batch: async (statements, mode) => {
        if (mode === "write" && ticked < 2) {
          ticked += 1;
          await runTick(NOON + (30 + 60 * ticked) * SECOND);
        }
        return database.batch(statements, mode);
      },
    };
    const saved = await updateJob(
      { control: racing, catalogue },
      id,
      1,
      input({ cron: "0 * * * * ?" }),
      BY,
      NOON + 90_000,
    );
    expect([saved.state, ticked]).toEqual(["saved", 2]);
    await runTick(NOON + 3 * MINUTE);
    expect(await fates()).toEqual(["1@1 planned", ...[2, 3, 4].map((at) => `1@${at} planned`)]);
  });
});

describe("deleting a job", () => {
  it("skips what came due, with the reason, and withdraws only what lies ahead", async () => {
    const id = await job({ cron: "0 * * * * ?", policies: { spreadSeconds: 600 } });
    await runTick(NOON);
    await runTick(NOON + MINUTE);
    expect(await deleteJob(ports(), id, BY, NOON + 90 * SECOND)).toMatchObject({ state: "saved" });
    expect(await fates()).toEqual(["1@1 job_deleted"]);
  });

  it("after an outage leaves one fate for every moment", async () => {
    const id = await job();
    await runTick(NOON - MINUTE);
    await deleteJob(ports(), id, BY, OUTAGE_ENDS);
    expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 job_deleted"]);
    expect(await nextFire()).toEqual([]);
  });

  it("that is refused because a run is at work skips nothing", async () => {
    const id = await job();
    await runTick(NOON + 59 * MINUTE);
    await database.execute("UPDATE runs SET state = 'running', started_at = scheduled_at");
    expect(await deleteJob(ports(), id, BY, OUTAGE_ENDS)).toEqual({ state: "running" });
    expect(await fates("state = 'skipped' AND reason = 'job_deleted'")).toEqual([]);
  });
});

describe("pausing and resuming", () => {
  it("after an outage: what came due before the pause has its own fate, and nothing starts", async () => {
    const id = await job();
    await runTick(NOON - MINUTE);
    await pauseJobs(database, { jobIds: [id] }, BY, OUTAGE_ENDS);
    await runTick(OUTAGE_ENDS + MINUTE);
    expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 paused"]);
  });

  it("what fell into a pause without a tick stays paused when it is lifted", async () => {
    const id = await job();
    await pauseJobs(database, { jobIds: [id] }, BY, NOON);
    await resumeJobs(database, { jobIds: [id] }, BY, OUTAGE_ENDS);
    await runTick(OUTAGE_ENDS);
    expect(await fates()).toEqual(["1@60 paused to 180 (3)"]);
    expect(await nextFire()).toEqual([240]);
  });

  it("what fell into a stop or a blackout without a tick stays so when that is lifted", async () => {
    await job();
    await job({ clientId: 2 });
    await createBlackout(database, { clientId: 2, startsAt: NOON, endsAt: NOON + 24 * HOUR }, BY, NOON);
    await deleteBlackout(database, 1, BY, OUTAGE_ENDS - HOUR);
    await runTick(OUTAGE_ENDS - HOUR);
    expect(await fates("client_id = 2")).toEqual(["2@60 blackout to 120 (2)"]);
    await stopEverything(database, "", BY, OUTAGE_ENDS - HOUR);
    await resumeEverything(database, BY, OUTAGE_ENDS);
    await runTick(OUTAGE_ENDS);
    expect(await fates("client_id = 2")).toEqual(["2@60 blackout to 120 (2)", "2@180 stopped"]);
  });

  it("a blackout that begins in the past bars nothing that came due before it was made", async () => {
    await job();
    await createBlackout(database, { startsAt: NOON, endsAt: NOON + 24 * HOUR }, BY, OUTAGE_ENDS);
    expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 catch_up"]);
  });

  it("a blackout lifted within its last minutes gives back what it had barred ahead of time", async () => {
    await job({ cron: "0 * * * * ?" });
    await createBlackout(database, { startsAt: NOON, endsAt: NOON + 2 * MINUTE }, BY, NOON - HOUR);
    await runTick(NOON + SECOND);
    expect(await fates()).toEqual(["1@1 blackout", "1@2 planned"]);
    await deleteBlackout(database, 1, BY, NOON + 2 * SECOND);
    await runTick(NOON + MINUTE);
    expect(await fates()).toEqual(["1@1 planned", "1@2 planned"]);
  });
});

describe("a client", () => {
  it("that is stopped after an outage leaves one fate for every moment", async () => {
    await job({ clientId: 0 });
    await runTick(NOON - MINUTE);
    await setClientActive(ports(), 1, false, BY, OUTAGE_ENDS);
    expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 client_inactive"]);
  });

  it("that a clock hours ahead stopped loses nothing when it is active again", async () => {
    await job();
    await setClientActive(ports(), 1, false, BY, NOON + 3 * HOUR + MINUTE);
    expect(await fates()).not.toEqual([]);
    await setClientActive(ports(), 1, true, BY, NOON + 2 * MINUTE);
    expect(await fates()).toEqual([]);
    await runTick(NOON + HOUR - MINUTE);
    expect(await fates()).toEqual(["1@60 planned"]);
  });

  it("whose zone or holidays change keeps what came due", async () => {
    await job({ cron: "0 0 * 2C * ?" });
    await runTick(NOON - MINUTE);
    await saveHolidays(ports(), 1, { days: [{ day: "2026-03-02" }] }, BY, OUTAGE_ENDS);
    expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 catch_up"]);
    const fields = { key: "south", name: "South", timeZone: "Asia/Tokyo" };
    const other = await job({ clientId: 2 });
    expect(other).toBeGreaterThan(0);
    await updateClient(ports(), 2, 0, fields, BY, OUTAGE_ENDS);
    expect(await fates("client_id = 2")).toEqual(["2@60 misfire to 120 (2)", "2@180 catch_up"]);
  });
});

it("a change of the platform's zone keeps what came due for the platform", async () => {
  await job({ processor: "Platform", clientId: 0 });
  await runTick(NOON - MINUTE);
  await saveSettings(ports(), 0, { systemTimeZone: "Asia/Tokyo" }, new Map(), BY, OUTAGE_ENDS);
  expect(await fates()).toEqual(["0@60 misfire to 120 (2)", "0@180 catch_up"]);
});

it("bringing a job in step with its clients keeps what came due", async () => {
  const id = await job();
  await runTick(NOON - MINUTE);
  await alignJob(ports(), id, OUTAGE_ENDS);
  expect(await fates()).toEqual(["1@60 misfire to 120 (2)", "1@180 catch_up"]);
});

describe("a release that lacks a job's processor", () => {
  const older = () => ({ control: database, catalogue: createCatalogue([]) });
  const triggers = async () =>
    (
      await database.execute("SELECT job_id, client_id, node_id, time_zone FROM triggers ORDER BY job_id, client_id")
    ).rows.map((row) => `${row.job_id}@${row.client_id}${row.node_id} ${row.time_zone}`);

  it("starts a client with all its jobs", async () => {
    await job({ clientId: 0 });
    await job({ clientId: 2 });
    await job({ clientId: 0, processor: "Platform" });
    const before = await triggers();
    for (const active of [false, true]) await setClientActive(older(), 2, active, BY, NOON + MINUTE);
    expect(await triggers()).toEqual(before);
  });

  it("takes all of them along when a client moves to another zone", async () => {
    await job();
    await runTick(NOON + 59 * MINUTE);
    const moved = { key: "north", name: "North", timeZone: "Asia/Kolkata" };
    await updateClient(older(), 1, 0, moved, BY, NOON + 59.5 * MINUTE);
    expect(await triggers()).toEqual(["1@1 Asia/Kolkata"]);
    expect(await nextFire()).toEqual([90]);
  });

  it("leaves the clients' jobs alone when the platform moves to another zone, and takes along the platform's", async () => {
    await database.batch(["INSERT INTO nodes (id, location_hint) VALUES ('one', '')"], "write");
    await job({ clientId: 0 });
    await job({ clientId: 0, processor: "Platform" });
    await job({ clientId: 0, processor: "Node", executeOnEachNode: true });
    await saveSettings(older(), 0, { systemTimeZone: "Asia/Kolkata" }, new Map(), BY, NOON);
    expect(await triggers()).toEqual(["1@1 UTC", "1@2 UTC", "2@0 Asia/Kolkata", "3@0one Asia/Kolkata"]);
  });
});
