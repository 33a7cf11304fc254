import type { MailTransport } from "../../../src/connectors/mail/transport.ts";
import { MailMonitorStaggering as processor } from "../../../src/processors/communication/MailMonitorStaggering.ts";
import { noConnectors } from "../../harness/runner.ts";
import type { Scenario } from "../scenario.ts";

/** Answers at once and takes every mail; kills around a real server are in test/processors/communication/kill.test.ts. */
const transport: MailTransport = {
  send: async ({ messageId }) => ({ state: "sent", providerMessageId: messageId }),
  close: async () => undefined,
};

export const MailMonitorStaggering: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ amount: 5 }, "amount"],
    [{ chunkSize: 0 }, "chunkSize"],
    [{ maxRows: 0 }, "maxRows"],
  ],
  ends: "partial",
  ports: async () => ({
    connectorsFor: () => ({ ...noConnectors, mail: async () => transport }),
  }),
  async seed({ database }, bystanders) {
    const mail = (clientId: number, key: string, to: string | null, status: string, channel = "mail") => ({
      sql: `INSERT INTO messages (client_id, created_run_id, kind, channel, to_address, subject, body, dedupe_key, status, queued_at, created_at, updated_at)
        VALUES (?, 0, 'logic', ?, ?, 'Hello', 'Hello', ?, ?, 1000, 0, 0)`,
      args: [clientId, channel, to, key, status],
    });
    await database.batch(
      [
        "INSERT INTO settings (client_id, key, value, created_at, updated_at) VALUES (0, 'mailMonitorStaggeringAmount', '0', 0, 0)",
        ...[1, 2].flatMap((clientId) => [
          mail(clientId, "a", "ada@example.com", "to_forward"),
          mail(clientId, "b", "not an address", "to_forward"),
          mail(clientId, "c", null, "to_forward"),
          mail(clientId, "d", "dora@example.com", "to_forward"),
          mail(clientId, "e", "emil@example.com", "sending"),
          mail(clientId, "f", "fred@example.com", "to_forward", "push"),
        ]),
      ],
      "write",
    );
    await database.batch(
      Array.from({ length: bystanders }, (_, index) => mail(1, `x${index}`, "old@example.com", "sent")),
      "write",
    );
  },
  volatile: ["messages.provider_message_id", "messages.sent_at"],
  comparable: (snapshot) => ({
    ...snapshot,
    tables: {
      ...snapshot.tables,
      messages: (snapshot.tables.messages ?? []).map((row) => {
        const unknown = row.error !== null && String(row.error).startsWith("delivery_unknown: ");
        // At most once: a mail in flight when the process was killed is an error, and its outcome is unknown.
        return unknown && row.dedupe_key !== "e" ? { ...row, status: "sent", error: null } : row;
      }),
    },
  }),
};
