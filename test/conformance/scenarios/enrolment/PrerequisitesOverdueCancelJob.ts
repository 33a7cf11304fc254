import { PrerequisitesOverdueCancelJob as processor } from "../../../../src/processors/enrolment/PrerequisitesOverdueCancelJob.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

const inIt = JSON.stringify({ attr: "department", op: "eq", value: "IT" });

export const PrerequisitesOverdueCancelJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ onDueDate: 1 }, "onDueDate"],
    [{ notify: "yes" }, "notify"],
    [{ promoteWaitingList: 0 }, "promoteWaitingList"],
    [{ days: 3 }, "days"],
  ],
  // One component's day is none, and one mail has no address that can be used.
  ends: "partial",
  again: "partial",
  counts: { components: 1, cancelled: 4, promoted: 1, sent: 5, errors: 1 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      const supervisor = await suite.person({ email: "boss@example.com" });
      const person = (department: string, email: string | null = null) =>
        suite.person({ attributes: JSON.stringify({ department }), email, supervisor_id: email && supervisor });
      const component = async (due: string) => {
        const id = await suite.course({ prerequisites: inIt, max_participants: 3, waiting_list: 1 });
        await suite.meta(id, 11801);
        await suite.meta(id, 12703, due);
        return id;
      };
      const [past, unreadable] = [await component("2026-03-01"), await component("soon")];
      await suite.registration(past, await person("Sales", "ada@example.com"), { prerequisite_status: "not_met" });
      await suite.registration(past, await person("Sales"), { status: "waiting_list" });
      await suite.registration(past, await person("Sales", "not an address"), { prerequisite_status: "overdue" });
      await suite.registration(past, await person("IT"), { prerequisite_status: "not_met" });
      await suite.registration(past, await person("IT"), { status: "waiting_list" });
      await suite.registration(past, await person("Sales", "emil@example.com"), { status: "requested" });
      await suite.registration(unreadable, await person("Sales"));
    }
    const suite = new Suite(database);
    const done = await suite.course({ prerequisites: inIt });
    await suite.meta(done, 11801);
    await suite.meta(done, 12703, "2026-03-01");
    await insertBystanders(database, "registrations", bystanders, (id) => ({
      component_id: done,
      person_id: id,
      status: id % 2 ? "cancelled" : "passed",
    }));
  },
  ...sendingMail(),
};
