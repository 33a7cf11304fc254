import { CancelUsersOnCancelledCoursesForReplicationProcess as processor } from "../../../../src/processors/enrolment/CancelUsersOnCancelledCoursesForReplicationProcess.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const CancelUsersOnCancelledCoursesForReplicationProcess: Scenario = {
  processor,
  parameters: { chunkSize: 2, notify: true },
  badParameters: [
    [{ notify: "yes" }, "notify"],
    [{ promoteWaitingList: true }, "promoteWaitingList"],
  ],
  // One mail has no address that can be used.
  ends: "partial",
  counts: { courses: 2, cancelled: 5, sent: 3, errors: 1 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      const people: number[] = [];
      for (const email of ["ada@example.com", "not an address", null]) people.push(await suite.person({ email }));
      const [first, second, held] = [
        await suite.course({ planning_status: "cancelled" }),
        await suite.course({ planning_status: "cancelled" }),
        await suite.course(),
      ];
      for (const person of people) await suite.registration(first, person);
      await suite.registration(second, people[0] ?? 0, { status: "waiting_list" });
      await suite.registration(second, await suite.person({ email: "emil@example.com" }), { status: "requested" });
      await suite.registration(second, people[2] ?? 0, { status: "passed" });
      await suite.registration(held, people[0] ?? 0);
    }
    const done = await new Suite(database).course({ planning_status: "cancelled" });
    await insertBystanders(database, "registrations", bystanders, (id) => ({
      component_id: done,
      person_id: id,
      status: "cancelled",
    }));
  },
  ...sendingMail(),
};
