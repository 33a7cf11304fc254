import { ProgrammeCurriculumScheduling as processor } from "../../../../src/processors/paths/ProgrammeCurriculumScheduling.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const HOUR = 3_600_000;

export const ProgrammeCurriculumScheduling: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  counts: { shown: 2, hidden: 2 },
  badParameters: [
    [{ chunkSize: 0 }, "chunkSize"],
    [{ from: "2026-03-02" }, "from"],
  ],
  async seed({ database }, bystanders) {
    await insertForBoth(database, "components", (own) => [
      { id: own(1), kind: "learning_path" },
      { id: own(2), kind: "course" },
    ]);
    await insertForBoth(database, "syllabus_items", (own) => [
      { id: own(1), component_id: own(1), visible: 0, display_from_at: NOW - HOUR },
      { id: own(2), component_id: own(1), display_till_at: NOW },
      { id: own(3), component_id: own(1), display_from_at: NOW - 1, display_till_at: NOW - 2 },
      { id: own(4), component_id: own(1), visible: 0, display_from_at: NOW + HOUR },
      { id: own(5), component_id: own(2), visible: 0, display_from_at: NOW - HOUR },
    ]);
    await insertBystanders(database, "syllabus_items", bystanders, (id) => ({
      id,
      component_id: 1001,
      ...(id % 2 ? { display_till_at: NOW + HOUR } : {}),
    }));
  },
};
