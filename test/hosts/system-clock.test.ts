import { afterEach, describe, expect, it, vi } from "vitest";
import { Wake } from "../../src/connectors/clock.ts";
import { FollowingClock, systemClock } from "../../src/hosts/system-clock.ts";

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 2, 2, 12);

afterEach(() => vi.useRealTimers());

it("who sleeps until an instant by a clock that is hours behind wakes within a minute after the clock was put right", async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 2, 7) });
  let awake = false;
  void systemClock.sleepUntil(Date.UTC(2026, 2, 2, 12, 1)).then(() => {
    awake = true;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  vi.setSystemTime(Date.now() + 5 * HOUR);
  await vi.advanceTimersByTimeAsync(58_000);
  expect(awake).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(awake).toBe(true);
});

it("what sleeps is woken before its time, each sleep once, and leaves no timer behind", async () => {
  vi.useFakeTimers({ now: NOON });
  const wake = new Wake();
  const woken: string[] = [];
  for (const name of ["one", "other"]) void systemClock.sleepUntil(NOON + HOUR, wake).then(() => woken.push(name));
  void systemClock.sleepUntil(NOON + 1_000, wake).then(() => woken.push("short"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(woken).toEqual(["short"]);
  wake.call();
  wake.call();
  await vi.advanceTimersByTimeAsync(0);
  expect(woken).toEqual(["short", "one", "other"]);
  expect(vi.getTimerCount()).toBe(0);
  await systemClock.sleepUntil(NOON + HOUR, wake);
  expect(vi.getTimerCount()).toBe(0);
});

describe("a clock that follows the ticks", () => {
  it("shows and sleeps by what they take for the time where the host's is hours off, until that is right again", async () => {
    vi.useFakeTimers({ now: NOON + 5 * HOUR });
    const clock = new FollowingClock();
    clock.follow(NOON);
    expect([clock.now() - NOON, clock.offset]).toEqual([0, -5 * HOUR]);
    let awake = false;
    void clock.sleepUntil(NOON + 10_000).then(() => {
      awake = true;
    });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(awake).toBe(true);
    vi.setSystemTime(NOON + HOUR);
    clock.follow(NOON + HOUR + 500);
    expect([clock.now() - NOON, clock.offset]).toEqual([HOUR, 0]);
  });

  it("stays as it is where a tick is not sure", () => {
    vi.useFakeTimers({ now: NOON });
    const clock = new FollowingClock();
    clock.follow(undefined);
    expect(clock.now()).toBe(NOON);
  });
});
