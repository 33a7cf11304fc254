import { afterEach, expect, it, vi } from "vitest";
import { systemClock } from "../../src/hosts/system-clock.ts";

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
