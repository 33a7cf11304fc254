import { afterEach, describe, expect, it, vi } from "vitest";
import { FollowingClock, systemClock } from "../../src/hosts/system-clock.ts";

const HOUR = 3_600_000;

afterEach(() => vi.useRealTimers());

it("who sleeps until an instant by a clock that is hours behind wakes within a minute after the clock was put right", async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 2, 7) });
  let awake = false;
  void systemClock.sleepUntil(Date.UTC(2026, 2, 2, 12, 1), new AbortController().signal).then(() => {
    awake = true;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  vi.setSystemTime(Date.now() + 5 * HOUR);
  await vi.advanceTimersByTimeAsync(58_000);
  expect(awake).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(awake).toBe(true);
});

describe("a clock that follows the ticks", () => {
  const NOON = Date.UTC(2026, 2, 2, 12);

  it("shows and sleeps by what they take for the time where the host's is hours off, until that is right again", async () => {
    vi.useFakeTimers({ now: NOON + 5 * HOUR });
    const clock = new FollowingClock();
    clock.follow(NOON);
    expect([clock.now() - NOON, clock.offset]).toEqual([0, -5 * HOUR]);
    let awake = false;
    void clock.sleepUntil(NOON + 10_000, new AbortController().signal).then(() => {
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
