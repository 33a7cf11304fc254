import { describe, expect, it } from "vitest";
import { explore } from "./explore.ts";
import { defects } from "./protocol.ts";

describe("claim, lease, step and finish, with two owners, two databases and two occurrences", () => {
  it("are right in every state that crashes, lost, late and doubled calls can lead to", () => {
    const { states, transitions, contents, wrong } = explore();
    console.log(
      `The model has ${states} states and ${transitions} transitions; the databases hold ${contents} different contents`,
    );
    expect(wrong).toBeNull();
    expect(states).toBeGreaterThan(100_000);
  });

  it.each(defects)("are not, and the model says so, with the defect: %s", (defect) => {
    expect(explore(defect).wrong).not.toBeNull();
  });
});
