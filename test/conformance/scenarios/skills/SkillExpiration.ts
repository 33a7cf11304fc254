import { SkillExpiration as processor } from "../../../../src/processors/skills/SkillExpiration.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

const achieved = (id: number, person_id: number, skill_id: number, level: number, expires_on: string | null) => ({
  id,
  person_id,
  skill_id,
  level,
  achieved_on: "2025-01-01",
  expires_on,
  source_ref: `reg:${id}`,
});

export const SkillExpiration: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  counts: { expired: 4, levelsLowered: 2 },
  badParameters: [
    [{ chunkSize: 0 }, "chunkSize"],
    [{ graceDays: 1 }, "graceDays"],
  ],
  async seed({ database }, bystanders) {
    await insertForBoth(database, "skills", (own) => [{ id: own(1) }, { id: own(2) }]);
    await insertForBoth(database, "skill_achievements", (own) => [
      achieved(own(1), own(1), own(1), 2, "2026-03-01"),
      achieved(own(2), own(1), own(1), 1, "2026-02-01"),
      achieved(own(3), own(2), own(1), 2, "2026-03-01"),
      achieved(own(4), own(2), own(1), 1, null),
      achieved(own(5), own(2), own(2), 1, "2026-01-01"),
      achieved(own(6), own(2), own(2), 1, "2026-03-02"),
    ]);
    await insertForBoth(database, "person_skills", (own) => [
      { id: own(1), person_id: own(1), skill_id: own(1), current_level: 2, valid_until_on: "2026-03-01" },
      { id: own(2), person_id: own(2), skill_id: own(1), current_level: 2, valid_until_on: "2026-03-01" },
      { id: own(3), person_id: own(2), skill_id: own(2), current_level: 1, valid_until_on: "2026-03-02" },
    ]);
    await insertBystanders(database, "skill_achievements", bystanders, (id) =>
      achieved(id, id, 1001, 1, id % 2 ? null : "2026-12-31"),
    );
  },
};
