import type { ConnectorKind } from "../../../../src/connectors/kind.ts";
import type { PushTransport } from "../../../../src/connectors/push/transport.ts";
import { PushNotificationScheduler as processor } from "../../../../src/processors/communication/PushNotificationScheduler.ts";
import { noConnectors } from "../../../harness/runner/runner.ts";
import { insert } from "../../../learning/rows.ts";
import { sendingMail } from "../../suite/mail.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

/** Takes every message at once, but for devices that are gone; the real protocols are in test/processors/communication. */
const transport: PushTransport = {
  hostOf: () => "push.example",
  send: async ({ token }) =>
    token.includes("gone")
      ? { state: "gone", message: "push.example answered 410" }
      : { state: "taken", providerMessageId: token },
};

export const PushNotificationScheduler: Scenario = {
  processor,
  parameters: { chunkSize: 2 },
  badParameters: [
    [{ maxAgeHours: 0 }, "maxAgeHours"],
    [{ hours: 3 }, "hours"],
    [{ chunkSize: 0 }, "chunkSize"],
  ],
  // A person has no device, and one is passive.
  ends: "partial",
  counts: { sent: 2, devices: 3, devicesRemoved: 1 },
  async seed({ database }, bystanders) {
    await insert(database, "settings", { client_id: 0, key: "push.enabled", value: "true" });
    await insertForBoth(database, "persons", (own) => [
      ...[1, 2, 3].map((id) => ({ id: own(id) })),
      { id: own(4), auth_status: "passive" },
    ]);
    const phone = (id: number, person_id: number, word: string) => ({
      id,
      person_id,
      transport: "fcm",
      token: `${word}-${id}`,
    });
    await insertForBoth(database, "push_devices", (own) => [
      phone(own(1), own(1), "phone"),
      phone(own(2), own(1), "phone"),
      phone(own(3), own(2), "gone"),
      phone(own(4), own(2), "phone"),
      phone(own(5), own(4), "phone"),
    ]);
    const message = (id: number, person_id: number, queued_at: number, status = "to_forward") => ({
      id,
      person_id,
      queued_at,
      channel: "push",
      status,
      dedupe_key: `message|${id}`,
    });
    await insertForBoth(database, "messages", (own) => [
      ...[1, 2, 3, 4].map((id) => message(own(id), own(id), NOW - 1000)),
      ...[5, 6, 7].map((id) => message(own(id), own(1), NOW - 25 * 3_600_000)),
      message(own(8), own(1), NOW - 1000, "sending"),
    ]);
    await insertBystanders(database, "messages", bystanders, (id) => message(id, 1001, 5, "sent"));
  },
  ports: async () => ({
    connectorsFor: () => ({
      ...noConnectors,
      open: async <T>({ kind }: ConnectorKind<T>) => (kind === "fcm" ? (transport as T) : null),
    }),
  }),
  volatile: ["messages.provider_message_id", "messages.sent_at"],
  // Nothing is known of the devices of a message that was in flight.
  comparable: (snapshot) => {
    const known = sendingMail().comparable?.(snapshot) ?? snapshot;
    return { ...known, tables: { ...known.tables, push_devices: [] } };
  },
};
