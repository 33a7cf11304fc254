import { beforeEach, describe, expect, it } from "vitest";
import { createCatalogue } from "../../../src/processors/catalogue.ts";
import { DatabaseOutageError } from "../../../src/store/outage.ts";
import { processors } from "../stage/processors.ts";
import { hmac, SECRET, SHOP, shopifyHeaders } from "./shopify-headers.ts";
import { addConnector, deliver, setShops, storedDeliveries, type Watched } from "./shops.ts";

const PATH = "/webhooks/shopify/berlin";
const BODY = '{"id":820982911946154508,"email":"jon@example.com","total_price":"199.00"}';
const HOUR_MS = 3_600_000;

let shops: Watched;
beforeEach(async () => {
  shops = await setShops();
  await addConnector(shops.stage, {
    clientId: shops.stage.berlin,
    kind: "shopify",
    config: { shop: SHOP },
    secret: { clientId: "client-of-berlin", clientSecret: SECRET },
  });
  shops.asked.length = 0;
});

const writes = () => shops.asked.filter((sql) => !/^\s*SELECT/i.test(sql));

describe("a delivery of Shopify", () => {
  it("is stored with what its headers and its body say, to the last digit of its order", async () => {
    const { stage } = shops;
    const answer = await deliver(stage, PATH, BODY, shopifyHeaders(BODY));
    expect(answer).toMatchObject({ status: 200, body: "stored\n" });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await storedDeliveries(stage.database)).toMatchObject([
      {
        client_id: stage.berlin,
        provider: "shopify",
        delivery_id: "delivery-1",
        event_id: "event-1",
        topic: "orders/paid",
        source: SHOP,
        subject: "820982911946154508",
        payload: BODY,
        received_at: stage.now,
        state: "new",
        attempts: 0,
        proof: "secret",
        person_id: null,
      },
    ]);
    expect(shops.lines).toEqual([]);
  });

  it("is proved by the published vectors", async () => {
    const vectors = [
      [
        '{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}',
        "QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=",
      ],
      ['{"id":1001,"note":"Grüße"}', "cyRGEUNSiiPknzLZ46UvEVCJyGWye3YhAR932P2St+0="],
    ] as const;
    for (const [at, [body, signature]] of vectors.entries()) {
      const headers = shopifyHeaders(body, { "x-shopify-hmac-sha256": signature, "x-shopify-webhook-id": `v-${at}` });
      expect(await deliver(shops.stage, PATH, body, headers)).toMatchObject({ status: 200 });
    }
  });

  it("is answered 200 without effect when it comes again, at any age and with the same bytes or others", async () => {
    const { stage } = shops;
    await deliver(stage, PATH, BODY, shopifyHeaders(BODY));
    await stage.database.execute("UPDATE webhook_events SET state = 'done'");
    const stored = await storedDeliveries(stage.database);
    stage.now += 400 * 24 * HOUR_MS;
    const other = '{"id":1}';
    for (const body of [BODY, other]) {
      expect(await deliver(stage, PATH, body, shopifyHeaders(body))).toMatchObject({
        status: 200,
        body: "stored before\n",
      });
    }
    expect(await storedDeliveries(stage.database)).toEqual(stored);
    expect(stage.woken).toEqual([]);
  });

  it("is another one with another id, though the event is the same; a refund is about its order", async () => {
    const { stage } = shops;
    await deliver(stage, PATH, BODY, shopifyHeaders(BODY));
    const refund = '{"id":7,"order_id":820982911946154508}';
    const headers = { "x-shopify-webhook-id": "delivery-2", "x-shopify-topic": "refunds/create" };
    await deliver(stage, PATH, refund, shopifyHeaders(refund, headers));
    expect(await storedDeliveries(stage.database)).toMatchObject([
      { event_id: "event-1", subject: "820982911946154508" },
      { event_id: "event-1", subject: "820982911946154508", topic: "refunds/create" },
    ]);
  });

  it("of one id is stored for each of two clients that share a shop", async () => {
    const { stage } = shops;
    await addConnector(stage, {
      clientId: stage.newYork,
      kind: "shopify",
      config: { shop: SHOP },
      secret: { accessToken: "permanent-token", clientSecret: SECRET },
    });
    for (const key of ["berlin", "new-york"]) {
      expect(await deliver(stage, `/webhooks/shopify/${key}`, BODY, shopifyHeaders(BODY))).toMatchObject({
        status: 200,
      });
    }
    expect((await storedDeliveries(stage.database)).map(({ client_id }) => client_id)).toEqual([
      stage.berlin,
      stage.newYork,
    ]);
  });

  it("is taken whatever the case of its headers, and though a browser's headers come with it", async () => {
    const headers = Object.fromEntries(
      Object.entries(shopifyHeaders(BODY)).map(([name, value]) => [name.toUpperCase(), value]),
    );
    const more = { ...headers, origin: "https://evil.example", cookie: "minutehand=x" };
    expect(await deliver(shops.stage, PATH, BODY, more)).toMatchObject({ status: 200 });
  });

  it("is taken with the former client secret for an hour after a change, and no longer", async () => {
    const { stage } = shops;
    await stage.database.execute("DELETE FROM connectors");
    await addConnector(stage, {
      clientId: stage.berlin,
      kind: "shopify",
      config: { shop: SHOP },
      secret: { clientId: "client-of-berlin", clientSecret: "the-new-secret", formerClientSecret: SECRET },
      secretSetAt: stage.now,
    });
    const send = (id: string, secret: string) =>
      deliver(
        stage,
        PATH,
        BODY,
        shopifyHeaders(BODY, { "x-shopify-hmac-sha256": hmac(BODY, secret), "x-shopify-webhook-id": id }),
      );
    stage.now += HOUR_MS - 1;
    expect((await send("a", SECRET)).status).toBe(200);
    expect((await send("b", "the-new-secret")).status).toBe(200);
    stage.now += 1;
    expect((await send("c", SECRET)).status).toBe(401);
    expect((await send("d", "the-new-secret")).status).toBe(200);
    const proofs = (await storedDeliveries(stage.database)).map(({ delivery_id, proof }) => `${delivery_id} ${proof}`);
    expect(proofs).toEqual(["a former_secret", "b secret", "d secret"]);
  });

  it("is taken with a new secret at once, though the old one was remembered a moment ago", async () => {
    const { stage } = shops;
    await deliver(stage, PATH, BODY, shopifyHeaders(BODY));
    await stage.database.execute("DELETE FROM connectors");
    await addConnector(stage, {
      clientId: stage.berlin,
      kind: "shopify",
      config: { shop: SHOP },
      secret: { clientId: "client-of-berlin", clientSecret: "the-new-secret" },
    });
    stage.now += 1_000;
    const headers = { "x-shopify-hmac-sha256": hmac(BODY, "the-new-secret"), "x-shopify-webhook-id": "new" };
    expect((await deliver(stage, PATH, BODY, shopifyHeaders(BODY, headers))).status).toBe(200);
  });
});

describe("a delivery that was accepted", () => {
  const catalogue = createCatalogue([{ ...processors.plain, id: "ShopifyProcessWebhookJob" }]);

  it("has the client's job started at once; one that comes while that waits, or again, adds no run", async () => {
    const { stage } = await setShops({ catalogue });
    await addConnector(stage, {
      clientId: stage.berlin,
      kind: "shopify",
      config: { shop: SHOP },
      secret: { clientId: "client-of-berlin", clientSecret: SECRET },
    });
    await stage.addJob({ processor: "ShopifyProcessWebhookJob", name: "Shop", clientId: 0 });
    for (const id of ["1", "2", "1"]) {
      await deliver(stage, PATH, BODY, shopifyHeaders(BODY, { "x-shopify-webhook-id": id }));
    }
    expect(stage.woken).toEqual([stage.berlin]);
    const { rows } = await stage.database.execute("SELECT client_id, kind, state FROM runs");
    expect(rows.map((row) => ({ ...row }))).toEqual([{ client_id: stage.berlin, kind: "event", state: "queued" }]);
  });

  it("waits where the client has no active job, and is safe when the start fails", async () => {
    const { stage } = shops;
    expect(await deliver(stage, PATH, BODY, shopifyHeaders(BODY))).toMatchObject({ status: 200 });
    expect(stage.woken).toEqual([]);
    const failing = await setShops({ catalogue, wakeRunner: () => Promise.reject(new Error("no runner")) });
    await addConnector(failing.stage, {
      clientId: failing.stage.berlin,
      kind: "shopify",
      config: { shop: SHOP },
      secret: { clientId: "client-of-berlin", clientSecret: SECRET },
    });
    await failing.stage.addJob({ processor: "ShopifyProcessWebhookJob", name: "Shop", clientId: failing.stage.berlin });
    expect(await deliver(failing.stage, PATH, BODY, shopifyHeaders(BODY))).toMatchObject({ status: 200 });
    expect(await storedDeliveries(failing.stage.database)).toHaveLength(1);
    expect(failing.stage.faults).toHaveLength(1);
  });

  it("is answered with 503 and nothing else when the database does not answer, so that the shop sends it again", async () => {
    const outage = await setShops({ storeOf: () => Promise.reject(new DatabaseOutageError(new Error("down"))) });
    await addConnector(outage.stage, {
      clientId: outage.stage.berlin,
      kind: "shopify",
      config: { shop: SHOP },
      secret: { clientId: "client-of-berlin", clientSecret: SECRET },
    });
    const answer = await deliver(outage.stage, PATH, BODY, shopifyHeaders(BODY));
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("10");
  });
});

describe("a delivery of Shopify is refused", () => {
  const large = new Uint8Array(2 * 1024 * 1024).fill(32);
  const cases = [
    ["with a body changed by one byte", { body: BODY.replace("199", "198") }, 401, "wrong_signature"],
    [
      "signed with a wrong secret",
      { more: { "x-shopify-hmac-sha256": hmac(BODY, "another-secret") } },
      401,
      "wrong_signature",
    ],
    ["with a signature that is none", { more: { "x-shopify-hmac-sha256": "ä!" } }, 401, "wrong_signature"],
    ["for another client's key", { path: "/webhooks/shopify/new-york" }, 401, "unknown_client"],
    ["for an unknown key", { path: "/webhooks/shopify/nobody" }, 401, "unknown_client"],
    ["of another shop", { more: { "x-shopify-shop-domain": "evil.myshopify.com" } }, 401, "wrong_shop"],
    ["without its signature", { less: "x-shopify-hmac-sha256" }, 400, "missing_header"],
    ["without its id", { less: "x-shopify-webhook-id" }, 400, "missing_header"],
    ["with an empty body", { body: "" }, 400, "empty_body"],
    ["with a body of 2 MB", { body: large }, 413, "too_large"],
    ["with a body that is no JSON", { body: "id=1", sign: true }, 422, "not_json"],
  ] as const;

  it.each(cases)("%s, with a line in the log and nothing in the database", async (_name, how, status, reason) => {
    const given: {
      body?: string | Uint8Array<ArrayBuffer>;
      path?: string;
      more?: Record<string, string>;
      less?: string;
      sign?: boolean;
    } = how;
    const { body = BODY, path = PATH, more = {}, less, sign } = given;
    const headers = shopifyHeaders(sign ? String(body) : BODY, more);
    if (less) delete headers[less];
    const answer = await deliver(shops.stage, path, body, headers);
    expect(answer.status).toBe(status);
    expect(shops.lines).toHaveLength(1);
    expect(shops.lines[0]).toContain(`(${reason})`);
    expect(shops.lines[0]).not.toMatch(/jon@|199|delivery-1|secret|[A-Za-z0-9+/]{43}=/);
    expect(writes()).toEqual([]);
    expect(shops.stage.faults).toEqual([]);
  });

  it("of one client at the address of another that has a shop of its own", async () => {
    await addConnector(shops.stage, {
      clientId: shops.stage.newYork,
      kind: "shopify",
      config: { shop: SHOP },
      secret: { clientId: "client-of-new-york", clientSecret: "another-secret" },
    });
    expect((await deliver(shops.stage, "/webhooks/shopify/new-york", BODY, shopifyHeaders(BODY))).status).toBe(401);
    expect(shops.lines).toEqual([expect.stringContaining("(wrong_signature)")]);
    expect(await storedDeliveries(shops.stage.database)).toEqual([]);
  });

  it("for an unknown key exactly as for a wrong signature", async () => {
    const wrong = { "x-shopify-hmac-sha256": hmac(BODY, "another-secret") };
    const [known, unknown, strange] = await Promise.all(
      ["berlin", "nobody", "no%20key%00"].map((key) =>
        deliver(shops.stage, `/webhooks/shopify/${key}`, BODY, shopifyHeaders(BODY, wrong)),
      ),
    );
    const seen = (answer: typeof known) => [answer?.status, answer?.body, [...(answer?.headers ?? [])]];
    expect(seen(unknown)).toEqual(seen(known));
    expect(seen(strange)).toEqual(seen(known));
  });

  it("of a client or with a connector that is switched off", async () => {
    const { stage } = shops;
    for (const change of [
      "UPDATE connectors SET active = 0",
      "UPDATE connectors SET active = 1",
      "UPDATE clients SET status = 'inactive'",
    ]) {
      await stage.database.execute(change);
      stage.now += 20_000;
      const { status } = await deliver(stage, PATH, BODY, shopifyHeaders(BODY, { "x-shopify-webhook-id": change }));
      expect(status).toBe(change.endsWith("= 1") ? 200 : 401);
    }
  });

  it("by the hundred with no write, few reads and few lines", async () => {
    const wrong = shopifyHeaders(BODY, { "x-shopify-hmac-sha256": hmac(BODY, "another-secret") });
    for (let sent = 0; sent < 200; sent += 1) await deliver(shops.stage, PATH, BODY, wrong);
    expect(writes()).toEqual([]);
    expect(shops.asked.length).toBeLessThanOrEqual(4);
    expect(shops.lines).toHaveLength(20);
  });

  it("when it is no POST", async () => {
    const response = await shops.stage.app.request(`http://localhost${PATH}`);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });
});
