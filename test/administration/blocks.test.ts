import { beforeEach, describe, expect, it } from "vitest";
import { readHolidays, saveHolidays, setClientActive } from "../../src/administration/clients/clients.ts";
import { createJob, deleteJob, updateJob } from "../../src/administration/jobs/jobs.ts";
import { createBlackout, deleteBlackout, listBlackouts } from "../../src/administration/pauses/blackouts.ts";
import { pauseJobs, resumeJobs } from "../../src/administration/pauses/pause.ts";
import { readStop, resumeEverything, stopEverything } from "../../src/administration/pauses/stop.ts";
import { startJobs } from "../../src/administration/starts/bulk-start.ts";
import { startJob } from "../../src/administration/starts/start.ts";
import { listChanges } from "../../src/control/audit-trail.ts";
import { listPauses } from "../../src/control/jobs/pauses.ts";
import { createCatalogue } from "../../src/processors/catalogue.ts";
import { tick } from "../../src/scheduler/tick.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../src/store/database.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { completing } from "../harness/runner/processors.ts";
import { addClient } from "../harness/runner/runner.ts";

const SECOND = 1000;
const MINUTE = 60_000;
const NOON = Date.parse("2026-03-02T12:00:00Z");
const BY = "ada@example.com";
const catalogue = createCatalogue([
  completing({ id: "Work" }),
  completing({ id: "Destroy", confirm: "destructive" }),
  completing({ id: "Platform", scope: "global", store: "control" }),
]);

let database: Database;
const ports = () => ({ control: database, catalogue });

beforeEach(async () => {
  database = await freshFileDatabase();
  for (const key of ["north", "south", "west"]) await addClient(database as never, key);
});

const job = async (input: Record<string, unknown> = {}, at = NOON) => {
  const saved = await createJob(ports(), { name: "Job", processor: "Work", cron: "*/30 * * * * ?", ...input }, BY, at);
  return saved.state === "saved" ? saved.jobId : 0;
};
const ticks = async (...minutes: number[]) => {
  for (const minute of minutes) await tick({ control: database }, NOON + minute * MINUTE, "cron");
};
/** Every run: seconds after noon, state and reason, and for a range its last second and number. */
const fates = async (where = "1 = 1") =>
  (await database.execute(`SELECT * FROM runs WHERE ${where} ORDER BY scheduled_at, job_id, client_id`)).rows.map(
    (row) =>
      [
        (Number(row.scheduled_at) - NOON) / SECOND,
        row.reason ?? row.state,
        ...(row.until_at === null ? [] : [`to ${(Number(row.until_at) - NOON) / SECOND}`, Number(row.occurrences)]),
      ].join(" "),
  );
/** What was recorded after the jobs were created, newest first. */
const changes = async () =>
  (await listChanges(database, {}))
    .filter(({ action, entity }) => action !== "create" || entity !== "job")
    .map((one) => `${one.actor} ${one.action} ${one.entity}`);
const problems = (result: { state: string }) => ("problems" in result ? result.problems : result.state);

describe("a pause", () => {
  it("withdraws what was planned, makes one skipped row of its time, and ends by itself", async () => {
    const id = await job({ clientId: 1 });
    await ticks(0);
    expect(await fates()).toEqual(["30 planned", "60 planned", "90 planned"]);
    const paused = { jobIds: [id], until: NOON + 2 * MINUTE + 15 * SECOND, note: "building works" };
    expect(await pauseJobs(database, paused, BY, NOON + 10 * SECOND)).toEqual({ state: "saved", triggers: 1 });
    expect(await fates()).toEqual([]);
    expect(await listPauses(database, NOON, id)).toMatchObject([{ clientId: 1, note: "building works" }]);
    await ticks(1, 2);
    expect(await fates()).toEqual(["30 paused to 120 4", "150 planned", "180 planned", "210 planned"]);
    const words = await database.execute("SELECT message FROM runs WHERE state = 'skipped'");
    expect(words.rows[0]?.message).toBe("The job was paused: building works");
  });

  it("skips what had come due and not started", async () => {
    const id = await job({ clientId: 1 });
    await ticks(0);
    await pauseJobs(database, { jobIds: [id] }, BY, NOON + 40 * SECOND);
    await ticks(1);
    expect(await fates()).toEqual(["30 paused", "60 paused to 150 4"]);
  });

  it("that is lifted takes back what was skipped ahead of time: each occurrence has one fate", async () => {
    const id = await job({ clientId: 1 });
    await ticks(0);
    await pauseJobs(database, { jobIds: [id] }, BY, NOON + 10 * SECOND);
    await ticks(1, 2);
    expect(await fates()).toEqual(["30 paused to 210 7"]);
    expect(await resumeJobs(database, { jobIds: [id] }, BY, NOON + 2 * MINUTE + 5 * SECOND)).toEqual({
      state: "saved",
      triggers: 1,
    });
    await ticks(3);
    expect(await fates()).toEqual(["30 paused to 120 4", ...[150, 180, 210, 240, 270].map((at) => `${at} planned`)]);
    expect(await listPauses(database, NOON)).toEqual([]);
    expect(await changes()).toEqual([`${BY} resume job`, `${BY} pause job`]);
  });

  it("holds for one client alone, and of several jobs at once, in the same statements", async () => {
    const jobs = [await job({ cron: "0 * * * * ?" }), await job({ cron: "30 * * * * ?" })];
    const cost = async (jobIds: number[], clientId: number | null) => {
      const tally: DatabaseTally = { roundTrips: 0, statements: 0 };
      await pauseJobs(countingDatabase(database, tally), { jobIds, clientId, note: "n" }, BY, NOON);
      return tally;
    };
    expect(await cost(jobs.slice(0, 1), 2)).toEqual(await cost(jobs, 3));
    await ticks(0);
    const paused = await database.execute(
      "SELECT job_id, client_id FROM runs WHERE reason = 'paused' ORDER BY job_id, client_id",
    );
    expect(paused.rows.map((row) => `${row.job_id} ${row.client_id}`)).toEqual(["1 2", "1 3", "2 3"]);
    expect(await resumeJobs(database, { jobIds: jobs }, BY, NOON)).toEqual({ state: "saved", triggers: 3 });
  });

  it("of a job that paused itself is lifted with its failures forgotten", async () => {
    const id = await job({ clientId: 1 });
    await database.batch([
      "UPDATE triggers SET paused_until = 253402300799000, pause_note = 'paused by itself'",
      `INSERT INTO job_stats (job_id, client_id, failures_in_a_row) VALUES (${id}, 1, 5)`,
    ]);
    await resumeJobs(database, { jobIds: [id] }, BY, NOON);
    expect((await database.execute("SELECT failures_in_a_row AS n FROM job_stats")).rows[0]?.n).toBe(0);
  });

  it.each([
    ["an end that has passed", { jobIds: [1], until: NOON }, "until"],
    ["a job that there is not", { jobIds: [1, 77] }, "jobIds"],
    ["no job", { jobIds: [] }, "jobIds"],
    ["more than 200 jobs", { jobIds: Array.from({ length: 201 }, (_, index) => index + 1) }, "jobIds"],
    ["a client that the job does not serve", { jobIds: [1], clientId: 9 }, "clientId"],
  ])("is refused whole with %s", async (_case, input, field) => {
    await job({ clientId: 1 });
    expect(problems(await pauseJobs(database, input, BY, NOON))).toMatchObject([{ field }]);
    expect(await listPauses(database, NOON)).toEqual([]);
  });
});

describe("the switch that stops everything", () => {
  it("skips every occurrence from its moment on, says who and why, and gives back what lies ahead", async () => {
    await job({ clientId: 1 });
    expect(await stopEverything(database, "database moves", BY, NOON)).toBe(true);
    expect(await stopEverything(database, "again", "bob@example.com", NOON + 1)).toBe(false);
    expect(await readStop(database)).toEqual({ at: NOON, by: BY, note: "database moves" });
    await ticks(0, 1);
    expect(await fates()).toEqual(["30 stopped to 150 5"]);
    expect(await resumeEverything(database, "bob@example.com", NOON + 95 * SECOND)).toBe(true);
    expect(await resumeEverything(database, BY, NOON + 95 * SECOND)).toBe(false);
    expect(await readStop(database)).toBeNull();
    await ticks(2);
    expect(await fates()).toEqual(["30 stopped to 90 3", "120 planned", "150 planned", "180 planned", "210 planned"]);
    expect(await changes()).toEqual(["bob@example.com resume setting", `${BY} stop setting`]);
  });
});

describe("a blackout", () => {
  it("bars one client or all, and lifted gives back what lies ahead", async () => {
    await job({ cron: "0 * * * * ?" });
    const during = { startsAt: NOON, endsAt: NOON + 60 * MINUTE, note: "audit" };
    const made = await createBlackout(database, { clientId: 2, ...during }, BY, NOON);
    await createBlackout(database, { startsAt: NOON + 10 * MINUTE, endsAt: NOON + 11 * MINUTE }, BY, NOON);
    expect((await listBlackouts(database, NOON, 2)).map(({ clientId }) => clientId)).toEqual([2, 0]);
    expect((await listBlackouts(database, NOON, 1)).map(({ clientId }) => clientId)).toEqual([0]);
    await ticks(0);
    expect(await fates("client_id = 2")).toEqual(["60 blackout"]);
    expect(await fates("client_id = 1")).toEqual(["60 planned"]);
    const id = made.state === "saved" ? made.id : 0;
    expect(await deleteBlackout(database, id, BY, NOON + 30 * SECOND)).toBe(true);
    expect(await deleteBlackout(database, id, BY, NOON + 30 * SECOND)).toBe(false);
    await ticks(1);
    expect(await fates("client_id = 2")).toEqual(["60 planned", "120 planned"]);
    expect(await changes()).toEqual([`${BY} delete blackout`, `${BY} create blackout`, `${BY} create blackout`]);
  });

  it.each([
    ["an end before its beginning", { startsAt: NOON + 2, endsAt: NOON + 1 }, "endsAt", /ends before/],
    ["an end in the past", { startsAt: NOON - 2, endsAt: NOON - 1 }, "endsAt", /past/],
    ["more than 92 days", { startsAt: NOON, endsAt: NOON + 93 * 86_400_000 }, "endsAt", /92 days/],
    ["an unknown client", { clientId: 9, startsAt: NOON, endsAt: NOON + 1 }, "clientId", /no client 9/],
    ["no beginning", { endsAt: NOON + 1 }, "startsAt", /Enter when it begins/],
  ])("with %s is refused", async (_case, input, field, message) => {
    expect(problems(await createBlackout(database, input, BY, NOON))).toEqual([
      { field, message: expect.stringMatching(message) },
    ]);
    expect(await listBlackouts(database, 0)).toEqual([]);
  });
});

describe("a client", () => {
  it("that is stopped has no triggers; started again, its jobs go on from then, and other clients never notice", async () => {
    await job({ cron: "0 * * * * ?" });
    await job({ cron: "0 * * * * ?", clientId: 2, active: false });
    await ticks(0);
    const others = await fates("client_id <> 2");
    expect(await setClientActive(ports(), 2, false, BY, NOON + 30 * SECOND)).toEqual({ state: "saved" });
    await ticks(1, 2, 3);
    expect(await fates("client_id = 2")).toEqual([]);
    expect((await fates("client_id <> 2")).slice(0, 2)).toEqual(others);
    expect(await setClientActive(ports(), 2, true, BY, NOON + 200 * SECOND)).toEqual({ state: "saved" });
    await ticks(4);
    expect(await fates("client_id = 2")).toEqual(["240 planned", "300 planned"]);
    expect(await changes()).toEqual([`${BY} start client`, `${BY} stop client`]);
    expect(await setClientActive(ports(), 2, true, BY, NOON)).toEqual({ state: "saved" });
    expect(await setClientActive(ports(), 9, true, BY, NOON)).toEqual({ state: "missing" });
    expect((await changes()).length).toBe(2);
  });

  it("that is stopped skips what had come due as client_inactive", async () => {
    await job({ cron: "0 * * * * ?", clientId: 1 });
    await ticks(0);
    await setClientActive(ports(), 1, false, BY, NOON + 70 * SECOND);
    expect(await fates()).toEqual(["60 client_inactive"]);
  });

  it("keeps holidays for C in expressions; only the jobs that ask for them are planned anew", async () => {
    const asking = await job({ cron: "0 0 7 3C * ?", clientId: 1 });
    const other = await job({ cron: "0 0 7 3 * ?", clientId: 1 });
    const next = async (id: number) => {
      const row = (await database.execute(`SELECT next_fire_at, revision FROM triggers WHERE job_id = ${id}`)).rows[0];
      return `${new Date(Number(row?.next_fire_at)).toISOString().slice(0, 10)} ${row?.revision}`;
    };
    const days = [{ day: "2026-03-04", name: "Feast" }, { day: "2026-03-03" }];
    expect(await saveHolidays(ports(), 1, { days }, BY, NOON)).toEqual({ state: "saved" });
    expect([await next(asking), await next(other)]).toEqual(["2026-03-05 2", "2026-03-03 1"]);
    expect(await readHolidays(ports(), 1)).toEqual([
      { day: "2026-03-03", name: "" },
      { day: "2026-03-04", name: "Feast" },
    ]);
    for (const bad of [[{ day: "2026-02-30" }], [{ day: "2026-01-01" }, { day: "2026-01-01" }]]) {
      expect((await saveHolidays(ports(), 1, { days: bad }, BY, NOON)).state).toBe("invalid");
    }
    expect((await listChanges(database, { clientId: 1 }))[0]).toMatchObject({
      entity: "calendar",
      before: {},
      after: { "2026-03-03": "", "2026-03-04": "Feast" },
    });
  });
});

it("a job that is created, changed, started or deleted is on record, with what differs", async () => {
  const id = await job({ clientId: 1 });
  const input = { name: "Other", processor: "Work", clientId: 1, cron: "*/30 * * * * ?" };
  await updateJob(ports(), id, 1, input, "bob@example.com", NOON + 1);
  await startJob(ports(), id, { clientId: 1, asOf: "2026-03-01" }, BY, NOON + 2);
  await deleteJob(ports(), id, BY, NOON + 3);
  expect(await listChanges(database, { of: { entity: "job", entityId: id } })).toMatchObject([
    { action: "delete", clientId: 1, at: NOON + 3, before: { name: "Other", processor: "Work" } },
    { action: "start", after: { clientId: 1, asOf: "2026-03-01", dryRun: false } },
    { action: "update", actor: "bob@example.com", before: { name: "Job" }, after: { name: "Other" } },
    { action: "create", clientId: 1, after: { processor: "Work", cron: "*/30 * * * * ?" } },
  ]);
});

describe("a start of several jobs", () => {
  it("queues each for its clients in one batch, on record, and leaves schedules as they are", async () => {
    const ids = [await job({ clientId: 1 }), await job(), await job({ processor: "Platform", cron: null })];
    const before = await database.execute("SELECT next_fire_at, revision FROM triggers ORDER BY id");
    const started = await startJobs(ports(), { jobIds: ids }, BY, NOON);
    expect(started).toMatchObject({ state: "queued", clientIds: [1, 2, 3, 0] });
    expect(await fates("kind = 'manual'")).toEqual(Array.from({ length: 5 }, () => "0 queued"));
    expect((await database.execute("SELECT next_fire_at, revision FROM triggers ORDER BY id")).rows).toEqual(
      before.rows,
    );
    expect(await changes()).toEqual(Array.from({ length: 3 }, () => `${BY} start job`));
  });

  it("is refused whole where one of them cannot be started", async () => {
    const ids = [await job({ clientId: 1 }), await job({ processor: "Destroy", clientId: 2 })];
    expect(problems(await startJobs(ports(), { jobIds: [...ids, 99], clientId: 1 }, BY, NOON))).toEqual([
      { field: "jobIds", message: "There is no job 99" },
      { field: "confirmed", message: expect.stringMatching(/destroys something/) },
      { field: "clientId", message: expect.stringMatching(/not client 1/) },
    ]);
    expect(await fates("kind = 'manual'")).toEqual([]);
    expect(await startJobs(ports(), { jobIds: ids, confirmed: true }, BY, NOON)).toMatchObject({ state: "queued" });
  });

  it("of more than 200 runs is refused with their number", async () => {
    const ids = await Promise.all(Array.from({ length: 70 }, () => job({ cron: null })));
    expect(problems(await startJobs(ports(), { jobIds: ids }, BY, NOON))).toEqual([
      { field: "jobIds", message: expect.stringMatching(/210 runs; at most 200/) },
    ]);
  });
});
