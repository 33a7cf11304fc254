import { ProgramStatusUpdateForLearners as processor } from "../../../../src/processors/paths/ProgramStatusUpdateForLearners.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const ProgramStatusUpdateForLearners: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  // One path says that it completes in a way that does not exist.
  ends: "partial",
  again: "partial",
  badParameters: [
    [{ fromStatuses: [] }, "fromStatuses"],
    [{ fromStatuses: ["passed"] }, "fromStatuses.0"],
    [{ statuses: ["booked"] }, "statuses"],
  ],
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      const people = await suite.people(3);
      const skill = await suite.insert("skills", { name: "Welding" });
      const path = async (by: string) => {
        const id = await suite.path();
        await suite.meta(id, 11814, by);
        const item = await suite.insert("syllabus_items", { component_id: id, kind: "media" });
        return { id, item };
      };
      const [byProgress, byLogic, bad] = [await path("progress"), await path("logic"), await path("later")];
      await suite.insert("skill_grants", { component_id: byProgress.id, skill_id: skill, level: 1, valid_months: 6 });
      const rule = JSON.stringify({ item: byLogic.item, status: ["completed"] });
      await suite.update("components", byLogic.id, { completion_rule: rule });
      for (const { id, item } of [byProgress, byLogic, bad]) {
        for (const [place, person] of people.entries()) {
          const registration = await suite.registration(id, person);
          if (place === 2) continue;
          await suite.insert("item_progress", {
            registration_id: registration,
            item_id: item,
            status: "completed",
            completed_at: 500,
          });
        }
      }
    }
    if (bystanders === 0) return;
    const done = await new Suite(database).path();
    await new Suite(database).meta(done, 11814, "progress");
    await database.batch(
      Array.from({ length: bystanders }, (_, index) => ({
        sql: `INSERT INTO registrations (client_id, component_id, person_id, status, created_at, updated_at) VALUES (1, ?, ?, 'completed', 0, 0)`,
        args: [done, 10_000 + index],
      })),
      "write",
    );
  },
};
