import { describe, expect, it } from "vitest";
import { Rate } from "../../../src/web/http/rate.ts";

describe("a rate", () => {
  it("lets each one ask a number of times within a time, which begins with the first", () => {
    const rate = new Rate();
    const ask = (who: string, now: number) => rate.take(who, 2, 1000, now);
    expect([ask("a", 0), ask("a", 999), ask("a", 999), ask("b", 999)]).toEqual([true, true, false, true]);
    expect([ask("a", 1000), ask("a", 1001), ask("a", 1999), ask("a", 2000)]).toEqual([true, true, false, true]);
  });

  it("remembers a limited number of those who ask", () => {
    const rate = new Rate();
    for (let who = 0; who < 30_000; who += 1) expect(rate.take(String(who), 1, 60_000, 0)).toBe(true);
    expect(rate.take("29999", 1, 60_000, 1)).toBe(false);
    expect(rate.take("0", 1, 60_000, 1)).toBe(true);
  });
});
