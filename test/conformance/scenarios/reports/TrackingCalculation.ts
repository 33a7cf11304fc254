import { TrackingCalculation as processor } from "../../../../src/processors/reports/TrackingCalculation.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const TrackingCalculation: Scenario = {
  processor,
  parameters: { chunkSize: 2, keepRawDays: 20 },
  badParameters: [
    [{ keepRawDays: -1 }, "keepRawDays"],
    [{ keepRawDays: 1.5 }, "keepRawDays"],
    [{ recomputeFrom: "yesterday" }, "recomputeFrom"],
  ],
  async seed({ database }, bystanders) {
    await insertForBoth(database, "persons", (own) => [1, 2, 3].map((id) => ({ id: own(id) })));
    await insertForBoth(database, "components", (own) => [{ id: own(1) }]);
    // A day whose events are gone, one that was computed, with late events, and two that are new; the last person does not exist.
    await insertForBoth(database, "tracking_events", (own) => {
      const days = ["2026-02-01", "2026-02-05", "2026-02-20", "2026-02-28", "2026-03-02"];
      return days.flatMap((day_on, index) =>
        [1, 2, 3, 4].map((person) => ({
          id: own(index * 10 + person),
          person_id: own(person),
          component_id: person === 2 ? own(9) : own(1),
          event: "launch",
          duration_s: 60,
          at: 0,
          day_on,
        })),
      );
    });
    const state = [
      ["watermark", '"2026-02-20"'],
      ["rawDeletedTo", '"2026-02-03"'],
    ];
    for (const client of [1, 2]) {
      for (const [key, value] of [...state, ["lastEventId", String(client * 1000)]] as [string, string][]) {
        await database.execute({
          sql: `INSERT INTO processor_state (processor, client_id, node_id, key, value) VALUES ('TrackingCalculation', ?, '', ?, ?)`,
          args: [client, key, value],
        });
      }
    }
    await insertBystanders(database, "tracking_events", bystanders, (id) => ({
      id,
      person_id: 1001,
      event: "launch",
      at: 0,
      day_on: "2026-03-02",
    }));
  },
};
