import { ANSWER_TIMEOUT_MS, type Clock } from "../../src/connectors/clock.ts";
import { openConnectors } from "../../src/connectors/connectors.ts";
import { connectorSecret, SecretBox } from "../../src/control/secret.ts";
import { wire } from "../../src/demo/shop/orders.ts";
import { acceptDeliveries } from "../../src/learning/webhooks/accept.ts";
import type { NewDelivery } from "../../src/learning/webhooks/delivery.ts";
import type { Processor } from "../../src/processors/contract.ts";
import type { RunnerPorts } from "../../src/runner/ports.ts";
import type { Database } from "../../src/store/database.ts";
import type { VirtualClock } from "../harness/clock.ts";
import { DAY, Stage } from "../harness/stage.ts";
import { Suite } from "../processors/enrolment/suite.ts";

const secrets = new SecretBox(Buffer.alloc(32, 7).toString("base64"));

/** The shop's connector is number 1 of client 1, and number 2 of client 2; PayPal's are 11 and 12. */
const CONFIG = {
  shopify: { shop: "north.myshopify.com", apiVersion: "2026-07" },
  paypal: { mode: "sandbox", webhookId: "WH-CONF", webhookCheck: "offline" },
};
const SECRET = {
  shopify: { clientId: "client-id-1", clientSecret: "client-secret-1" },
  paypal: { clientId: "client-id-1", clientSecret: "client-secret-1" },
};

/** Adds a connector to a client. With a `token` it has signed in, and was found well at `at` (ms). */
export async function addShop(
  database: Pick<Database, "execute">,
  kind: keyof typeof CONFIG,
  { clientId = 1, config = {}, secret = SECRET[kind] as unknown, token = null as string | null, at = 0 } = {},
): Promise<number> {
  const id = clientId + (kind === "paypal" ? 10 : 0);
  const seal = (text: string, column?: "access_token_enc") =>
    secrets.seal(text, new Uint8Array(12), connectorSecret(id, column));
  const access = token === null ? null : await seal(token, "access_token_enc");
  await database.execute({
    sql: `INSERT INTO connectors (id, client_id, kind, name, config, secret_enc, access_token_enc, last_ok_at, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
    args: [
      id,
      clientId,
      kind,
      kind,
      JSON.stringify({ ...CONFIG[kind], ...config }),
      await seal(JSON.stringify(secret)),
      access,
      token === null ? null : at,
    ],
  });
  return id;
}

/** A clock that jumps to whatever a connector waits for; the limit of an answer never comes. */
function jumping(clock: VirtualClock, waits: number[]): Clock {
  return {
    now: clock.now,
    async sleepUntil(instant, wake) {
      const wait = instant - clock.now();
      if (wait === ANSWER_TIMEOUT_MS) return new Promise((resolve) => void wake?.onCall(resolve));
      waits.push(wait);
      await clock.advance(wait);
    },
  };
}

/** A host's connectors, whose requests `fetch` answers. */
export function shopConnectors(
  database: Database,
  clock: VirtualClock,
  fetch: (request: Request) => Promise<Response>,
  waits: number[] = [],
): RunnerPorts["connectorsFor"] {
  return (client, spend) =>
    openConnectors(client.id, {
      control: database,
      secrets,
      connect: () => Promise.reject(new Error("This test opens no sockets")),
      email: null,
      clock: jumping(clock, waits),
      randomBytes: (length) => new Uint8Array(length),
      spend,
      http: { fetch },
    });
}

/** A client with a learning suite, and shops that tell and answer. */
export class ShopStage extends Stage {
  readonly suite = new Suite(this.database);
  /** Pauses (ms) that the connectors have made. */
  readonly waits: number[] = [];
  #deliveries = 0;

  static async open(processor: Processor, fetch?: (now: () => number) => (request: Request) => Promise<Response>) {
    const stage = new ShopStage(await Stage.fresh(), [processor]);
    const answer = fetch?.(stage.clock.now) ?? (() => Promise.reject(new Error("Nothing is to be asked")));
    stage.ports = { ...stage.ports, connectorsFor: shopConnectors(stage.database, stage.clock, answer, stage.waits) };
    return stage;
  }

  /** A component that the shop sells as this variant. Returns its id. */
  async sold(
    variant: number | string,
    component: number,
    values: Record<string, string | number> = {},
  ): Promise<number> {
    await this.suite.insert("catalogue_items", {
      component_id: component,
      title: "Course",
      added_at: 0,
      connector_id: 1,
      variant_id: String(variant),
      product_id: `p${variant}`,
      ...values,
    });
    return component;
  }

  /** Stores a delivery as the endpoint does. Returns its id. */
  async tell(topic: string, payload: unknown, more: Partial<NewDelivery> = {}): Promise<number> {
    const deliveryId = more.deliveryId ?? `delivery-${++this.#deliveries}`;
    const given = payload as { readonly id?: unknown; readonly order_id?: unknown };
    const subject = String(given.order_id ?? given.id ?? "");
    const delivery = {
      provider: "shopify",
      eventId: null,
      topic,
      source: "north.myshopify.com",
      subject,
      ...more,
    } as const;
    const text = typeof payload === "string" ? payload : wire(payload);
    await acceptDeliveries(this.database, 1, [{ ...delivery, deliveryId, payload: text }], this.clock.now());
    const [row] = await this.rows<{ id: number }>("SELECT id FROM webhook_events WHERE delivery_id = ?", deliveryId);
    return row?.id ?? 0;
  }

  /** A run from its start to its end. */
  async play(parameters: Record<string, unknown> = {}, run: { readonly dryRun?: boolean } = {}) {
    const id = await this.start({ parameters, ...run });
    await this.toEnd();
    return this.outcome(id);
  }

  /** Moves the clock a number of days on. */
  async sleep(days = 1): Promise<void> {
    await this.clock.advance(days * DAY);
  }

  /** `state` or `state error` of a delivery. */
  async stateOf(id: number): Promise<string> {
    const [row] = await this.rows<{ state: string; error: string | null }>(
      "SELECT state, error FROM webhook_events WHERE id = ?",
      id,
    );
    return [row?.state, row?.error].filter(Boolean).join(" ");
  }

  /** Registrations as `<component>/<person> <status>`, in the order of their ids. */
  async registered(): Promise<string[]> {
    const found = await this.rows<{ one: string }>(
      "SELECT component_id || '/' || person_id || ' ' || status AS one FROM registrations WHERE client_id = 1 ORDER BY id",
    );
    return found.map(({ one }) => one);
  }

  /** Status and error of orders, in the order of their ids. */
  async orders(): Promise<string[]> {
    const found = await this.rows<{ one: string }>(
      "SELECT remote_id || ' ' || status || coalesce(' ' || error, '') AS one FROM orders WHERE client_id = 1 ORDER BY id",
    );
    return found.map(({ one }) => one);
  }
}
