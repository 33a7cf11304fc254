import { beforeEach, describe, expect, it } from "vitest";
import { BODY, CERTIFICATES, FakePayPal, payPalHeaders, root, WEBHOOK_ID } from "./fake-paypal.ts";
import { addConnector, deliver, setShops, storedDeliveries, type Watched } from "./shops.ts";

const PATH = "/webhooks/paypal/berlin";

let shops: Watched;
let payPal: FakePayPal;
beforeEach(async () => {
  payPal = new FakePayPal();
  shops = await setShops({ remote: payPal.remote, payPalRoots: [root] });
  await configure({});
});

async function configure(config: object): Promise<void> {
  await shops.stage.database.execute("DELETE FROM connectors");
  await addConnector(shops.stage, {
    clientId: shops.stage.berlin,
    kind: "paypal",
    config: { mode: "live", webhookId: WEBHOOK_ID, ...config },
    secret: { clientId: "client-of-berlin", clientSecret: "secret-of-berlin" },
  });
  shops.asked.length = 0;
}

const send = (body = BODY, headers = payPalHeaders(body), path = PATH) => deliver(shops.stage, path, body, headers);
const writes = () => shops.asked.filter((sql) => !/^\s*SELECT/i.test(sql));
const calls = () => payPal.asked.filter((one) => one.endsWith("verify-webhook-signature"));

describe("a delivery of PayPal", () => {
  it("is proved by its certificate, without a call, and stored with what its body says", async () => {
    expect(await send()).toMatchObject({ status: 200, body: "stored\n" });
    expect(payPal.asked).toEqual([`GET ${CERTIFICATES}good`]);
    expect(await storedDeliveries(shops.stage.database)).toMatchObject([
      {
        client_id: shops.stage.berlin,
        provider: "paypal",
        delivery_id: "WH-TEST-1",
        topic: "PAYMENT.CAPTURE.COMPLETED",
        source: "live",
        subject: null,
        payload: BODY,
        proof: "certificate",
        state: "new",
      },
    ]);
  });

  it.each([
    ["PAYMENT.CAPTURE.COMPLETED", { id: "CAP", supplementary_data: { related_ids: { order_id: "ORDER" } } }, "ORDER"],
    ["CHECKOUT.ORDER.APPROVED", { id: "ORDER" }, "ORDER"],
    ["CHECKOUT.PAYMENT-APPROVAL.REVERSED", { order_id: "ORDER", id: "X" }, "ORDER"],
    ["PAYMENT.CAPTURE.REFUNDED", { id: "REFUND" }, null],
    ["CUSTOMER.DISPUTE.CREATED", "strange", null],
  ])("%s is about its order", async (event_type, resource, subject) => {
    const body = JSON.stringify({ id: "WH-1", event_type, resource });
    expect(await send(body)).toMatchObject({ status: 200 });
    expect(await storedDeliveries(shops.stage.database)).toMatchObject([{ subject, topic: event_type }]);
  });

  it("with characters outside ASCII is proved by the checksum of its bytes", async () => {
    const body = '{"id":"WH-TEST-2","event_type":"X.Y","summary":"Zahlung für € 10.00 ✓"}';
    expect(await send(body)).toMatchObject({ status: 200 });
  });

  it("is answered 200 without effect when it comes again with another transmission, and the certificate is fetched once", async () => {
    await send();
    shops.stage.now += 100 * 24 * 3_600_000;
    expect(await send()).toMatchObject({ status: 200, body: "stored before\n" });
    expect(await storedDeliveries(shops.stage.database)).toHaveLength(1);
    expect(payPal.asked).toHaveLength(1);
  });

  it.each(["leaf-alone", "moved", "missing", "other", "broken"])(
    "whose certificate (%s) cannot be judged here is proved by a call that holds the very text that came",
    async (name) => {
      payPal.verdict = "SUCCESS";
      const body = BODY.replace('"value":"10.00"', '"value":  10.00 , "note":"\\u00fc"');
      expect(await send(body, payPalHeaders(body, { certificateUrl: `${CERTIFICATES}${name}` }))).toMatchObject({
        status: 200,
      });
      expect(payPal.events).toEqual([body]);
      expect(payPal.violations).toEqual([]);
      expect(payPal.asked.filter((one) => one.includes("/certs/"))).toHaveLength(1);
    },
  );

  it("is always proved by a call where the connector says so", async () => {
    await configure({ webhookCheck: "call" });
    expect(await send()).toMatchObject({ status: 401 });
    payPal.verdict = "SUCCESS";
    expect(await send()).toMatchObject({ status: 200 });
    expect(calls()).toHaveLength(2);
    expect(await storedDeliveries(shops.stage.database)).toMatchObject([{ proof: "call" }]);
    expect(payPal.violations).toEqual([]);
  });
});

describe("a delivery of PayPal is refused", () => {
  const elsewhere = [
    "https://evil.example/v1/notifications/certs/good",
    "https://api.paypal.com.evil.example/v1/notifications/certs/good",
    "http://api.paypal.com/v1/notifications/certs/good",
    "https://api.paypal.com:8443/v1/notifications/certs/good",
    "https://user@api.paypal.com/v1/notifications/certs/good",
    "https://api.paypal.com/v1/notifications/../certs/good",
    "https://api.paypal.com/v1/notifications/certs/../../evil",
    "https://api.paypal.com/v1/notifications/certs/",
    "https://api.paypal.com/v1/notifications/certs/good?x=1",
    "no address",
  ];

  it.each(elsewhere)("with its certificate at %s, which is not fetched", async (certificateUrl) => {
    expect(await send(BODY, payPalHeaders(BODY, { certificateUrl }))).toMatchObject({ status: 403 });
    expect(payPal.asked).toEqual([]);
    expect(shops.lines).toEqual([expect.stringContaining("(certificate_host)")]);
    expect(writes()).toEqual([]);
  });

  it.each([
    [
      "with a body changed by one byte",
      () => send(BODY.replace("10.00", "10.01"), payPalHeaders(BODY)),
      401,
      "wrong_signature",
    ],
    [
      "signed for another webhook",
      () => send(BODY, payPalHeaders(BODY, { webhookId: "WH-OTHER" })),
      401,
      "wrong_signature",
    ],
    ["signed with another key", () => send(BODY, payPalHeaders(BODY, { key: "other" })), 401, "wrong_signature"],
    [
      "signed over a checksum in hexadecimal",
      () => send(BODY, payPalHeaders(BODY, { message: "t-1|2026-11-23T12:00:00Z|WH-CONF|7f7e0a9c" })),
      401,
      "wrong_signature",
    ],
    [
      "for another client's key",
      () => send(BODY, payPalHeaders(BODY), "/webhooks/paypal/new-york"),
      401,
      "unknown_client",
    ],
    ["for an unknown key", () => send(BODY, payPalHeaders(BODY), "/webhooks/paypal/nobody"), 401, "unknown_client"],
    [
      "without the certificate's address",
      () => send(BODY, { ...payPalHeaders(BODY), "paypal-cert-url": "" }),
      400,
      "missing_header",
    ],
    ["with a body of 2 MB", () => send(" ".repeat(2 * 1024 * 1024), payPalHeaders(BODY)), 413, "too_large"],
    ["without the event's id", () => send('{"event_type":"X"}', payPalHeaders('{"event_type":"X"}')), 422, "not_json"],
  ] as const)("%s, with a line in the log and nothing in the database", async (_name, sent, status, reason) => {
    expect((await sent()).status).toBe(status);
    expect(shops.lines).toHaveLength(1);
    expect(shops.lines[0]).toContain(`(${reason})`);
    expect(shops.lines[0]).not.toMatch(/10\.00|CAP1|secret|token|[A-Za-z0-9+/]{43}/);
    expect(writes()).toEqual([]);
    expect(calls()).toEqual([]);
  });

  it("with a certificate that has expired, and before it is good", async () => {
    for (const now of ["2026-06-01T00:00:00Z", "2027-06-01T00:00:00Z"]) {
      shops.stage.now = Date.parse(now);
      expect(await send()).toMatchObject({ status: 200 });
      shops.stage.now += now.startsWith("2026") ? -1 : 1;
      expect(await send()).toMatchObject({ status: 403 });
    }
    expect(shops.lines).toEqual([
      expect.stringContaining("(certificate_expired)"),
      expect.stringContaining("(certificate_expired)"),
    ]);
  });

  it("of the sandbox by a connector for real money", async () => {
    await configure({ mode: "sandbox" });
    expect(await send()).toMatchObject({ status: 401 });
    expect(shops.lines).toEqual([expect.stringContaining("(wrong_mode)")]);
  });

  it("for later when PayPal does not say whether its signature is good", async () => {
    payPal.verdict = null;
    const answer = await send(BODY, payPalHeaders(BODY, { certificateUrl: `${CERTIFICATES}missing` }));
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("30");
    expect(await storedDeliveries(shops.stage.database)).toEqual([]);
  });

  it("for an unknown key exactly as for a wrong signature, also where PayPal has to be asked, whatever the body and however often", async () => {
    const both = async (body: string, headers: Record<string, string>) => {
      const answers = [];
      for (const key of ["berlin", "nobody", "no%20key%00"]) {
        const { status, body: said, headers: given } = await send(body, headers, `/webhooks/paypal/${key}`);
        answers.push(JSON.stringify([status, said, [...given]]));
      }
      expect(new Set(answers).size).toBe(1);
      return JSON.parse(answers[0] ?? "[]")[0];
    };
    expect(await both(BODY, payPalHeaders(BODY, { key: "other" }))).toBe(401);
    payPal.verdict = "FAILURE";
    const asked = payPalHeaders(BODY, { certificateUrl: `${CERTIFICATES}missing` });
    expect(await both("no JSON", asked)).toBe(422);
    for (let sent = 0; sent < 300; sent += 1) {
      await send(BODY, asked);
      await send(BODY, asked, "/webhooks/paypal/nobody");
      await send(BODY, asked, "/webhooks/paypal/no%20key%00");
    }
    expect(await both(BODY, asked)).toBe(503);
    expect(calls()).toHaveLength(300);
  });

  it("by the hundred, with strange certificates, without as many requests to PayPal", async () => {
    for (let sent = 0; sent < 100; sent += 1) {
      await send(BODY, payPalHeaders(BODY, { certificateUrl: `${CERTIFICATES}strange-${sent}` }));
    }
    expect(payPal.asked.filter((one) => one.includes("/certs/"))).toHaveLength(30);
    expect(await storedDeliveries(shops.stage.database)).toEqual([]);
  });
});
