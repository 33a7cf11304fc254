import { describe, expect, it } from "vitest";
import { simulate } from "./batch.ts";
import { defects } from "./defects.ts";

/** Histories within which every defect has to be noticed. */
const WITHIN = 2_000;

describe("the simulation can fail: it notices", () => {
  it.each(defects.filter(({ rare }) => !rare))("$name", async (defect) => {
    const { broken, histories } = await simulate(defect.seed, WITHIN, defect);
    expect(
      broken,
      `Nothing broke in ${histories} histories; does what the defect replaces still occur?`,
    ).not.toBeNull();
  });
});
