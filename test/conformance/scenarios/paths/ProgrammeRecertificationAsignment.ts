import { ProgrammeRecertificationAsignment as processor } from "../../../../src/processors/paths/ProgrammeRecertificationAsignment.ts";
import { insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";
import { noon, seedSection } from "./recertification.ts";

export const ProgrammeRecertificationAsignment: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  counts: { created: 1, opened: 2, due: 1, ended: 2, elementsAssigned: 5, noCourse: 2 },
  // What finds no course waits for one each night.
  again: "no_action",
  badParameters: [
    [{ sectionIds: [] }, "sectionIds"],
    [{ sectionIds: ["x"] }, "sectionIds.0"],
    [{ sections: [1] }, "sections"],
  ],
  async seed({ database }, bystanders) {
    await seedSection(database, { auto_register: 1, start_offset_days: 59 }, bystanders);
    await insertForBoth(database, "components", (own) => [{ id: own(3), kind: "template" }]);
    await insertForBoth(database, "syllabus_items", (own) => [
      { id: own(4), component_id: own(1), parent_id: own(1), kind: "component", ref_component_id: own(3) },
    ]);
    // Registration 1 gets its first period, which opens tonight; the others have theirs.
    await insertForBoth(database, "recert_periods", (own) => {
      const period = (id: number, state: string, days: readonly [string, string, string]) => ({
        id: own(id),
        registration_id: own(id),
        section_id: own(1),
        state,
        start_on: days[0],
        due_on: days[1],
        end_on: days[2],
      });
      return [
        period(2, "pending", ["2026-03-01", "2026-03-11", "2026-03-21"]),
        period(3, "open", ["2026-02-20", "2026-03-02", "2026-03-12"]),
        period(4, "due", ["2026-02-09", "2026-02-19", "2026-03-01"]),
        period(5, "open", ["2026-02-09", "2026-02-19", "2026-03-01"]),
      ];
    });
    await insertForBoth(database, "item_progress", (own) => [
      { id: own(2), registration_id: own(2), item_id: own(2), status: "completed", completed_at: noon("2025-03-01") },
      { id: own(4), registration_id: own(4), item_id: own(2), status: "incomplete" },
    ]);
    await database.execute("UPDATE registrations SET status = 'cancelled' WHERE id IN (1005, 2005)");
  },
};
