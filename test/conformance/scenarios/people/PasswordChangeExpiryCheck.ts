import { PasswordChangeExpiryCheck as processor } from "../../../../src/processors/people/PasswordChangeExpiryCheck.ts";
import { insert } from "../../../learning/rows.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

export const PasswordChangeExpiryCheck: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ days: 30 }, "days"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  async seed({ database }, bystanders) {
    await insert(database, "settings", { client_id: 0, key: "password.validityDays", value: "30" });
    await insertForBoth(database, "persons", (own) => [
      ...[1, 2, 3].map((id) => ({ id: own(id), password_changed_at: NOW - (30 + id) * DAY })),
      { id: own(4), password_changed_at: null },
      { id: own(5), password_changed_at: NOW - 29 * DAY },
      { id: own(6), password_changed_at: 1, auth_source: "ldap" },
      { id: own(7), password_changed_at: 1, auth_status: "passive" },
      { id: own(8), password_changed_at: 1, must_change_password: 1 },
    ]);
    await insertBystanders(database, "persons", bystanders, (id) => ({ id, password_changed_at: NOW }));
  },
};
