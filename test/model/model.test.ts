import { describe, expect, it } from "vitest";
import { explore } from "./explore.ts";
import { defects } from "./protocol.ts";

describe("claim, lease, step and finish, with two owners and two occurrences", () => {
  it.each([
    ["two databases", "apart", 100_000],
    ["one database that is both", "together", 50_000],
  ] as const)(
    "are right, with %s, in every state that crashes, lost, late and doubled calls can lead to",
    (name, layout, least) => {
      const { states, transitions, contents, wrong } = explore(layout);
      console.log(
        `With ${name} the model has ${states} states and ${transitions} transitions; the databases hold ${contents} different contents`,
      );
      expect(wrong).toBeNull();
      expect(states).toBeGreaterThan(least);
    },
  );

  it.each(defects.flatMap(([defect, layouts]) => layouts.map((layout) => [layout, defect] as const)))(
    "are not, and the model says so, with control and the store %s and the defect: %s",
    (layout, defect) => {
      expect(explore(layout, defect).wrong).not.toBeNull();
    },
  );
});
