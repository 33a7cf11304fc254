import { RemoveOutdatedReportsJob as processor } from "../../../../src/processors/reports/RemoveOutdatedReportsJob.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

export const RemoveOutdatedReportsJob: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ olderThanDays: 0 }, "olderThanDays"],
    [{ keepLatest: true }, "keepLatest"],
  ],
  async seed({ database, files }, bystanders) {
    const stored = (
      own: (id: number) => number,
      id: number,
      days: number,
      more: Record<string, string | number> = {},
    ) => ({
      id: own(id),
      key: `c/${own(0) / 1000}/data/report/${id}.csv`,
      kind: id % 2 ? "report" : "report_export",
      size: 5,
      stored_at: NOW - days * DAY,
      ...more,
    });
    await insertForBoth(database, "files", (own) => [
      ...[1, 2, 3, 4, 5].map((id) => stored(own, id, 10 + id)),
      stored(own, 6, 9),
      ...[7, 8, 9].map((id) => stored(own, id, 110, { state: "deleted", updated_at: NOW - 100 * DAY })),
      stored(own, 10, 110, { state: "deleted", updated_at: NOW - 80 * DAY }),
    ]);
    for (const client of [1, 2]) {
      for (const id of [1, 2, 3, 4, 6]) await files.write(`c/${client}/data/report/${id}.csv`, "12345");
    }
    await insertBystanders(database, "files", bystanders, (id) => ({
      id,
      key: `c/1/data/report/${id}.csv`,
      kind: "report",
      stored_at: NOW,
    }));
  },
  counts: { deleted: 5, bytes: 25, forgotten: 3 },
};
