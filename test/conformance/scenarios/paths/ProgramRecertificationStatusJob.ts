import { ProgramRecertificationStatusJob as processor } from "../../../../src/processors/paths/ProgramRecertificationStatusJob.ts";
import { insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";
import { noon, seedSection } from "./recertification.ts";

export const ProgramRecertificationStatusJob: Scenario = {
  processor,
  parameters: { chunkSize: 1 },
  counts: { achieved: 2 },
  badParameters: [
    [{ chunkSize: 0 }, "chunkSize"],
    [{ sectionIds: [1] }, "sectionIds"],
  ],
  async seed({ database }, bystanders) {
    await seedSection(database, { early_days: 30, auto_register: 1 }, bystanders);
    await insertForBoth(database, "recert_periods", (own) =>
      ["open", "due", "open"].map((state, index) => ({
        id: own(index + 1),
        registration_id: own(index + 1),
        section_id: own(1),
        state,
        start_on: "2026-02-20",
        due_on: "2026-03-01",
        end_on: "2026-03-21",
      })),
    );
    await insertForBoth(database, "item_progress", (own) =>
      [1, 2].map((id) => ({
        id: own(id),
        registration_id: own(id),
        item_id: own(2),
        status: "completed",
        completed_at: noon("2026-02-22"),
        locked: 1,
      })),
    );
    await insertForBoth(database, "registrations", (own) =>
      [1, 2, 3].flatMap((id) => [
        {
          id: own(10 + id),
          component_id: own(2),
          person_id: own(id),
          status: "passed",
          completed_at: noon("2026-02-12"),
        },
        {
          id: own(20 + id),
          component_id: own(2),
          person_id: own(id),
          cycle_no: 2,
          source: "recert",
          source_ref: `period:${own(id)}|${own(2)}`,
        },
      ]),
    );
  },
};
