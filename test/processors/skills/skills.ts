import type { Suite } from "../enrolment/suite.ts";

type Values = Parameters<Suite["insert"]>[1];
let references = 0;

/** What tests write and read of skills. */
export const skills = (suite: Suite) => ({
  skill: (values: Values = {}) => suite.insert("skills", { name: "Welding", max_level: 3, ...values }),
  achieved: (person_id: number, skill_id: number, values: Values = {}) =>
    suite.insert("skill_achievements", {
      person_id,
      skill_id,
      level: 1,
      achieved_on: "2025-01-01",
      source_ref: `test:${++references}`,
      ...values,
    }),
  held: (person_id: number, skill_id: number, values: Values = {}) =>
    suite.insert("person_skills", { person_id, skill_id, current_level: 1, ...values }),
  /** What a person holds of a skill. */
  holds: async (person_id: number, skill_id: number) =>
    (
      await suite.rows(
        "SELECT current_level, valid_until_on, display_state FROM person_skills WHERE person_id = ? AND skill_id = ?",
        person_id,
        skill_id,
      )
    )[0],
});
