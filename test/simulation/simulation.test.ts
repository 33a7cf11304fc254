import { describe, expect, it } from "vitest";
import { simulate, words } from "./batch.ts";
import { liveThrough } from "./history.ts";
import { seeds } from "./seeds.ts";

describe("tick, runner and store in a simulated world where everything goes wrong", () => {
  it.each([1, 101, 201, 301, 401])("break no invariant in 100 histories from seed %i", async (seed) => {
    const { broken, histories } = await simulate(seed, 100);
    expect(broken?.broken ?? [], `seed ${broken?.seed}`).toEqual([]);
    expect(histories).toBe(100);
  });

  it("meet every kind of fault, at every stage of a run", async () => {
    const report = await simulate(901, 60);
    const tally = words(report).join("\n");
    for (const stage of ["re-plan", "claim", "open", "commit", "beat", "finish", "permit"]) {
      expect(tally).toMatch(new RegExp(`crash after: .*${stage}`));
    }
    expect(report.faults / report.histories).toBeGreaterThan(10);
  });

  it.each(seeds)("no longer fail at seed $seed: $found", async ({ seed }) => {
    expect((await liveThrough(seed)).broken).toEqual([]);
  });

  it("the same seed gives the same history", async () => {
    const [one, other] = [await liveThrough(7), await liveThrough(7)];
    expect(one).toEqual(other);
  });
});
