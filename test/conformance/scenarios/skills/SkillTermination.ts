import { SkillTermination as processor } from "../../../../src/processors/skills/SkillTermination.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const SkillTermination: Scenario = {
  processor,
  parameters: { chunkSize: 2, graceDays: 7 },
  counts: { terminated: 3 },
  badParameters: [
    [{ graceDays: -1 }, "graceDays"],
    [{ graceDays: "2" }, "graceDays"],
    [{ grace: 1 }, "grace"],
  ],
  async seed({ database }, bystanders) {
    const expired = (id: number, skill_id: number, valid_until_on: string) => ({
      id,
      person_id: id,
      skill_id,
      current_level: 0,
      valid_until_on,
      display_state: "expired",
    });
    await insertForBoth(database, "skills", (own) => [
      { id: own(1), auto_expire: 1 },
      { id: own(2), auto_expire: 0 },
    ]);
    await insertForBoth(database, "person_skills", (own) => [
      ...[1, 2, 3].map((id) => expired(own(id), own(1), "2026-02-22")),
      expired(own(4), own(1), "2026-02-23"),
      expired(own(5), own(2), "2026-01-01"),
    ]);
    await insertBystanders(database, "person_skills", bystanders, (id) =>
      id % 2
        ? { id, person_id: id, skill_id: 1001, valid_until_on: "2020-01-01" }
        : { id, person_id: id, skill_id: 1001, current_level: 0, display_state: "terminated" },
    );
  },
};
