import { Notification as processor } from "../../../../src/processors/communication/Notification.ts";
import { insert } from "../../../learning/rows.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const TODAY = "2026-03-02";

export const Notification: Scenario = {
  processor,
  name: "rules of every kind, whose mail waits",
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ catchUpDays: 8 }, "catchUpDays"],
    [{ catchUpDays: -1 }, "catchUpDays"],
    [{ ruleIds: [] }, "ruleIds"],
    [{ ruleIds: ["1"] }, "ruleIds.0"],
    [{ rules: [1] }, "rules"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  // One person has no address, and one rule is a bad one.
  ends: "partial",
  again: "partial",
  async seed({ database }, bystanders) {
    for (const client_id of [1, 2]) {
      const own = (id: number) => client_id * 1000 + id;
      await insert(
        database,
        "persons",
        ...[1, 2, 3, 4, 5].map((id) => ({
          client_id,
          id: own(id),
          email: id === 3 ? null : `p${own(id)}@example.com`,
          locale: id % 2 === 0 ? "de" : "en",
          supervisor_id: id === 1 ? null : own(1),
          auth_status: id === 5 ? "passive" : "active",
        })),
      );
      await insert(database, "components", { client_id, id: own(1), start_at: NOW + 3 * 86_400_000 });
      await insert(
        database,
        "registrations",
        ...[1, 2, 3, 4, 5].map((id) => ({
          client_id,
          id: own(id),
          component_id: own(1),
          person_id: own(id),
          due_on: TODAY,
          prerequisite_status: id === 2 ? "not_met" : "none",
        })),
      );
      await insert(database, "components", { client_id, id: own(2) });
      await insert(database, "registrations", {
        client_id,
        id: own(6),
        component_id: own(2),
        person_id: own(4),
        due_on: TODAY,
      });
      await insert(
        database,
        "meta_values",
        { client_id, component_id: own(1), meta_tag_id: 12703, value: TODAY },
        { client_id, component_id: own(2), meta_tag_id: 10132, value: "0" },
      );
      const rule = { client_id, channels: '["mail","internal"]' };
      await insert(
        database,
        "notification_rules",
        { ...rule, id: own(1) },
        { ...rule, id: own(2), statuses: "[]" },
        { ...rule, id: own(3), anchor: "start", offset_days: -3, audience: "supervisor" },
        { ...rule, id: own(4), offset_days: 30 },
        { ...rule, id: own(5), anchor: "prerequisite_due" },
      );
    }
    for (const locale of ["en", "de"]) {
      await insert(
        database,
        "texts",
        { client_id: 0, key: "n.subject", locale, value: `${locale}: {course}` },
        { client_id: 0, key: "n.body", locale, value: `${locale}: {givenName}, {participant}, {day}` },
      );
    }
    await database.execute(
      `INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'mailMonitorStaggeringAmount', '5', 0, 0)`,
    );
    const others = Array.from({ length: bystanders }, (_, index) => 10_000 + index);
    if (others.length === 0) return;
    await insert(database, "components", { id: 1003, start_at: NOW + 90 * 86_400_000 });
    await insert(
      database,
      "registrations",
      ...others.map((id) => ({ id, component_id: 1003, person_id: 1001, cycle_no: id, due_on: "2026-08-01" })),
    );
  },
};

/** Mail that leaves with the run, and one that cannot. */
export const NotificationSending: Scenario = {
  processor,
  name: "mail that it sends itself",
  parameters: { chunkSize: 2 },
  badParameters: [],
  ends: "partial",
  async seed({ database }, bystanders) {
    await insertForBoth(database, "persons", (own) =>
      ["ada@example.com", "not an address", "cem@example.com"].map((email, index) => ({ id: own(index), email })),
    );
    await insertForBoth(database, "components", (own) => [{ id: own(1) }]);
    const of = (id: number, person_id: number, component_id: number, due_on: string) => ({
      id,
      person_id,
      component_id,
      due_on,
    });
    await insertForBoth(database, "registrations", (own) => [0, 1, 2].map((id) => of(own(id), own(id), own(1), TODAY)));
    await insertForBoth(database, "notification_rules", (own) => [{ id: own(1), channels: '["mail"]' }]);
    await insertBystanders(database, "registrations", bystanders, (id) => ({
      ...of(id, 1000, 1001, "2026-08-01"),
      cycle_no: id,
    }));
    for (const key of ["n.subject", "n.body"])
      await insert(database, "texts", { client_id: 0, key, locale: "en", value: "{givenName}: {course}" });
  },
  ...sendingMail(),
};
