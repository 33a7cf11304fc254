import type { MailTransport } from "../../../src/connectors/mail/transport.ts";
import { noConnectors } from "../../harness/runner/runner.ts";
import type { Scenario } from "./scenario.ts";

/** Answers at once and takes every mail; kills around a real server are in test/processors/communication/kill.test.ts. */
const transport: MailTransport = {
  send: async ({ messageId }) => ({ state: "sent", providerMessageId: messageId }),
  close: async () => undefined,
};

/**
 * What a scenario says whose run sends mail: a server that takes all of it, and that a mail in flight when the process was killed
 * is an error and may have arrived (at most once).
 *
 * @param orphan `dedupe_key` of a mail that was in flight before the run
 */
export const sendingMail = (orphan: string | null = null): Pick<Scenario, "ports" | "volatile" | "comparable"> => ({
  ports: async () => ({
    connectorsFor: () => ({ ...noConnectors, mail: async () => transport }),
  }),
  volatile: ["messages.provider_message_id", "messages.sent_at", "files.etag"],
  comparable: (snapshot) => ({
    ...snapshot,
    tables: {
      ...snapshot.tables,
      messages: (snapshot.tables.messages ?? []).map((row) => {
        const unknown = row.error !== null && String(row.error).startsWith("delivery_unknown: ");
        return unknown && row.dedupe_key !== orphan ? { ...row, status: "sent", error: null } : row;
      }),
    },
  }),
});
