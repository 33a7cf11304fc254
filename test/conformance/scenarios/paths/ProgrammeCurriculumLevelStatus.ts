import { ProgrammeCurriculumLevelStatus as processor } from "../../../../src/processors/paths/ProgrammeCurriculumLevelStatus.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const ProgrammeCurriculumLevelStatus: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  counts: { paths: 2, raised: 2, lowered: 1 },
  badParameters: [
    [{ neverLower: "no" }, "neverLower"],
    [{ lower: true }, "lower"],
  ],
  async seed({ database }, bystanders) {
    await insertForBoth(database, "components", (own) =>
      [1, 2].map((id) => ({ id: own(id), kind: "learning_path", path_mode: "level", structure_version: 2 })),
    );
    await insertForBoth(database, "syllabus_items", (own) =>
      [1, 2].flatMap((path) =>
        [1, 2].flatMap((level) => {
          const folder = own(path * 10 + level);
          return [
            { id: folder, component_id: own(path), level_no: level },
            { id: own(path * 100 + level), component_id: own(path), parent_id: folder, kind: "media" },
          ];
        }),
      ),
    );
    await insertForBoth(database, "registrations", (own) => [
      { id: own(1), component_id: own(1), person_id: own(1) },
      { id: own(2), component_id: own(1), person_id: own(2), current_level: 2, level_structure_version: 1 },
      { id: own(3), component_id: own(1), person_id: own(3), current_level: 1, level_structure_version: 1 },
      { id: own(4), component_id: own(2), person_id: own(1), current_level: 1, level_structure_version: 1 },
    ]);
    await insertForBoth(database, "item_progress", (own) => [
      { id: own(1), registration_id: own(1), item_id: own(101), status: "completed" },
      { id: own(4), registration_id: own(4), item_id: own(201), status: "passed" },
    ]);
    await insertBystanders(database, "registrations", bystanders, (id) => ({
      id,
      component_id: 1001,
      person_id: id,
      current_level: 1,
      level_structure_version: 2,
    }));
  },
};
