import { beforeEach, describe, expect, it } from "vitest";
import { Signer } from "../../../src/control/access/signer.ts";
import { connectorSecret } from "../../../src/control/secret.ts";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import { createApp } from "../../../src/web/app.ts";
import { freshDatabase, type TestDatabase } from "../../harness/database/database.ts";
import { processors } from "../stage/processors.ts";
import { BODY, FakePayPal, payPalHeaders, root, WEBHOOK_ID } from "./fake-paypal.ts";
import { shopifyHeaders } from "./shopify-headers.ts";

const NOON = Date.UTC(2026, 10, 23, 12);

let database: TestDatabase;
let app: ReturnType<typeof createApp>;
const payPal = new FakePayPal();

beforeEach(async () => {
  database = await freshDatabase();
  await database.execute(
    "INSERT INTO clients (id, key, name, time_zone, created_at, updated_at) VALUES (1, 'berlin', 'A', 'Europe/Berlin', 0, 0)",
  );
  const connectors = [
    [
      1,
      "shopify",
      { shop: "berlin.myshopify.com" },
      { clientId: "client-of-berlin", clientSecret: "test-webhook-secret" },
    ],
    [2, "paypal", { webhookId: WEBHOOK_ID }, { clientId: "client-of-berlin", clientSecret: "secret-of-berlin" }],
  ] as const;
  for (const [id, kind, config, secret] of connectors) {
    const sealed = await payPal.remote.secrets.seal(JSON.stringify(secret), new Uint8Array(12), connectorSecret(id));
    await database.execute({
      sql: `INSERT INTO connectors (id, client_id, kind, name, config, secret_enc, created_at, updated_at)
        VALUES (?, 1, ?, ?, ?, ?, 0, 0)`,
      args: [id, kind, kind, JSON.stringify(config), sealed],
    });
  }
  app = createApp({
    control: database,
    storeOf: async () => database,
    files: {} as never,
    catalogue: createCatalogue(Object.values(processors)),
    now: () => NOON,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    wakeRunner: async () => undefined,
    verifyPassword: async () => false,
    hashPassword: async () => "",
    devices: new Signer("device", Buffer.alloc(32, 7).toString("base64")),
    openId: null,
    clientAddress: () => "192.0.2.1",
    remote: payPal.remote,
    payPalRoots: [root],
    reportRefusal: () => undefined,
    mailbox: null,
  });
});

const send = async (path: string, body: string, headers: Record<string, string>) =>
  (await app.request(`https://minutehand.example${path}`, { method: "POST", body, headers })).status;

describe("at the edge", () => {
  it("a delivery of Shopify is proved, and one that was changed is refused", async () => {
    const body = '{"id":1001,"note":"Grüße"}';
    expect(await send("/webhooks/shopify/berlin", body, shopifyHeaders(body))).toBe(200);
    expect(await send("/webhooks/shopify/berlin", `${body} `, shopifyHeaders(body))).toBe(401);
  });

  it("a delivery of PayPal is proved by its certificate, and one that was changed is refused", async () => {
    expect(await send("/webhooks/paypal/berlin", BODY, payPalHeaders(BODY))).toBe(200);
    expect(await send("/webhooks/paypal/berlin", `${BODY} `, payPalHeaders(BODY))).toBe(401);
    expect(payPal.asked).toHaveLength(1);
    const { rows } = await database.execute("SELECT count(*) AS stored FROM webhook_events");
    expect(rows[0]?.stored).toBe(1);
  });

  it("a body of 2 MB is refused", async () => {
    expect(await send("/webhooks/shopify/berlin", " ".repeat(2 * 1024 * 1024), shopifyHeaders("x"))).toBe(413);
  });
});
