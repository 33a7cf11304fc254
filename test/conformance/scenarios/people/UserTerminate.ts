import { UserTerminate as processor } from "../../../../src/processors/people/UserTerminate.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

export const UserTerminate: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ excludeGroupIds: [0] }, "excludeGroupIds.0"],
    [{ maxDeactivatePct: 101 }, "maxDeactivatePct"],
    [{ days: 30 }, "days"],
  ],
  // The last administrator stays.
  ends: "partial",
  again: "partial",
  counts: { byDate: 3, byMode: 3 },
  async seed({ database }, bystanders) {
    await database.execute("UPDATE clients SET deactivation_mode = 1, deactivation_days = 30");
    await insertForBoth(database, "persons", (own) => [
      ...[1, 2, 3].map((id) => ({ id: own(id), enrolled_on: "2026-03-01", termination_on: "2026-03-01" })),
      ...[4, 5, 6].map((id) => ({ id: own(id), enrolled_on: "2025-01-01" })),
      { id: own(7), enrolled_on: "2025-01-01", role: "client_admin", termination_on: "2026-02-28" },
      { id: own(8), enrolled_on: "2025-01-01", attributes: '{"DEACTIVATIONMODE_ID":"0"}' },
      { id: own(9), enrolled_on: "2026-03-01", termination_on: "2026-03-09" },
    ]);
    await insertForBoth(database, "person_sessions", (own) =>
      [1, 4, 9].map((id) => ({ id: own(id), person_id: own(id), started_at: NOW - 1000, last_seen_at: NOW - 500 })),
    );
    await insertBystanders(database, "persons", bystanders, (id) => ({ id, enrolled_on: "2026-03-01" }));
  },
};
