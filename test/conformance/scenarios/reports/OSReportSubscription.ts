import { OSReportSubscription as processor } from "../../../../src/processors/reports/OSReportSubscription.ts";
import { insert } from "../../../learning/rows.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

export const OSReportSubscription: Scenario = {
  processor,
  name: "subscriptions of every kind, whose mail waits",
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ linkValidDays: 0 }, "linkValidDays"],
    [{ linkValidDays: "10" }, "linkValidDays"],
    [{ subscriptionIds: [] }, "subscriptionIds"],
    [{ subscriptionIds: [0] }, "subscriptionIds.0"],
    [{ format: "csv" }, "format"],
    [{ maxRows: 0 }, "maxRows"],
  ],
  // One subscription's filters are wrong.
  ends: "partial",
  again: "partial",
  async seed({ database }, bystanders) {
    await database.execute("UPDATE clients SET host = key || '.example.org'");
    for (const client_id of [1, 2]) {
      const own = (id: number) => client_id * 1000 + id;
      const roles = ["client_admin", "supervisor", "learner"];
      await insert(
        database,
        "persons",
        ...roles.map((role, index) => ({
          client_id,
          id: own(index + 1),
          role,
          email: `p${own(index + 1)}@example.com`,
          supervisor_id: index === 2 ? own(2) : null,
        })),
      );
      await insert(database, "components", { client_id, id: own(1), title: "=1+1" });
      await insert(
        database,
        "registrations",
        ...roles.map((_, index) => ({ client_id, id: own(index), component_id: own(1), person_id: own(index + 1) })),
      );
      await insert(
        database,
        "reports",
        { client_id, id: own(1) },
        { client_id, id: own(2), key: "persons", name: "People" },
      );
      await insert(database, "groups", { client_id, id: own(1) });
      await insert(database, "group_members", { client_id, id: own(1), group_id: own(1), person_id: own(3) });
      await insert(database, "report_views", {
        client_id,
        id: own(1),
        report_id: own(1),
        person_id: own(2),
        columns: '["username"]',
      });
      const subscription = { client_id, person_id: own(1), report_id: own(1) };
      await insert(
        database,
        "report_subscriptions",
        { ...subscription, id: own(1) },
        { ...subscription, id: own(2), person_id: own(2), format: "xlsx", locale: "de" },
        { ...subscription, id: own(3), filters: '{"stauts":[]}' },
        { ...subscription, id: own(4), person_id: own(3), report_id: own(2) },
        { ...subscription, id: own(5), weekdays: "[1]" },
        {
          ...subscription,
          id: own(6),
          audience: "client",
          person_id: null,
          schedule: "monthly",
          month_day: 2,
          filters: null,
        },
        {
          ...subscription,
          id: own(7),
          audience: "group",
          person_id: null,
          group_id: own(1),
          schedule: "daily",
          filters: '{"status":["cancelled"]}',
          skip_when_empty: 1,
        },
      );
    }
    await database.execute(
      `INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'mailMonitorStaggeringAmount', '5', 0, 0)`,
    );
    const others = Array.from({ length: bystanders }, (_, index) => 10_000 + index);
    if (others.length === 0) return;
    await insert(
      database,
      "report_subscriptions",
      ...others.map((id) => ({ id, person_id: 1001, report_id: 1001, weekdays: "[1,3,4,5,6,7]" })),
    );
  },
  unmoved: { truncated: "more than 200,000 rows; test/learning/reports and the tests of its own cut a report" },
};

/** Mail that leaves with the run, and one that cannot. */
export const OSReportSubscriptionSending: Scenario = {
  processor,
  name: "mail that it sends itself",
  parameters: { chunkSize: 2 },
  badParameters: [],
  ends: "partial",
  async seed({ database }, bystanders) {
    await insertForBoth(database, "persons", (own) =>
      ["ada@example.com", "not an address"].map((email, index) => ({ id: own(index), email, role: "client_admin" })),
    );
    await insertForBoth(database, "reports", (own) => [{ id: own(1), key: "persons", name: "People" }]);
    await insertForBoth(database, "report_subscriptions", (own) =>
      [0, 1].map((id) => ({ id: own(id), report_id: own(1), person_id: own(id) })),
    );
    await insertBystanders(database, "report_subscriptions", bystanders, (id) => ({
      id,
      person_id: 1000,
      report_id: 1001,
      weekdays: "[7]",
    }));
  },
  ...sendingMail(),
};
