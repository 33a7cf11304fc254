import { CleanUpMailingNotificationMonitor as processor } from "../../../../src/processors/communication/CleanUpMailingNotificationMonitor.ts";
import { insert } from "../../../learning/rows.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;
const message = (id: number, days: number, more: Readonly<Record<string, string>> = {}) => ({
  id,
  dedupe_key: `message|${id}`,
  queued_at: NOW - days * DAY,
  ...more,
});

export const CleanUpMailingNotificationMonitor: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ days: 30 }, "days"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  async seed({ database }, bystanders) {
    await insert(database, "settings", { client_id: 0, key: "deletionAfterNumberOfDays", value: "30" });
    await insertForBoth(database, "messages", (own) => [
      ...[1, 2, 3].map((id) => message(own(id), 40 - id)),
      message(own(4), 31, { channel: "push", status: "error" }),
      message(own(5), 31, { channel: "internal", status: "internal" }),
      ...["to_forward", "sending"].map((status, index) => message(own(6 + index), 90, { status })),
      message(own(8), 29),
    ]);
    await insertBystanders(database, "messages", bystanders, (id) => message(id, 1));
  },
};
