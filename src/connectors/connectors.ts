import { type ConnectorKind, PATIENCE } from "./kind.ts";
import { http } from "./kinds/http.ts";
import { mail } from "./kinds/mail.ts";
import type { MailTransport } from "./mail/transport.ts";
import { type ConnectorPorts, httpOut } from "./ports.ts";
import { findConnector, type Health, openStored, writeHealth } from "./stored.ts";
import { type WebhookTransport, webhookTransport } from "./webhook/transport.ts";

/** The remote services of a run's client. Each answers null when the client has no active connector of that kind. */
export interface Connectors {
  /**
   * Opens the client's connector of a kind; of several the oldest. Nothing is read before it is asked for, and it is opened once.
   *
   * @param name the one with this name; null, the default: any
   * @throws {ConnectorInvalidError} when its configuration or secret does not validate
   */
  open<T>(kind: ConnectorKind<T>, name?: string | null): Promise<T | null>;
  /** {@link open} of kind `mail`. */
  mail(): Promise<MailTransport | null>;
  /**
   * Requests to the client's own systems: {@link open} of kind `http`, or without a name unsigned ones, which need no connector.
   * @throws {ConnectorInvalidError} also when this host sends no such requests
   */
  webhook(name: string | null): Promise<WebhookTransport | null>;
  /** Lets go of whatever was opened and writes down how it fared. What is opened afterwards is opened anew. */
  close(): Promise<void>;
}

/**
 * The connectors of one client for as long as a run of it is worked on: a {@link Connectors.close} ends each slice, but how many
 * requests in a row have failed is remembered.
 */
export function openConnectors(clientId: number, ports: ConnectorPorts): Connectors {
  const opened = new Map<string, Promise<unknown>>();
  const closing: (() => Promise<void>)[] = [];
  const health = new Map<number, Health>();
  const streaks = new Map<number, { failed: number }>();

  async function openNow<T>(kind: ConnectorKind<T>, name: string | null): Promise<T | null> {
    const row = await findConnector(ports.control, clientId, kind.kind, name);
    if (!row) return null;
    const isTriedAgain = (ports.attempt ?? 1) > 1 && row.lastError !== null;
    const streak = streaks.get(row.id) ?? { failed: isTriedAgain ? PATIENCE - 1 : 0 };
    streaks.set(row.id, streak);
    return await kind.open(await openStored(ports.secrets, row), ports, {
      note: (one) => health.set(row.id, { id: row.id, ...one }),
      atEnd: (close) => closing.push(close),
      streak,
    });
  }

  const open: Connectors["open"] = <T>(kind: ConnectorKind<T>, name: string | null = null) => {
    const key = JSON.stringify([kind.kind, name]);
    const one = (opened.get(key) as Promise<T | null> | undefined) ?? openNow(kind, name);
    opened.set(key, one);
    return one;
  };

  return {
    open,
    mail: () => open(mail),
    webhook: async (name) =>
      name === null ? webhookTransport(httpOut(http.kind, ports), null) : await open(http, name),
    async close() {
      // One that is being opened adds what is to be closed.
      await Promise.allSettled(opened.values());
      opened.clear();
      for (const close of closing.splice(0)) await close();
      const reports = [...health.values()];
      health.clear();
      for (const report of reports) await writeHealth(ports, report);
    },
  };
}
