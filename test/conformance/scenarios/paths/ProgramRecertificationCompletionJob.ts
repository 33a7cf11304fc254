import { ProgramRecertificationCompletionJob as processor } from "../../../../src/processors/paths/ProgramRecertificationCompletionJob.ts";
import { insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";
import { noon, seedSection } from "./recertification.ts";

export const ProgramRecertificationCompletionJob: Scenario = {
  processor,
  parameters: { chunkSize: 1 },
  counts: { achieved: 2, nextCreated: 3, notEligible: 1 },
  // One registration was made by a rule that there is no more.
  again: "no_action",
  badParameters: [
    [{ chunkSize: 0 }, "chunkSize"],
    [{ sectionIds: [1] }, "sectionIds"],
  ],
  async seed({ database }, bystanders) {
    await seedSection(database, { interval_months: 12 }, bystanders);
    await insertForBoth(database, "recert_periods", (own) =>
      ["open", "ended", "due", "ended", "ended"].map((state, index) => ({
        id: own(index + 1),
        registration_id: own(index + 1),
        section_id: own(1),
        state,
        start_on: "2026-02-01",
        due_on: "2026-02-11",
        end_on: state === "ended" ? "2026-02-21" : "2026-03-21",
      })),
    );
    await insertForBoth(database, "item_progress", (own) =>
      [1, 2, 3].map((id) => ({
        id: own(id),
        registration_id: own(id),
        item_id: own(2),
        status: "completed",
        completed_at: noon("2026-02-10"),
        locked: 1,
      })),
    );
    await insertForBoth(database, "registrations", (own) =>
      [1, 2].map((id) => ({
        id: own(10 + id),
        component_id: own(2),
        person_id: own(id),
        status: "passed",
        completed_at: noon("2026-02-12"),
      })),
    );
    await database.execute("UPDATE registrations SET source = 'auto_rule' WHERE id IN (1005, 2005)");
  },
};
