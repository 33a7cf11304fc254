import { CancelInactiveUsersJob as processor } from "../../../../src/processors/enrolment/CancelInactiveUsersJob.ts";
import { Suite } from "../../../processors/enrolment/suite.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const CancelInactiveUsersJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ promoteWaitingList: "yes" }, "promoteWaitingList"],
    [{ promote: true }, "promote"],
    [{ maxFailures: -1 }, "maxFailures"],
  ],
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) {
      const suite = new Suite(database, clientId);
      const gone = [
        await suite.person({ auth_status: "passive" }),
        await suite.person({ auth_status: "inactive" }),
        await suite.person({ auth_status: "passive" }),
      ];
      const waiting = await suite.people(2);
      const limited = await suite.course({ max_participants: 3, waiting_list: 1 });
      const planned = await suite.course({ max_participants: 3, waiting_list: 1, planning_status: "planned" });
      const untouched = await suite.course();
      for (const course of [limited, planned]) {
        await suite.meta(course, 11813);
        for (const person of gone) await suite.registration(course, person);
        for (const person of waiting) await suite.registration(course, person, { status: "waiting_list" });
      }
      for (const person of gone) await suite.registration(untouched, person);
    }
    const suite = new Suite(database);
    if (bystanders === 0) return;
    const done = await suite.course();
    await suite.meta(done, 11813);
    await database.batch(
      Array.from({ length: bystanders }, (_, index) => ({
        sql: `INSERT INTO registrations (client_id, component_id, person_id, cycle_no, status, created_at, updated_at)
          VALUES (1, ?, ?, ?, ?, 0, 0)`,
        args: [done, 1 + (index % 3), 1 + index, index % 2 ? "passed" : "cancelled"],
      })),
      "write",
    );
  },
};
