import { beforeEach, describe, expect, it } from "vitest";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { createBlackout } from "../../../src/administration/pauses/blackouts.ts";
import { resumeEverything, stopEverything } from "../../../src/administration/pauses/stop.ts";
import { backfillJob } from "../../../src/administration/starts/backfill.ts";
import { startJob } from "../../../src/administration/starts/start.ts";
import { readQuietRanges } from "../../../src/control/quiet/quiet-ranges.ts";
import { countingDatabase, type Statement } from "../../../src/store/database.ts";
import { sql } from "../../../src/store/sql.ts";
import { MINUTE, NOON, Poll, Polls } from "./polls.ts";

const EVERY_FIVE = "0 0/5 * * * ?";

let polls: Polls;
beforeEach(async () => {
  polls = await Polls.fresh();
});

describe("a poll that finds nothing", () => {
  it("writes no run: its group says when it was looked at, in one row however often", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 60 * MINUTE);
    expect(await polls.runs()).toEqual([]);
    expect(await polls.looks()).toEqual(["12:05:00-13:00:00 x12", "12:05:00-13:00:00 x12"]);
    for (const clientId of [1, 2, 3]) {
      expect(await polls.fates(EVERY_FIVE, clientId, NOON + 1, NOON + 60 * MINUTE)).toEqual(Array(12).fill("quiet"));
    }
  });

  it("wakes no runner", async () => {
    await polls.job();
    expect(await polls.ticks(NOON, NOON + 10 * MINUTE)).toEqual(new Set());
  });

  it("is grouped by job, zone and second of the spread", async () => {
    await polls.job({ policies: { spreadSeconds: 30 } });
    await polls.ticks(NOON, NOON + 6 * MINUTE);
    const groups = await polls.rows("SELECT time_zone, offset_ms, due_at - next_fire_at AS spread FROM quiet_groups");
    expect(new Set(groups.map((row) => row.time_zone))).toEqual(new Set(["UTC", "Europe/Berlin"]));
    expect(groups.every((row) => row.spread === row.offset_ms)).toBe(true);
    const offsets = new Set(groups.map((row) => `${row.time_zone} ${row.offset_ms}`));
    expect(offsets.size).toBe(groups.length);
    expect(groups.length).toBe(3);
  });

  it("is asked at its second of the spread or after it, never before", async () => {
    await polls.job({ policies: { spreadSeconds: 3600 }, clientId: 1 });
    await polls.ticks(NOON, NOON + 4 * MINUTE);
    const [group] = await polls.rows<{ due_at: number }>("SELECT due_at FROM quiet_groups");
    const dueAt = Number(group?.due_at);
    expect(dueAt).toBeGreaterThan(NOON + 5 * MINUTE);
    await polls.ticks(NOON + 5 * MINUTE, dueAt - 1);
    expect(await polls.looks()).toEqual([]);
    await polls.tick(dueAt - 1);
    expect(await polls.looks()).toEqual([]);
    await polls.tick(dueAt);
    expect(await polls.looks()).toHaveLength(1);
  });

  it("has a row for each day", async () => {
    await polls.job({ clientId: 1, cron: "0 0 * * * ?" });
    await polls.ticks(NOON + 58 * MINUTE, NOON + 60 * MINUTE);
    for (let hour = 2; hour <= 49; hour += 1) await polls.tick(NOON + hour * 60 * MINUTE);
    expect(await polls.looks()).toEqual(["13:00:00-12:00:00 x24", "13:00:00-12:00:00 x24", "13:00:00-13:00:00 x1"]);
  });
});

describe("a poll of the platform", () => {
  const platform = { processor: "PlatformPoll" };

  it("is quiet as a client's is, and gets its run where the platform is named", async () => {
    await polls.job(platform);
    expect(await polls.ticks(NOON, NOON + 10 * MINUTE)).toEqual(new Set());
    await polls.work(2);
    expect(await polls.ticks(NOON + 11 * MINUTE, NOON + 15 * MINUTE)).toEqual(new Set([0]));
    expect(await polls.runs()).toEqual(["12:15:00 0"]);
    await polls.settle();
    await polls.rows("UPDATE components SET planning_status = 'completed'");
    await polls.ticks(NOON + 16 * MINUTE, NOON + 20 * MINUTE);
    expect(await polls.fates(EVERY_FIVE, 0, NOON + 1, NOON + 20 * MINUTE)).toEqual(["quiet", "quiet", "run", "quiet"]);
    const ranges = await readQuietRanges(polls.database, { clientId: 0 });
    expect(ranges.map(({ occurrences }) => occurrences)).toEqual([1, 2]);
  });

  it("leaves its group in a blackout of the platform and while everything is stopped, and joins it again", async () => {
    await polls.job(platform);
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    const blackout = { clientId: 0, startsAt: NOON + 6 * MINUTE, endsAt: NOON + 12 * MINUTE, note: "" };
    await createBlackout(polls.database, blackout, "ada@example.com", NOON);
    await polls.ticks(NOON + 6 * MINUTE, NOON + 15 * MINUTE);
    await stopEverything(polls.database, "A test", "ada@example.com", NOON + 16 * MINUTE);
    await polls.ticks(NOON + 16 * MINUTE, NOON + 21 * MINUTE);
    await resumeEverything(polls.database, "ada@example.com", NOON + 22 * MINUTE);
    await polls.ticks(NOON + 22 * MINUTE, NOON + 30 * MINUTE);
    const fates = await polls.fates(EVERY_FIVE, 0, NOON + 1, NOON + 30 * MINUTE);
    expect(fates).toEqual(["quiet", "blackout", "quiet", "stopped", "quiet", "quiet"]);
  });
});

describe("a client that is named", () => {
  it("gets a run of that occurrence, the others are quiet", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    await polls.work(2);
    expect(await polls.ticks(NOON + 6 * MINUTE, NOON + 10 * MINUTE)).toEqual(new Set([2]));
    expect(await polls.runs()).toEqual(["12:10:00 2"]);
    await polls.settle();
    await polls.ticks(NOON + 11 * MINUTE, NOON + 20 * MINUTE);
    expect(await polls.fates(EVERY_FIVE, 2, NOON + 1, NOON + 20 * MINUTE)).toEqual(["quiet", "run", "quiet", "quiet"]);
    expect(await polls.fates(EVERY_FIVE, 1, NOON + 1, NOON + 20 * MINUTE)).toEqual(Array(4).fill("quiet"));
    expect(await polls.looks()).toEqual([
      "12:05:00-12:20:00 x4",
      "12:05:00-12:05:00 x1",
      "12:10:00-12:10:00 x1 1",
      "12:15:00-12:20:00 x2",
    ]);
  });

  it("starts less than a minute after its second, while ticks come on the minute", async () => {
    await polls.job({ cron: "1 * * * * ?", clientId: 1 });
    await polls.ticks(NOON, NOON + 3 * MINUTE);
    await polls.work(1);
    const report = await polls.tick(NOON + 4 * MINUTE + 900);
    expect(report.wake).toEqual([1]);
    expect(await polls.runs()).toEqual(["12:03:01 1"]);
  });

  it("gets a run of each occurrence that came due since the last tick, of which one does the work", async () => {
    await polls.job({ cron: "0/20 * * * * ?", clientId: 1 });
    await polls.ticks(NOON, NOON + 4 * MINUTE);
    await polls.settle();
    await polls.work(1);
    await polls.tick(NOON + 5 * MINUTE);
    expect((await polls.runs("ended_at IS NULL")).sort()).toEqual(["12:04:20 1", "12:04:40 1", "12:05:00 1"]);
    expect(await polls.fates("0/20 * * * * ?", 1, NOON + 2 * MINUTE, NOON + 4 * MINUTE)).not.toContainEqual(
      expect.stringMatching(/none|\+/),
    );
  });
});

describe("an occurrence gets a run or its usual fate", () => {
  const fates = (clientId: number, until: number) => polls.fates(EVERY_FIVE, clientId, NOON + 1, NOON + until * MINUTE);

  it("when another job follows this one, from the first occurrence after that was saved", async () => {
    const first = await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    const follower = { name: "Then", processor: "Plain", after: { jobId: first, condition: "ok" } };
    expect(await createJob(polls.ports, follower, "admin", NOON + 7 * MINUTE)).toMatchObject({ state: "saved" });
    await polls.ticks(NOON + 7 * MINUTE, NOON + 15 * MINUTE);
    expect(await fates(1, 15)).toEqual(["quiet", "run", "run"]);
  });

  it("when its last run failed", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    await polls.rows("INSERT INTO job_stats (job_id, client_id, runs, failures_in_a_row) VALUES (1, 1, 1, 1)");
    await polls.ticks(NOON + 6 * MINUTE, NOON + 10 * MINUTE);
    expect(await fates(1, 10)).toEqual(["quiet", "run"]);
    expect(await fates(2, 10)).toEqual(["quiet", "quiet"]);
  });

  it("when a run of the job is open, whatever started it", async () => {
    const jobId = await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    await startJob(polls.ports, jobId, { clientId: 1 }, "admin", NOON + 6 * MINUTE);
    await polls.ticks(NOON + 6 * MINUTE, NOON + 10 * MINUTE);
    expect(await fates(1, 10)).toEqual(["quiet", "run"]);
    await polls.settle();
    await polls.ticks(NOON + 11 * MINUTE, NOON + 15 * MINUTE);
    expect(await fates(1, 15)).toEqual(["quiet", "run", "quiet"]);
  });

  it("when a backfill made up for it: that has rows of its own", async () => {
    const jobId = await polls.job();
    await polls.ticks(NOON, NOON + 15 * MINUTE);
    const fields = { from: NOON + 1, until: NOON + 11 * MINUTE, clientId: 1 };
    expect(await backfillJob(polls.ports, jobId, fields, "admin", NOON + 16 * MINUTE)).toMatchObject({ made: 2 });
    await polls.ticks(NOON + 16 * MINUTE, NOON + 20 * MINUTE);
    expect(await fates(1, 20)).toEqual(["quiet", "quiet", "quiet", "run"]);
  });

  it("when it falls into a blackout of the client or of all", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    const blackout = (clientId: number, from: number, until: number) => ({
      clientId,
      startsAt: NOON + from * MINUTE,
      endsAt: NOON + until * MINUTE,
      note: "",
    });
    await createBlackout(polls.database, blackout(1, 9, 11), "admin", NOON + 6 * MINUTE);
    await createBlackout(polls.database, blackout(0, 24, 26), "admin", NOON + 6 * MINUTE);
    await polls.ticks(NOON + 6 * MINUTE, NOON + 40 * MINUTE);
    expect(await fates(1, 40)).toEqual(["quiet", "blackout", "quiet", "quiet", "blackout", "quiet", "quiet", "quiet"]);
    expect(await fates(2, 40)).toEqual(["quiet", "quiet", "quiet", "quiet", "blackout", "quiet", "quiet", "quiet"]);
  });

  it("when a blackout or a pause comes about without an edit of the trigger", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    await polls.rows(
      "INSERT INTO blackouts (client_id, starts_at, ends_at, created_at, updated_at) VALUES (1, ?, ?, 0, 0)",
      NOON + 9 * MINUTE,
      NOON + 11 * MINUTE,
    );
    // As a job that fails too often pauses itself.
    await polls.rows("UPDATE triggers SET paused_until = ? WHERE client_id = 2", NOON + 12 * MINUTE);
    await polls.ticks(NOON + 6 * MINUTE, NOON + 20 * MINUTE);
    expect(await fates(1, 20)).toEqual(["quiet", "blackout", "quiet", "quiet"]);
    expect(await fates(2, 20)).toEqual(["quiet", "paused", "quiet", "quiet"]);
  });

  it("while everything is stopped", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    await stopEverything(polls.database, "", "admin", NOON + 7 * MINUTE);
    await polls.ticks(NOON + 7 * MINUTE, NOON + 16 * MINUTE);
    await resumeEverything(polls.database, "admin", NOON + 16 * MINUTE);
    await polls.ticks(NOON + 16 * MINUTE, NOON + 25 * MINUTE);
    expect(await fates(1, 25)).toEqual(["quiet", "stopped", "stopped", "quiet", "quiet"]);
  });

  it("when the client has a database of its own", async () => {
    await polls.rows("UPDATE clients SET database_url = 'own' WHERE id = 1");
    await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    await polls.rows("UPDATE clients SET database_url = 'own' WHERE id = 2");
    await polls.ticks(NOON + 6 * MINUTE, NOON + 20 * MINUTE);
    expect(await fates(1, 15)).toEqual(["run", "run", "run"]);
    expect(await fates(2, 15)).toEqual(["quiet", "run", "run"]);
    expect(await fates(3, 15)).toEqual(["quiet", "quiet", "quiet"]);
  });

  it("when its parameters do not fit the processor any more", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    await polls.rows(`UPDATE jobs SET parameters = '{"gone":1}'`);
    await polls.ticks(NOON + 6 * MINUTE, NOON + 10 * MINUTE);
    expect(await fates(1, 10)).toEqual(["quiet", "run"]);
  });

  it("when a release without the processor's polls ticks", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 5 * MINUTE);
    const old = { ...polls.catalogue, find: () => null, all: () => [] };
    for (let at = NOON + 6 * MINUTE; at <= NOON + 10 * MINUTE; at += MINUTE) await polls.tick(at, { catalogue: old });
    expect(await fates(1, 10)).toEqual(["quiet", "run"]);
    await polls.settle();
    await polls.ticks(NOON + 11 * MINUTE, NOON + 20 * MINUTE);
    expect(await fates(1, 20)).toEqual(["quiet", "run", "quiet", "quiet"]);
  });

  it.each([
    ["once", ["quiet", "misfire", "misfire", "run", "quiet"]],
    ["skip", ["quiet", "misfire", "misfire", "misfire", "quiet"]],
    ["all", ["quiet", "run", "run", "run", "quiet"]],
  ])("after an outage, by the misfire policy %s", async (misfire, expected) => {
    await polls.job({ policies: { misfire } });
    await polls.ticks(NOON, NOON + 7 * MINUTE);
    await polls.ticks(NOON + 23 * MINUTE, NOON + 23 * MINUTE);
    await polls.settle();
    await polls.ticks(NOON + 24 * MINUTE, NOON + 25 * MINUTE);
    expect(await fates(1, 25)).toEqual(expected);
  });

  it("when its question fails: other jobs are planned all the same, and it waits until it can be asked", async () => {
    await polls.job();
    await polls.job({ name: "Plain", processor: "Plain", cron: "0 0/5 * * * ?", clientId: 1 });
    await polls.ticks(NOON, NOON + 4 * MINUTE);
    const broken = { ...Poll, quiet: () => sql`SELECT nothing FROM nowhere` };
    const catalogue = { ...polls.catalogue, find: (id: string) => (id === "Poll" ? broken : polls.catalogue.find(id)) };
    for (const minute of [5, 6, 7, 8]) await polls.tick(NOON + minute * MINUTE, { catalogue }).catch(() => undefined);
    expect(await polls.runs("job_id = 2")).toEqual(["12:05:00 1"]);
    await expect(polls.tick(NOON + 9 * MINUTE, { catalogue })).resolves.toMatchObject({ more: false });
    expect(await polls.runs("job_id = 2")).toEqual(["12:05:00 1", "12:10:00 1"]);
    expect(await fates(2, 5)).toEqual(["run"]);
  });

  it("is none of these when a tick is a minute late, or missing", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 4 * MINUTE);
    await polls.tick(NOON + 6 * MINUTE + 30_000);
    await polls.ticks(NOON + 7 * MINUTE, NOON + 9 * MINUTE);
    await polls.tick(NOON + 11 * MINUTE);
    expect(await fates(1, 10)).toEqual(["quiet", "quiet"]);
  });
});

describe("two ticks", () => {
  it("at once look once", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 4 * MINUTE);
    await polls.work(1);
    await Promise.all([5, 5, 5.1, 5.2].map((minute) => polls.tick(NOON + minute * MINUTE)));
    expect(await polls.runs()).toEqual(["12:05:00 1"]);
    expect(await polls.looks()).toEqual(["12:05:00-12:05:00 x1", "12:05:00-12:05:00 x1 1"]);
  });

  it("of which one is killed between the look and the pointer: the next one looks again", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 4 * MINUTE);
    let calls = 0;
    const dying = {
      ...countingDatabase(polls.database, { roundTrips: 0, statements: 0 }),
      batch: async (...args: Parameters<typeof polls.database.batch>) => {
        calls += 1;
        if (calls === 3) throw new Error("killed");
        return polls.database.batch(...args);
      },
    };
    await expect(polls.tick(NOON + 5 * MINUTE, { control: dying })).rejects.toThrow("killed");
    expect(await polls.looks()).toEqual([]);
    // What came in between is found, and what was done in between is not asked for.
    await polls.work(1);
    await polls.tick(NOON + 6 * MINUTE);
    expect(await fatesOf(1)).toEqual(["run"]);
    expect(await fatesOf(2)).toEqual(["quiet"]);
  });

  it("whose clocks differ: a trigger that joined after the question is not counted as looked at", async () => {
    await polls.job({ clientId: 1 });
    await polls.job({ clientId: 0, name: "For all" });
    await polls.ticks(NOON, NOON + 4 * MINUTE);
    // Client 2 is back out of its group, as after an edit, when the question is asked, and joins before the answer is written.
    await polls.rows("UPDATE triggers SET quiet_group_id = NULL, next_fire_at = quiet_from WHERE client_id = 2");
    await polls.work(2);
    let calls = 0;
    const slow = {
      ...countingDatabase(polls.database, { roundTrips: 0, statements: 0 }),
      batch: async (...args: Parameters<typeof polls.database.batch>) => {
        calls += 1;
        if (calls === 3) await polls.tick(NOON + 4 * MINUTE + 30_000);
        return polls.database.batch(...args);
      },
    };
    await polls.tick(NOON + 5 * MINUTE, { control: slow });
    await polls.tick(NOON + 6 * MINUTE);
    expect(await polls.runs("client_id = 2")).toEqual(["12:05:00 2"]);
  });

  const fatesOf = (clientId: number) => polls.fates(EVERY_FIVE, clientId, NOON + 1, NOON + 5 * MINUTE);
});

describe("what a look costs", () => {
  it("grows neither in statements nor in rows with the clients of the group", async () => {
    const few = await costOf(3);
    const many = await costOf(60);
    expect(many).toEqual(few);
  });

  it("is read and written by indexes alone", async () => {
    await polls.job();
    await polls.ticks(NOON, NOON + 4 * MINUTE);
    await polls.work(1);
    const seen = new Map<string, Statement>();
    const noting = {
      ...countingDatabase(polls.database, { roundTrips: 0, statements: 0 }),
      batch: async (...args: Parameters<typeof polls.database.batch>) => {
        for (const one of args[0] as Statement[]) seen.set(one.sql, one);
        return polls.database.batch(...args);
      },
    };
    await polls.tick(NOON + 5 * MINUTE, { control: noting });
    await polls.rows("UPDATE quiet_groups SET next_fire_at = next_fire_at - 3600000, due_at = due_at - 3600000");
    await polls.tick(NOON + 6 * MINUTE, { control: noting });
    const quiet = [...seen.values()].filter(({ sql }) => sql.includes("quiet_"));
    expect(quiet.length).toBeGreaterThan(8);
    for (const statement of quiet) {
      const plan = await polls.database.execute({ ...statement, sql: `EXPLAIN QUERY PLAN ${statement.sql}` });
      const details = new Set(plan.rows.map(({ detail }) => String(detail)));
      const scans = [...details].filter((detail) => detail.startsWith("SCAN"));
      // Tables that stand for lists which the statement brings along, and short ones of exceptions behind an index.
      expect(scans.filter((scan) => !/VIRTUAL TABLE|^SCAN (asked|a|v|moment|CONSTANT ROW)\b/.test(scan))).toEqual([
        ...(statement.sql.includes("clients_own_database") ? ["SCAN c USING INDEX clients_own_database"] : []),
      ]);
    }
  });

  async function costOf(clients: number) {
    const stage = await Polls.fresh(Array(clients).fill("UTC"));
    await stage.job();
    await stage.ticks(NOON, NOON + 5 * MINUTE);
    const tally = { roundTrips: 0, statements: 0 };
    const changes = async () => Number((await stage.rows("SELECT total_changes() AS n"))[0]?.n);
    const before = await changes();
    for (let minute = 6; minute <= 10; minute += 1)
      await stage.tick(NOON + minute * MINUTE, { control: countingDatabase(stage.database, tally) });
    // Five ticks' own rows, the row of looks and the pointer.
    return { ...tally, rows: (await changes()) - before };
  }
});
