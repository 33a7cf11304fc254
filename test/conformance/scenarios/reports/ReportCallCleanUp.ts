import { ReportCallCleanUp as processor } from "../../../../src/processors/reports/ReportCallCleanUp.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const HOUR = 3_600_000;

export const ReportCallCleanUp: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ keepHours: 0 }, "keepHours"],
    [{ stuckHours: "6" }, "stuckHours"],
    [{ days: 1 }, "days"],
  ],
  async seed({ database, files }, bystanders) {
    const call = (id: number, state: string, hours: number, more: Readonly<Record<string, number>> = {}) => ({
      id,
      token_hash: `hash ${id}`,
      report_id: 1,
      state,
      requested_at: NOW - hours * HOUR,
      expires_at: NOW - hours * HOUR + 24 * HOUR,
      ...more,
    });
    const key = (own: (id: number) => number, id: number) => `c/${own(0) / 1000}/data/report/call/${id}.csv`;
    await insertForBoth(database, "files", (own) =>
      [1, 2, 3, 4].map((id) => ({ id: own(id), key: key(own, id), kind: "report_export", size: 5 })),
    );
    await insertForBoth(database, "report_calls", (own) => [
      ...[1, 2, 3].map((id) => call(own(id), "finished", 30, { file_id: own(id) })),
      call(own(4), "finished", 3, { file_id: own(4) }),
      ...[5, 6, 7].map((id) => call(own(id), "failed", 30)),
      call(own(8), "failed", 3),
      ...[9, 10].map((id) => call(own(id), id % 2 ? "running" : "queued", 7)),
      call(own(11), "running", 1),
    ]);
    for (const client of [1, 2]) {
      for (const id of [1, 2, 3, 4]) await files.write(`c/${client}/data/report/call/${id}.csv`, "12345");
    }
    await insertBystanders(database, "report_calls", bystanders, (id) => call(id, "finished", 1));
  },
  counts: { deleted: 6, bytes: 15, stuck: 2 },
};
