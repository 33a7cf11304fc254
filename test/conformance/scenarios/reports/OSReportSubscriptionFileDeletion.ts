import { OSReportSubscriptionFileDeletion as processor } from "../../../../src/processors/reports/OSReportSubscriptionFileDeletion.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;
/** Files of two recipients on these days, the last of which is the newest; of each client. */
const DAYS = ["2026-02-10", "2026-02-17", "2026-02-18"];

export const OSReportSubscriptionFileDeletion: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ olderThanDays: 0 }, "olderThanDays"],
    [{ olderThanDays: 1.5 }, "olderThanDays"],
    [{ keepLatest: "yes" }, "keepLatest"],
    [{ days: 7 }, "days"],
  ],
  ports: async ({ files }) => ({
    // The store of tests writes at the instant of its clock; here everything was written long ago.
    filesFor: () => ({
      ...files,
      list: async (...args) => {
        const page = await files.list(...args);
        return { ...page, entries: page.entries.map((entry) => ({ ...entry, uploadedAt: NOW - 40 * DAY })) };
      },
    }),
  }),
  async seed({ database, files }, bystanders) {
    await insertForBoth(database, "persons", (own) => [1, 2].map((id) => ({ id: own(id) })));
    await insertForBoth(database, "report_subscriptions", (own) => [{ id: own(1), report_id: 1, audience: "client" }]);
    const report = (own: (id: number) => number, id: number, day: string, person: number) => ({
      id: own(id),
      key: `c/${own(0) / 1000}/data/report/subscription/${own(1)}/${day}_${own(person)}.csv`,
      kind: "report",
      ref_type: "report_subscription",
      ref_id: own(1),
      size: 5,
      stored_at: Date.parse(`${day}T05:00:00Z`),
    });
    await insertForBoth(database, "files", (own) =>
      DAYS.flatMap((day, index) => [1, 2].map((person) => report(own, index * 2 + person, day, person))),
    );
    for (const client of [1, 2]) {
      const folder = `c/${client}/data/report/subscription/${client * 1000 + 1}/`;
      for (const day of [...DAYS, "2026-01-01"]) {
        for (const person of [1, 2]) await files.write(`${folder}${day}_${client * 1000 + person}.csv`, "12345");
      }
    }
    await insertForBoth(database, "messages", (own) => [
      { id: own(1), kind: "report", dedupe_key: `rep|${own(1)}|${DAYS[0]}|${own(2)}`, status: "to_forward" },
    ]);
    await insertBystanders(database, "files", bystanders, (id) => ({
      id,
      key: `c/1/data/report/subscription/1/2026-03-02_${id}.csv`,
      kind: "report",
      ref_type: "report_subscription",
      ref_id: 1,
      stored_at: NOW,
    }));
  },
  counts: { deleted: 3, orphans: 2, bytes: 25 },
};
