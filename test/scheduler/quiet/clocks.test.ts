import { beforeEach, describe, expect, it } from "vitest";
import { certainTime } from "../../../src/scheduler/clocks.ts";
import { tick } from "../../../src/scheduler/tick.ts";
import { MINUTE, NOON, Polls } from "./polls.ts";

const EVERY_FIVE = "0 0/5 * * * ?";
const at = (minute: number) => NOON + minute * MINUTE;

let polls: Polls;
beforeEach(async () => {
  polls = await Polls.fresh(["UTC"]);
});

describe("quiet occurrences and clocks", () => {
  it("follow the zone through a change of clocks, as a trigger does", async () => {
    polls = await Polls.fresh(["Europe/Berlin"]);
    // 2026-03-29, 02:00 becomes 03:00.
    const from = Date.parse("2026-03-29T00:30:00Z");
    await polls.job({ cron: "0 0/30 * * * ?" }, from);
    await polls.ticks(from, from + 90 * MINUTE);
    expect(await polls.fates("0 0/30 * * * ?", 1, from + 1, from + 90 * MINUTE, "Europe/Berlin")).toEqual(
      Array(3).fill("quiet"),
    );
    // 2026-10-25, 03:00 becomes 02:00.
    const autumn = Date.parse("2026-10-25T00:00:00Z");
    await polls.rows("UPDATE quiet_groups SET next_fire_at = ?, due_at = ?", autumn, autumn);
    await polls.ticks(autumn, autumn + 120 * MINUTE);
    expect(await polls.fates("0 0/30 * * * ?", 1, autumn, autumn + 120 * MINUTE, "Europe/Berlin")).toEqual(
      Array(5).fill("quiet"),
    );
  });

  it("late ones wait while the time is not confirmed, and are judged when it is", async () => {
    await polls.job({ policies: { misfire: "skip" } });
    await polls.ticks(NOON, at(5));
    const doubted = { ...certainTime(at(60)), confirmed: false, sure: false };
    await tick(polls.ports, doubted, "cron");
    expect(await polls.looks()).toEqual(["12:05:00-12:05:00 x1"]);
    expect(await polls.runs()).toEqual([]);
    await polls.ticks(at(6), at(10));
    expect(await polls.fates(EVERY_FIVE, 1, at(1), at(10))).toEqual(["quiet", "quiet"]);
  });

  it("what a clock that was ahead had looked at is taken back, as far as it lies in the future", async () => {
    await polls.job();
    await polls.ticks(NOON, at(5));
    // Half an hour ahead, a few minutes at a time.
    await polls.ticks(at(6), at(35));
    expect(await polls.looks()).toEqual(["12:05:00-12:35:00 x7"]);
    await tick({ ...polls.ports, fatedUntil: at(35) }, { ...certainTime(at(12)), steady: true }, "cron");
    expect(await polls.looks()).toEqual(["12:05:00-12:10:00 x2"]);
    await polls.work(1);
    await polls.ticks(at(13), at(15));
    await polls.settle();
    await polls.ticks(at(16), at(25));
    expect(await polls.fates(EVERY_FIVE, 1, at(1), at(25))).toEqual(["quiet", "quiet", "run", "quiet", "quiet"]);
  });

  it("a clock that goes back adds nothing", async () => {
    await polls.job();
    await polls.ticks(NOON, at(10));
    await polls.ticks(at(4), at(15));
    expect(await polls.fates(EVERY_FIVE, 1, at(1), at(15))).toEqual(["quiet", "quiet", "quiet"]);
    expect(await polls.looks()).toEqual(["12:05:00-12:15:00 x3"]);
  });

  it("groups of a zone that this host does not know wait, the others are asked", async () => {
    await polls.job();
    await polls.job({ name: "Other", cron: "0 0/3 * * * ?" });
    await polls.ticks(NOON, at(5));
    await polls.rows("UPDATE quiet_groups SET time_zone = 'America/New_Thule' WHERE job_id = 2");
    await polls.ticks(at(6), at(10));
    expect(await polls.rows("SELECT job_id, last_fated_at FROM quiet_groups ORDER BY job_id")).toEqual([
      { job_id: 1, last_fated_at: at(10) },
      { job_id: 2, last_fated_at: at(3) },
    ]);
  });
});
