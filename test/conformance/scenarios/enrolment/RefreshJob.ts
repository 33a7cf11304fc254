import { RefreshJob as processor } from "../../../../src/processors/enrolment/RefreshJob.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import { insertBystanders } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

export const RefreshJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ maxOverdueMonths: -1 }, "maxOverdueMonths"],
    [{ months: 3 }, "months"],
  ],
  // One refresher is cancelled.
  ends: "partial",
  again: "partial",
  counts: { registered: 6, noCourse: 1 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      const people = await suite.people(3);
      const based = async (refresher_component_id: number) => {
        const base = await suite.course({ refresher_component_id, refresh_after_months: 12 });
        for (const person of people)
          await suite.registration(base, person, { status: "passed", completed_at: NOW - 400 * DAY });
      };
      await based(await suite.course({ max_participants: 2, waiting_list: 1 }));
      const template = await suite.template();
      await suite.course({ template_id: template, max_participants: 2 });
      await based(template);
      await based(await suite.course({ planning_status: "cancelled" }));
    }
    const suite = new Suite(database);
    const fresh = await suite.course({ refresher_component_id: await suite.course(), refresh_after_months: 12 });
    await insertBystanders(database, "registrations", bystanders, (id) => ({
      component_id: fresh,
      person_id: id,
      status: "passed",
      completed_at: NOW - DAY,
    }));
  },
};
