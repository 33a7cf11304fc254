import { beforeEach, describe, expect, it } from "vitest";
import { pauseJobs } from "../../src/administration/pauses/pause.ts";
import { readHealth } from "../../src/control/health.ts";
import { listJobs, readListedJob } from "../../src/control/jobs/job-list.ts";
import { readPresent } from "../../src/control/present.ts";
import { looksQuery, readJobLooks, readQuietRanges } from "../../src/control/quiet/quiet-ranges.ts";
import { sweepRetention } from "../../src/scheduler/retention.ts";
import { statement } from "../../src/store/statement.ts";
import { MINUTE, NOON, Polls, time } from "../scheduler/quiet/polls.ts";

const at = (minute: number) => NOON + minute * MINUTE;
const DAY = 86_400_000;

let polls: Polls;
let jobId: number;
beforeEach(async () => {
  polls = await Polls.fresh(["UTC", "UTC"]);
  jobId = await polls.job();
  await polls.ticks(NOON, at(7));
  await polls.work(1);
  await polls.ticks(at(8), at(10));
  await polls.settle();
  await polls.ticks(at(11), at(20));
});

const ranges = async (clientId: number, more: { from?: number; until?: number } = {}) =>
  (await readQuietRanges(polls.database, { clientId, ...more })).map(
    ({ first, last, occurrences }) => `${time(first)}-${time(last)} x${occurrences}`,
  );

describe("a client's quiet moments", () => {
  it("are one range up to a run of the job, whatever other clients of the group had to do", async () => {
    expect(await ranges(1)).toEqual(["12:15:00-12:20:00 x2", "12:05:00-12:05:00 x1"]);
    expect(await ranges(2)).toEqual(["12:05:00-12:20:00 x4"]);
  });

  it("stay when the client leaves its group, and count none that the group looked at without it", async () => {
    await pauseJobs(polls.database, { jobIds: [jobId], clientId: 2 }, "admin", at(21));
    await polls.ticks(at(21), at(40));
    expect(await ranges(2)).toEqual(["12:05:00-12:20:00 x4"]);
    expect(await ranges(1)).toEqual(["12:15:00-12:40:00 x6", "12:05:00-12:05:00 x1"]);
  });

  it("are asked for by instants, and each says when it was looked at", async () => {
    expect(await ranges(2, { from: at(10), until: at(11) })).toEqual(["12:10:00-12:10:00 x1"]);
    expect(await ranges(2, { from: at(21) })).toEqual([]);
    const [range] = await readQuietRanges(polls.database, { clientId: 2, jobId });
    expect(range).toMatchObject({ jobId, jobName: "Poll", clientId: 2, lookedAt: at(20) });
  });

  it("of a job say how many clients were named", async () => {
    const looks = await readJobLooks(polls.database, jobId, 10);
    expect(looks.map(({ first, last, named }) => `${time(first)}-${time(last)} ${named}`)).toEqual([
      "12:15:00-12:20:00 0",
      "12:10:00-12:10:00 1",
      "12:05:00-12:05:00 0",
    ]);
  });

  it("are found by index", async () => {
    const { sql: text, args } = statement(looksQuery({ clientId: 1 }));
    const plan = await polls.database.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
    const scans = plan.rows.map(({ detail }) => String(detail)).filter((detail) => /^SCAN (?!s\b)/.test(detail));
    expect(scans).toEqual([]);
  });

  it("go with the runs of their time", async () => {
    await pauseJobs(polls.database, { jobIds: [jobId], clientId: 2 }, "admin", at(21));
    const count = async (table: string) => (await polls.rows(`SELECT count(*) AS n FROM ${table}`))[0]?.n;
    await sweepRetention(polls.database, async () => null, at(20) + 89 * DAY);
    expect([await count("quiet_looks"), await count("quiet_memberships")]).toEqual([3, 1]);
    await sweepRetention(polls.database, async () => null, at(21) + 90 * DAY);
    expect([await count("quiet_looks"), await count("quiet_memberships")]).toEqual([0, 0]);
    // The group still polls.
    expect(await count("quiet_groups")).toBe(1);
  });
});

describe("a job that polls", () => {
  it("is listed with its next fire, for all and for one client, alone and by order", async () => {
    const plain = await polls.job({ name: "Plain", processor: "Plain", cron: "0 22 * * * ?" }, at(20));
    const fires = async (order: "name" | "next", clientId?: number) =>
      (await listJobs(polls.database, { order, clientId }, at(20))).jobs.map(({ id, next }) => [id, next?.fireAt]);
    for (const clientId of [undefined, 1]) {
      expect(await fires("name", clientId)).toEqual([
        [plain, at(22)],
        [jobId, at(25)],
      ]);
      expect(await fires("next", clientId)).toEqual([
        [plain, at(22)],
        [jobId, at(25)],
      ]);
    }
    expect((await readListedJob(polls.database, jobId, 2, at(20)))?.next).toMatchObject({
      clientId: 2,
      fireAt: at(25),
    });
  });

  it("is among the next starts", async () => {
    const { startsWithinAnHour, nextStarts } = await readPresent(polls.database, undefined, at(20));
    expect(startsWithinAnHour).toBe(2);
    expect(nextStarts.map(({ clientId, at: start }) => [clientId, start])).toEqual([
      [1, at(25)],
      [2, at(25)],
    ]);
    expect((await readPresent(polls.database, 2, at(20))).startsWithinAnHour).toBe(1);
  });

  it("is said to lie behind when no tick looked", async () => {
    await polls.tick(at(21));
    expect(await readHealth(polls.database, at(21))).toMatchObject({ triggersBehind: 0 });
    await polls.rows("UPDATE quiet_groups SET next_fire_at = ?, due_at = ?", at(10), at(10));
    expect(await readHealth(polls.database, at(21))).toMatchObject({ triggersBehind: 1 });
  });
});
