import { beforeEach, describe, expect, it } from "vitest";
import { updateClient } from "../../../src/administration/clients/client-fields.ts";
import { setClientActive } from "../../../src/administration/clients/clients.ts";
import { alignJob, deleteJob, updateJob } from "../../../src/administration/jobs/jobs.ts";
import { pauseJobs, resumeJobs } from "../../../src/administration/pauses/pause.ts";
import type { Database } from "../../../src/store/database.ts";
import { countingDatabase } from "../../../src/store/database.ts";
import { MINUTE, NOON, Polls } from "./polls.ts";

const EVERY_FIVE = "0 0/5 * * * ?";
const at = (minute: number) => NOON + minute * MINUTE;

let polls: Polls;
let jobId: number;
beforeEach(async () => {
  polls = await Polls.fresh(["UTC", "UTC"]);
  jobId = await polls.job();
  await polls.ticks(NOON, at(12));
});

const fates = (clientId: number, until: number, cron = EVERY_FIVE, from = 0) =>
  polls.fates(cron, clientId, at(from) + 1, at(until));
const input = { name: "Poll", processor: "Poll" };

describe("after an edit each occurrence has one fate still:", () => {
  it("a job that is saved goes on by its new clock, and what was looked at stays", async () => {
    await updateJob(polls.ports, jobId, 1, { ...input, cron: "0 0/4 * * * ?" }, "admin", at(13));
    await polls.ticks(at(13), at(24));
    expect(await fates(1, 12)).toEqual(["quiet", "quiet"]);
    expect(await fates(1, 24, "0 0/4 * * * ?", 13)).toEqual(["quiet", "quiet", "quiet"]);
    expect(await polls.rows("SELECT from_at, until_at FROM quiet_memberships WHERE client_id = 1")).toEqual([
      { from_at: at(5), until_at: at(10) },
    ]);
  });

  it("one that is saved at the second of an occurrence that no tick has looked at gets a run of it", async () => {
    await updateJob(polls.ports, jobId, 1, { ...input, cron: "0 0/4 * * * ?" }, "admin", at(15) + 500);
    await polls.settle();
    // A minute is too short notice to join a group.
    await polls.ticks(at(16), at(17));
    await polls.settle();
    await polls.ticks(at(18), at(20));
    expect(await fates(1, 15, EVERY_FIVE)).toEqual(["quiet", "quiet", "run"]);
    expect(await fates(1, 20, "0 0/4 * * * ?", 15)).toEqual(["run", "quiet"]);
  });

  it("one whose tick is late is not said to be missed", async () => {
    await polls.rows("UPDATE quiet_groups SET next_fire_at = ?, due_at = ?", at(12) + 5_000, at(12) + 5_000);
    await updateJob(polls.ports, jobId, 1, { ...input, policies: { misfire: "skip" } }, "admin", at(13) + 50_000);
    expect(await polls.runs("reason = 'misfire'")).toEqual([]);
  });

  it("a pause takes what it covers, and after it the poll is quiet again", async () => {
    await pauseJobs(polls.database, { jobIds: [jobId], clientId: 1 }, "admin", at(13));
    await polls.ticks(at(13), at(21));
    await resumeJobs(polls.database, { jobIds: [jobId] }, "admin", at(21));
    await polls.ticks(at(21), at(30));
    expect(await fates(1, 30)).toEqual(["quiet", "quiet", "paused", "paused", "quiet", "quiet"]);
    expect(await fates(2, 30)).toEqual(Array(6).fill("quiet"));
  });

  it("a client that is stopped and started again", async () => {
    await setClientActive(polls.ports, 1, false, "admin", at(13));
    await polls.ticks(at(13), at(21));
    await setClientActive(polls.ports, 1, true, "admin", at(21));
    await polls.ticks(at(21), at(30));
    expect(await fates(1, 12)).toEqual(["quiet", "quiet"]);
    expect(await fates(1, 30, EVERY_FIVE, 21)).toEqual(["quiet", "quiet"]);
    expect(await fates(2, 30)).toEqual(Array(6).fill("quiet"));
  });

  it("a client that moves to another zone", async () => {
    const zoned = await polls.job({ name: "Hourly", cron: "0 30 * * * ?", clientId: 1 }, at(12));
    await polls.ticks(at(13), at(31));
    const [client] = await polls.rows<{ updated_at: number }>("SELECT updated_at FROM clients WHERE id = 1");
    const fields = { key: "client-1", name: "client-1", timeZone: "Asia/Kathmandu" };
    const saved = await updateClient(polls.ports, 1, Number(client?.updated_at), fields, "admin", at(32));
    expect(saved).toMatchObject({ state: "saved" });
    // Half past in Kathmandu is a quarter to, in UTC.
    await polls.ticks(at(32), at(46));
    await polls.rows("DELETE FROM quiet_memberships WHERE job_id <> ?", zoned);
    await polls.rows("DELETE FROM triggers WHERE job_id <> ?", zoned);
    expect(await polls.fates("0 30 * * * ?", 1, at(1), at(31), "UTC")).toEqual(["quiet"]);
    expect(await polls.fates("0 30 * * * ?", 1, at(32), at(46), "Asia/Kathmandu")).toEqual(["quiet"]);
  });

  it("triggers that are brought in step", async () => {
    await alignJob(polls.ports, jobId, at(13));
    await polls.ticks(at(13), at(20));
    expect(await fates(1, 20)).toEqual(Array(4).fill("quiet"));
  });

  it("a job that is deleted keeps what was looked at, and its group is closed", async () => {
    await deleteJob(polls.ports, jobId, "admin", at(13));
    await polls.ticks(at(13), at(20));
    expect(await fates(1, 12)).toEqual(["quiet", "quiet"]);
    expect(await polls.looks()).toEqual(["12:05:00-12:10:00 x2"]);
    expect(await polls.rows("SELECT count(*) AS n FROM quiet_groups WHERE next_fire_at IS NOT NULL")).toEqual([
      { n: 0 },
    ]);
  });

  it("an edit between a tick's question and its answer: the answer counts for those that are still in the group", async () => {
    await polls.work(1);
    await polls.work(2);
    let calls = 0;
    const racing: Database = {
      ...countingDatabase(polls.database, { roundTrips: 0, statements: 0 }),
      batch: async (...args) => {
        calls += 1;
        if (calls === 3) await pauseJobs(polls.database, { jobIds: [jobId], clientId: 1 }, "admin", at(14) + 59_000);
        return polls.database.batch(...args);
      },
    };
    await polls.ticks(at(13), at(14));
    await polls.tick(at(15), { control: racing });
    expect(calls).toBeGreaterThanOrEqual(3);
    await polls.ticks(at(16), at(20));
    expect(await fates(1, 20)).toEqual(["quiet", "quiet", "paused", "paused"]);
    expect((await fates(2, 20)).slice(0, 3)).toEqual(["quiet", "quiet", "run"]);
  });

  it("a tick between an edit's reading and writing: the edit reads again", async () => {
    let ticked = false;
    const racing: Database = {
      ...countingDatabase(polls.database, { roundTrips: 0, statements: 0 }),
      batch: async (...args) => {
        const guarded = (args[0] as { sql: string }[])[0]?.sql.startsWith("INSERT INTO lease_guard");
        if (guarded && !ticked) {
          ticked = true;
          await polls.tick(at(14));
        }
        return polls.database.batch(...args);
      },
    };
    await updateJob(
      { ...polls.ports, control: racing },
      jobId,
      1,
      { ...input, cron: "0 0/4 * * * ?" },
      "admin",
      at(14) + 500,
    );
    expect(ticked).toBe(true);
    await polls.ticks(at(15), at(20));
    expect(await fates(1, 14)).toEqual(["quiet", "quiet"]);
    expect(await fates(1, 20, "0 0/4 * * * ?", 14)).toEqual(["quiet", "quiet"]);
  });
});
