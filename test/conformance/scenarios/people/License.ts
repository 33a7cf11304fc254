import { License as processor } from "../../../../src/processors/people/License.ts";
import { insert } from "../../../learning/rows.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

export const License: Scenario = {
  processor,
  parameters: { chunkSize: 1, warnPct: 50 },
  badParameters: [
    [{ repeatAlertDays: 0 }, "repeatAlertDays"],
    [{ warnPct: 100 }, "warnPct"],
    [{ days: 7 }, "days"],
  ],
  counts: { exceeded: 2, alerts: 3, sent: 3, errors: 1 },
  // One recipient is no address.
  ends: "partial",
  async seed({ database }, bystanders) {
    await database.execute("UPDATE clients SET license_alert_email = 'licence@example.org'");
    await insertForBoth(database, "license_limits", (own) => [
      { id: own(1), metric: "named", max_count: 2 },
      { id: own(2), metric: "active", max_count: 1, alert_state: "exceeded", last_alert_at: NOW - 8 * 86_400_000 },
      { id: own(3), metric: "concurrent", max_count: 10 },
      { id: own(4), metric: "named", max_count: 900, alert_state: "warned" },
    ]);
    await insertForBoth(database, "persons", (own) => [1, 2, 3].map((id) => ({ id: own(id) })));
    await insertForBoth(database, "online_user_stats", (own) => [
      { id: own(1), taken_at: NOW - 3_600_000, user_count: 6 },
    ]);
    await insert(database, "messages", {
      id: 900,
      kind: "license",
      status: "to_forward",
      to_address: "nobody",
      dedupe_key: "license|900|exceeded|2026-02-01",
    });
    await insertBystanders(database, "persons", bystanders, (id) => ({ id, auth_status: "deleted" }));
  },
  ...sendingMail(),
};
