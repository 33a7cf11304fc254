import { Hono } from "hono";
import { DatabaseOutageError } from "../../store/outage.ts";
import type { Environment } from "../environment.ts";
import { WebhookMemory } from "./memory.ts";
import { provePayPal } from "./paypal.ts";
import type { WebhookPorts } from "./ports.ts";
import { type Proved, receive } from "./receive.ts";
import type { Provider } from "./recipient.ts";
import { type RefusalReason, Refused, refusals } from "./refusal.ts";
import { proveShopify } from "./shopify.ts";

type Prove = (request: Request, key: string, ports: WebhookPorts, memory: WebhookMemory) => Promise<Proved>;

const provers: Readonly<Record<Provider, Prove>> = { shopify: proveShopify, paypal: provePayPal };

/** Lines about refusals of one reason within a minute: a flood does not fill the log. */
const MOST_LINES = 20;
const MINUTE_MS = 60_000;

/** What the sender reads. A reason that depends on whether there is such a client is not told from a wrong signature. */
function answerTo(reason: RefusalReason): string {
  const { status, words } = refusals[reason];
  return `${status === 401 ? refusals.wrong_signature.words : words}\n`;
}

/**
 * `POST /webhooks/<provider>/<client key>`: deliveries of shops (handbook, webhooks: the way of a delivery). One is stored before it is answered, and only when
 * its signature is good; what is refused is written nowhere but in the log, without anything that the sender chose but the key's
 * own characters. A browser's cookies and origin mean nothing here.
 */
export function webhookRoutes(ports: WebhookPorts): Hono<Environment> {
  const memory = ports.webhookMemory ?? new WebhookMemory();
  const routes = new Hono<Environment>();
  for (const provider of ["shopify", "paypal"] as const) {
    const path = `/webhooks/${provider}/:key` as const;
    routes.post(path, async (c) => {
      const key = c.req.param("key");
      c.header("Cache-Control", "no-store");
      try {
        const proved = await provers[provider](c.req.raw, key, ports, memory);
        const isNew = await receive(ports, provider, proved);
        return c.text(isNew ? "stored\n" : "stored before\n");
      } catch (error) {
        if (error instanceof DatabaseOutageError) {
          // The sender tries again; a page would be of no use to it.
          (ports.reportError ?? console.error)(error);
          return c.text("The database does not answer\n", 503, { "Retry-After": "10" });
        }
        if (!(error instanceof Refused)) throw error;
        const { reason } = error;
        const { status, words } = refusals[reason];
        if (memory.lines.take(reason, MOST_LINES, MINUTE_MS, ports.now())) {
          const shown = key.replace(/[^\w.-]/g, "?").slice(0, 60);
          (ports.reportRefusal ?? console.warn)(`Webhook of ${provider} for ${shown} refused (${reason}): ${words}`);
        }
        return c.text(answerTo(reason), status, status === 503 ? { "Retry-After": "30" } : {});
      }
    });
    routes.all(path, (c) => c.text("Deliveries are sent by POST\n", 405, { Allow: "POST" }));
  }
  return routes;
}
