import type { ClientFacts } from "../../control/clients/clients.ts";
import { askEventRun } from "../../control/runs/event-runs.ts";
import { acceptDeliveries } from "../../learning/webhooks/accept.ts";
import type { NewDelivery } from "../../learning/webhooks/delivery.ts";
import type { ProcessorId } from "../../processors/ids.ts";
import type { WebhookPorts } from "./ports.ts";
import type { Provider } from "./recipient.ts";

/** A delivery whose signature is good, and whose it is. */
export interface Proved {
  readonly client: ClientFacts;
  readonly delivery: NewDelivery;
}

/** Who deals with the deliveries of each provider. */
export const processorOf = {
  shopify: "ShopifyProcessWebhookJob",
  paypal: "PayPalStatusUpdate",
} as const satisfies Record<Provider, ProcessorId>;

/**
 * Stores a delivery, then has its processor started. A repetition has no effect. When the start fails, the delivery is safe: the job's
 * schedule comes by.
 *
 * @returns whether it was new
 */
export async function receive(ports: WebhookPorts, provider: Provider, { client, delivery }: Proved): Promise<boolean> {
  const now = ports.now();
  const accepted = await acceptDeliveries(await ports.storeOf(client), client.id, [delivery], now);
  if (accepted.size === 0) return false;
  try {
    await startProcessor(ports, provider, client.id);
  } catch (error) {
    (ports.reportError ?? console.error)(error);
  }
  return true;
}

/** Has a provider's deliveries of a client worked on at once, if the client has an active job for that. */
export async function startProcessor(ports: WebhookPorts, provider: Provider, clientId: number): Promise<void> {
  const isAsked = await askEventRun(ports.control, processorOf[provider], clientId, ports.now());
  if (isAsked) await ports.wakeRunner(clientId);
}
