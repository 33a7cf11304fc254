import { MailMonitorStaggering as processor } from "../../../../src/processors/communication/MailMonitorStaggering.ts";
import { insert } from "../../../learning/rows.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import type { Scenario } from "../../suite/scenario.ts";

/** @param amount how many mails a run may send; 0: all */
const waiting =
  (amount: number): Scenario["seed"] =>
  async ({ database }, bystanders) => {
    await insert(database, "settings", { client_id: 0, key: "mailMonitorStaggeringAmount", value: `${amount}` });
    const mail = (dedupe_key: string, to_address: string | null, status = "to_forward", channel = "mail") => ({
      dedupe_key,
      to_address,
      status,
      channel,
      queued_at: 1000,
    });
    await insertForBoth(database, "messages", () => [
      mail("a", "ada@example.com"),
      mail("b", "not an address"),
      mail("c", null),
      mail("d", "dora@example.com"),
      mail("e", "emil@example.com", "sending"),
      mail("f", "fred@example.com", "to_forward", "push"),
    ]);
    await insertBystanders(database, "messages", bystanders, (id) => mail(`x${id}`, "old@example.com", "sent"));
  };

export const MailMonitorStaggering: Scenario = {
  processor,
  name: "all that waits",
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ amount: 5 }, "amount"],
    [{ chunkSize: 0 }, "chunkSize"],
    [{ maxRows: 0 }, "maxRows"],
  ],
  ends: "partial",
  seed: waiting(0),
  ...sendingMail("e"),
};

export const MailMonitorStaggeringTwo: Scenario = {
  ...MailMonitorStaggering,
  name: "two at a time",
  badParameters: [],
  seed: waiting(2),
  goesOn: true,
  again: "partial",
};
