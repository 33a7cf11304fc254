import { describe, expect, it } from "vitest";
import { judgeTime, type Readings, type RecordedTick } from "../../src/scheduler/clocks.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse("2026-03-02T12:00:00Z");

/** Ticks of before, newest first: minutes before noon, and how much the host's clock was ahead of the database's. */
const ticks = (...minutes: number[]): RecordedTick[] =>
  minutes.map((before) => ({ at: NOON - before * MINUTE, apartMs: 0 }));
const regular = ticks(1, 2, 3, 4, 5);
const judge = (readings: Partial<Readings>, before: readonly RecordedTick[] = regular) => {
  const { now, confirmed } = judgeTime({ host: NOON, database: NOON, witness: null, ...readings }, before);
  return [(now - NOON) / MINUTE, confirmed ? "confirmed" : "doubted"];
};

describe("a tick with a database of its own clock", () => {
  it.each<[string, Partial<Readings>, number]>([
    ["is believed where both agree", {}, 0],
    ["follows the earlier of two that differ by seconds", { host: NOON + 30_000 }, 0],
    ["follows the database where the host is hours ahead", { host: NOON + 5 * HOUR }, 0],
    ["follows the database where the host is hours behind", { host: NOON - 5 * HOUR }, 0],
    ["follows the host where the database is hours ahead", { database: NOON + 5 * HOUR }, 0],
    ["follows the host where the database is hours behind", { database: NOON - 5 * HOUR }, 0],
    ["is not led astray by a witness that both outvote", { witness: NOON + 5 * HOUR }, 0],
  ])("%s", (_name, readings, minutes) => {
    expect(judge(readings)[0]).toBe(minutes);
  });

  it("is no guide where it followed the earlier of two that were both ahead: the right one is followed when it is back", () => {
    const misled: RecordedTick = { at: NOON + 3 * HOUR, apartMs: 4 * HOUR };
    expect(judge({ database: NOON + 3 * HOUR }, [misled, ...ticks(2, 3)])).toEqual([0, "doubted"]);
    const agreed: RecordedTick = { at: NOON + 3 * HOUR, apartMs: 0 };
    expect(judge({ database: NOON + 3 * HOUR }, [agreed, ...ticks(2, 3)])).toEqual([0, "doubted"]);
    // A database that stays hours behind is not followed once further ticks have borne the other out.
    const borne = { at: NOON - MINUTE, apartMs: 3 * HOUR, confirmed: true };
    expect(judge({ database: NOON - 3 * HOUR }, [borne, { ...borne, at: NOON - 2 * MINUTE }])[0]).toBe(0);
  });

  it("judges nothing by one clock against the other before two further ticks came to the same", () => {
    const ahead = { host: NOON + 5 * HOUR };
    const apart = (...minutes: number[]) => ticks(...minutes).map((one) => ({ ...one, apartMs: 5 * HOUR }));
    expect(judge(ahead, regular)[1]).toBe("doubted");
    expect(judge(ahead, [...apart(1), ...ticks(2, 3)])[1]).toBe("doubted");
    expect(judge(ahead, [...apart(1, 2), ...ticks(3, 4)])).toEqual([0, "confirmed"]);
    // Two of one minute are one.
    expect(judge(ahead, [...apart(1, 1), ...ticks(2, 3)])[1]).toBe("doubted");
  });

  it("after an outage, where no tick helps, follows the earlier, unless the witness sides with the later", () => {
    const before = ticks(300, 301, 302);
    expect(judge({ host: NOON + 5 * HOUR }, before)[0]).toBe(0);
    expect(judge({ database: NOON + 5 * HOUR }, before)[0]).toBe(0);
    expect(judge({ host: NOON - 3 * HOUR, witness: NOON - MINUTE }, before)[0]).toBe(0);
    expect(judge({ database: NOON - 3 * HOUR, witness: NOON - MINUTE }, before)[0]).toBe(0);
    expect(judge({ database: NOON - 3 * HOUR }, before)[0]).toBe(-180);
  });
});

describe("a tick on a file, where the database's clock is the host's", () => {
  it.each<[string, Partial<Readings>, readonly RecordedTick[], number, string]>([
    ["is believed within ten minutes of the newest tick", {}, ticks(10, 11, 12), 0, "confirmed"],
    ["is doubted beyond", {}, ticks(11, 12, 13), 0, "doubted"],
    ["is doubted until two further ticks came", {}, ticks(1, 300, 301), 0, "doubted"],
    ["is confirmed by two further ticks", {}, ticks(1, 2, 300), 0, "confirmed"],
    ["is doubted at the first tick of all", {}, [], 0, "doubted"],
    ["is believed after one bad tick", {}, ticks(-300, 1, 2), 0, "confirmed"],
    ["is doubted beside a process whose clock is hours behind", {}, ticks(300, 1, 301, 2, 302, 3), 0, "doubted"],
    ["follows a witness that goes on from the ticks", { witness: NOON - 5 * HOUR }, ticks(301, 302), -300, "confirmed"],
    ["is not led astray by a witness that is off", { witness: NOON - 5 * HOUR }, regular, 0, "confirmed"],
  ])("%s", (_name, readings, before, minutes, verdict) => {
    const alone = before.map(({ at }) => ({ at, apartMs: null }));
    expect(judge({ database: null, ...readings }, alone)).toEqual([minutes, verdict]);
  });
});

describe("what was planned ahead by a clock that was ahead", () => {
  const steady = (...minutes: number[]) =>
    judgeTime(
      { host: NOON, database: null, witness: null },
      ticks(...minutes).map(({ at }) => ({ at, apartMs: null })),
    ).steady;
  it("is withdrawn once two further ticks have confirmed the time", () => {
    expect(steady(-300, -299, 3, 4)).toBe(false);
    expect(steady(1, -300, 3, 4)).toBe(false);
    expect(steady(1, 2, -300, -299)).toBe(true);
  });
});
