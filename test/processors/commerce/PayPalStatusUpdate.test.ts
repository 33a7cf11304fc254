import { beforeEach, describe, expect, it } from "vitest";
import { ORDER_CHECKED } from "../../../src/learning/webhooks/delivery.ts";
import { listDeliveries } from "../../../src/learning/webhooks/list.ts";
import { settleDelivery } from "../../../src/learning/webhooks/settle.ts";
import { PayPalStatusUpdate } from "../../../src/processors/commerce/PayPalStatusUpdate.ts";
import { PayPalApi } from "../../shops/paypal-api.ts";
import { addShop, ShopStage } from "../../shops/shop-stage.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stage: ShopStage;
let paypal: PayPalApi;
let ada: number;
let course: number;

beforeEach(async () => {
  stage = await ShopStage.open(PayPalStatusUpdate, (now) => {
    paypal = new PayPalApi(now);
    return paypal.fetch;
  });
  await addShop(stage.database, "paypal");
  ada = await stage.suite.person({ email: "ada@example.com" });
  course = await stage.suite.course();
});

/** An order that was placed at our checkout, ten minutes ago. Returns its id. */
const place = (remote_id: string, values: Record<string, string | number | null> = {}) =>
  stage.suite.insert("orders", {
    provider: "paypal",
    remote_id,
    person_id: ada,
    email: "ada@example.com",
    status: "pending",
    amount_minor: 19_900,
    currency: "EUR",
    items: JSON.stringify([{ line: 1, component_id: course, quantity: 1 }]),
    placed_at: stage.clock.now() - 10 * MINUTE,
    ...values,
  });

const tell = (topic: string, subject: string) =>
  stage.tell(topic, { id: "WH-1", resource: {} }, { provider: "paypal", source: "", subject });

describe("an approved order", () => {
  it("has its money taken under a request id, and its buyer enrolled in the same step", async () => {
    await place("A1");
    paypal.order("A1", { status: "APPROVED" });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "ok", counts: { checked: 1, paid: 1 } });
    expect(paypal.asked).toEqual(["GET /v2/checkout/orders/A1", "POST /v2/checkout/orders/A1/capture"]);
    expect([...(paypal.orders.get("A1")?.requests.keys() ?? [])]).toEqual(["cap-A1"]);
    expect(await stage.orders()).toEqual(["A1 paid"]);
    expect(await stage.rows("SELECT person_id, status, source, source_ref FROM registrations")).toEqual([
      { person_id: ada, status: "booked", source: "shop", source_ref: "paypal:A1:1" },
    ]);
    expect((await stage.play()).state).toBe("no_action");
    expect(paypal.grants).toBe(1);
  });

  it("is not captured twice where the answer was lost, nor where the request id is forgotten after six hours", async () => {
    await place("A1");
    paypal.order("A1", { status: "APPROVED" });
    paypal.losesAnswer = true;
    await stage.play();
    expect(paypal.orders.get("A1")?.captures).toHaveLength(1);
    expect(await stage.orders()).toEqual(["A1 paid"]);

    await place("A2", { items: "[]" });
    const late = paypal.captured("A2", "COMPLETED", { lag: 1 });
    late.requests.set("cap-A2", stage.clock.now() - 7 * HOUR);
    await stage.play();
    expect(paypal.asked.slice(-3)).toEqual([
      "GET /v2/checkout/orders/A2",
      "POST /v2/checkout/orders/A2/capture",
      "GET /v2/checkout/orders/A2",
    ]);
    expect(late.captures).toHaveLength(1);
    expect(await stage.orders()).toEqual(["A1 paid", "A2 paid"]);
  });

  it("is never captured where amount, currency or intent differ", async () => {
    await place("B1");
    await place("B2");
    await place("B3");
    await place("B4", { amount_minor: 500, currency: "JPY" });
    paypal.order("B1", { status: "APPROVED", value: "19.90" });
    paypal.order("B2", { status: "APPROVED", currency: "USD" });
    paypal.order("B3", { status: "APPROVED", intent: "AUTHORIZE" });
    paypal.order("B4", { status: "APPROVED", value: "500", currency: "JPY" });
    expect(await stage.play()).toMatchObject({ counts: { checked: 4, failedPayments: 3, paid: 1 } });
    expect(paypal.asked.filter((one) => one.startsWith("POST"))).toEqual(["POST /v2/checkout/orders/B4/capture"]);
    expect(await stage.orders()).toEqual([
      "B1 failed amount_mismatch",
      "B2 failed amount_mismatch",
      "B3 failed wrong_intent",
      "B4 paid",
    ]);
  });

  it.each([
    ["failed", "expired"],
    ["cancelled", "failed"],
    ["expired", "cancelled"],
  ])("that is %s here is never captured", async (status) => {
    await place("A1", { status });
    paypal.order("A1", { status: "APPROVED" });
    await tell("CHECKOUT.ORDER.APPROVED", "A1");
    await stage.play();
    expect(paypal.asked).toEqual(["GET /v2/checkout/orders/A1"]);
    expect(await stage.orders()).toEqual([`A1 ${status}`]);
  });

  it.each([
    "INSTRUMENT_DECLINED",
    "PAYER_ACTION_REQUIRED",
    "ORDER_NOT_APPROVED",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
  ])("whose capture is refused with %s stays open until its hours are over", async (issue) => {
    await place("A1");
    paypal.order("A1", { status: "APPROVED", issue });
    await stage.play();
    expect(await stage.orders()).toEqual(["A1 approved"]);
    await stage.sleep(3);
    expect(await stage.play()).toMatchObject({ counts: { expired: 1 } });
    expect(await stage.orders()).toEqual(["A1 expired"]);
  });

  it("waits for the next run while its capture is under way, however old it is", async () => {
    await place("A1");
    paypal.order("A1", { status: "APPROVED", issue: "ORDER_COMPLETION_IN_PROGRESS" });
    await stage.sleep(4);
    await stage.play();
    expect(await stage.orders()).toEqual(["A1 approved"]);
  });

  it.each(["TRANSACTION_REFUSED", "COMPLIANCE_VIOLATION", "PAYEE_BLOCKED_TRANSACTION", "DUPLICATE_INVOICE_ID"])(
    "whose capture is refused for good with %s has failed",
    async (issue) => {
      await place("A1");
      paypal.order("A1", { status: "APPROVED", issue });
      expect(await stage.play()).toMatchObject({ counts: { failedPayments: 1 } });
      expect(await stage.orders()).toEqual([`A1 failed ${issue.toLowerCase()}`]);
    },
  );
});

describe("a completed order", () => {
  it.each([
    ["COMPLETED", "A1 paid", 1],
    ["PENDING", "A1 pending", 0],
    ["DECLINED", "A1 failed payment_declined", 0],
    ["FAILED", "A1 failed payment_declined", 0],
    ["REFUNDED", "A1 refunded", 0],
    ["PARTIALLY_REFUNDED", "A1 paid partial_refund", 1],
  ])("with a capture that is %s is %s", async (status, order, registrations) => {
    await place("A1");
    paypal.captured("A1", status);
    await stage.play();
    expect(await stage.orders()).toEqual([order]);
    expect(await stage.registered()).toHaveLength(registrations);
  });

  it("whose captures are another amount is paid, and no person is enrolled", async () => {
    await place("A1", { amount_minor: 9900 });
    paypal.captured("A1");
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { failed: 1 } });
    expect(run.errors.map(({ code }) => code)).toEqual(["amount_mismatch"]);
    expect(await stage.orders()).toEqual(["A1 paid amount_mismatch"]);
    expect(await stage.registered()).toEqual([]);
  });

  it("says what could not be booked, in the inbox too, and books it when it is processed again", async () => {
    await stage.suite.registration(course, ada);
    const items = [
      { line: 1, component_id: course, quantity: 1 },
      { line: 2, component_id: await stage.suite.course(), quantity: 2 },
    ];
    await place("A1", { items: JSON.stringify(items) });
    paypal.captured("A1");
    const id = await tell("PAYMENT.CAPTURE.COMPLETED", "A1");
    await stage.play();
    expect(await stage.orders()).toEqual(["A1 paid already_registered:1 extra_quantity:2:1"]);
    expect(await stage.stateOf(id)).toBe("parked already_registered:1 extra_quantity:2:1");
    await stage.suite.update("registrations", 1, { status: "cancelled" });
    await stage.database.execute("UPDATE webhook_events SET state = 'new'");
    await stage.play();
    expect(await stage.orders()).toEqual(["A1 paid extra_quantity:2:1"]);
    expect(await stage.registered()).toHaveLength(3);
  });

  it("that PayPal has told nothing of stands in the inbox with what could not be booked, until an administrator settles it", async () => {
    await stage.suite.registration(course, ada);
    await place("A1");
    paypal.captured("A1");
    await stage.play();
    expect(await stage.orders()).toEqual(["A1 paid already_registered:1"]);
    const [note, ...others] = await listDeliveries(stage.database, { clientId: 1, states: ["parked"], limit: 10 });
    expect(others).toEqual([]);
    expect(note).toMatchObject({
      provider: "paypal",
      topic: ORDER_CHECKED,
      subject: "A1",
      error: "already_registered:1",
    });
    const id = note?.id ?? 0;
    expect((await stage.play()).state).toBe("no_action");

    // Processed once more, it has the order looked at.
    expect(await settleDelivery(stage.database, 1, id, "replay", stage.clock.now())).toMatchObject({
      state: "settled",
    });
    await stage.play();
    expect(await stage.stateOf(id)).toBe("parked already_registered:1");
    expect(await settleDelivery(stage.database, 1, id, "close", stage.clock.now())).toMatchObject({ state: "settled" });
    expect([await stage.stateOf(id), ...(await stage.orders())]).toEqual(["done", "A1 paid"]);
    await tell("PAYMENT.CAPTURE.COMPLETED", "A1");
    await stage.play();
    expect([await stage.stateOf(id), ...(await stage.orders())]).toEqual(["done", "A1 paid"]);
    expect(await stage.registered()).toEqual([`${course}/${ada} booked`]);
  });

  it("without a buyer waits for a person, and enrols the one whom an administrator gives it to", async () => {
    await place("A1", { person_id: null });
    paypal.captured("A1");
    const id = await tell("PAYMENT.CAPTURE.COMPLETED", "A1");
    await stage.play();
    expect(await stage.stateOf(id)).toBe("parked needs_person");
    await stage.suite.update("orders", 1, { person_id: ada });
    await stage.database.execute("UPDATE webhook_events SET state = 'new'");
    await stage.play();
    expect([await stage.stateOf(id), ...(await stage.registered())]).toEqual(["done", `${course}/${ada} booked`]);
    expect(await stage.orders()).toEqual(["A1 paid"]);
  });
});

describe("a refund", () => {
  beforeEach(async () => {
    await place("A1");
    paypal.captured("A1");
    await stage.play();
  });
  const refund = (status: string) => {
    const [capture] = paypal.orders.get("A1")?.captures ?? [];
    if (capture) capture.status = status;
  };

  it.each(["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"])(
    "told as %s cancels what no person has begun",
    async (topic) => {
      if (topic.endsWith("REFUNDED")) refund("REFUNDED");
      const id = await tell(topic, "A1");
      expect(await stage.play()).toMatchObject({ counts: { checked: 1, refunded: 1 } });
      expect([await stage.stateOf(id), ...(await stage.orders())]).toEqual(["done", "A1 refunded"]);
      expect(await stage.rows("SELECT status, cancel_reason FROM registrations")).toEqual([
        { status: "cancelled", cancel_reason: "refunded" },
      ]);
      expect((await stage.play()).state).toBe("no_action");
    },
  );

  it("leaves what was begun to an administrator", async () => {
    await stage.suite.update("registrations", 1, { started_at: 1 });
    refund("REFUNDED");
    const id = await tell("PAYMENT.CAPTURE.REFUNDED", "A1");
    await stage.play();
    expect([await stage.stateOf(id), ...(await stage.orders())]).toEqual(["parked started", "A1 refunded started"]);
    expect(await stage.registered()).toEqual([`${course}/${ada} booked`]);
  });

  it("of a part is noted, and its delivery parked", async () => {
    refund("PARTIALLY_REFUNDED");
    const id = await tell("PAYMENT.CAPTURE.REFUNDED", "A1");
    await stage.play();
    expect([await stage.stateOf(id), ...(await stage.orders())]).toEqual([
      "parked partial_refund",
      "A1 paid partial_refund",
    ]);
    expect(await stage.registered()).toEqual([`${course}/${ada} booked`]);
  });
});

describe("an open order", () => {
  it.each(["CREATED", "SAVED", "PAYER_ACTION_REQUIRED"])(
    "that is %s stays until its hours are over",
    async (status) => {
      await place("A1", { placed_at: stage.clock.now() - 5 * HOUR + MINUTE });
      paypal.order("A1", { status });
      await stage.play({ expireHours: 5 });
      expect(await stage.orders()).toEqual(["A1 pending"]);
      await stage.clock.advance(31 * MINUTE);
      expect(await stage.play({ expireHours: 5 })).toMatchObject({ counts: { expired: 1 } });
      expect(await stage.orders()).toEqual(["A1 expired"]);
    },
  );

  it("is cancelled where PayPal has voided it, or the buyer's approval was taken back", async () => {
    await place("A1");
    paypal.order("A1", { status: "VOIDED" });
    await place("A2", { status: "approved" });
    paypal.order("A2", { status: "APPROVED" });
    await tell("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "A2");
    await stage.play();
    expect(await stage.orders()).toEqual(["A1 cancelled", "A2 cancelled"]);
  });

  it("is over where PayPal does not know it; one that is paid stays so, and fails alone", async () => {
    await place("A1");
    await place("A2", { status: "paid", checked_at: 1 });
    await tell("PAYMENT.CAPTURE.COMPLETED", "A2");
    const run = await stage.play();
    expect(run.errors.map(({ code }) => code)).toEqual(["order_gone"]);
    expect(await stage.orders()).toEqual(["A1 expired", "A2 paid"]);
  });

  it("is looked at once it is old enough, every four minutes in its first hour, and every half hour later", async () => {
    const now = stage.clock.now() + 1000;
    const young = { placed_at: now - 59 * MINUTE };
    const old = { placed_at: now - 60 * MINUTE };
    await place("A1", { placed_at: now - 2 * MINUTE + 1 });
    await place("A2", { placed_at: now - 2 * MINUTE });
    await place("A3", { ...young, checked_at: now - 4 * MINUTE + 1 });
    await place("A4", { ...young, checked_at: now - 4 * MINUTE });
    await place("A5", { ...old, checked_at: now - 30 * MINUTE + 1 });
    await place("A6", { ...old, checked_at: now - 30 * MINUTE });
    await place("A7", { client_id: 2 });
    await place("A8", { provider: "shopify" });
    for (let at = 1; at <= 8; at += 1) paypal.order(`A${at}`);
    await stage.play();
    expect(paypal.asked.map((one) => one.at(-1))).toEqual(["2", "4", "6"]);
  });
});

describe("what PayPal tells", () => {
  it("has an order looked at whatever its age and state; what changes none is ignored, and an order that is not ours is parked", async () => {
    await place("A1", { placed_at: stage.clock.now() });
    paypal.captured("A1");
    const known = await tell("PAYMENT.CAPTURE.COMPLETED", "A1");
    const other = await tell("PAYMENT.PAYOUTSBATCH.SUCCESS", "A1");
    const unknown = await tell("CHECKOUT.ORDER.APPROVED", "ZZ");
    expect(await stage.play()).toMatchObject({ counts: { checked: 1, paid: 1 } });
    expect([await stage.stateOf(known), await stage.stateOf(other), await stage.stateOf(unknown)]).toEqual([
      "done",
      "ignored",
      "parked order_unknown",
    ]);
  });

  it("is deleted after as many days as the job says", async () => {
    const id = await tell("PAYMENT.PAYOUTSBATCH.SUCCESS", "A1");
    await stage.play({ keepDays: 7 });
    await stage.sleep(7.01);
    expect(await stage.play({ keepDays: 7 })).toMatchObject({ counts: { deleted: 1 } });
    expect(await stage.stateOf(id)).toBe("");
  });
});

describe("a run", () => {
  it("fails one order alone whose answer cannot be read", async () => {
    for (const id of ["A1", "A2"]) {
      await place(id);
      paypal.captured(id);
    }
    paypal.faults.push("html");
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", counts: { failed: 1, paid: 1 } });
    expect(await stage.orders()).toEqual(["A1 pending", "A2 paid"]);
  });

  it("stops after five requests in a row without an answer, goes on there when it is tried again, and leaves the others to the next run", async () => {
    const orders = [1, 2, 3, 4, 5, 6, 7].map((at) => `A${at}`);
    for (const id of orders) {
      await place(id, { items: "[]" });
      paypal.captured(id);
    }
    // Each request is tried four times.
    paypal.faults.push(...Array.from({ length: 5 * 4 }, () => "cut" as const));
    const run = await stage.play();
    expect(run).toMatchObject({ state: "partial", attempt: 2, counts: { checked: 3, paid: 3, failed: 4 } });
    expect(run.errors.map(({ ref, code }) => `${ref.split(" ")[1]} ${code}`)).toEqual(
      orders.slice(0, 4).map((id) => `${id} remote_unavailable`),
    );
    expect(run.log.join("\n")).toMatch(/remote_unavailable: 5 requests in a row got no usable answer/);
    expect(await stage.orders()).toEqual(orders.map((id, at) => `${id} ${at < 4 ? "pending" : "paid"}`));
    expect(await stage.play()).toMatchObject({ state: "ok", counts: { checked: 4, paid: 4 } });
  });

  it("has failed as remote_unavailable where PayPal never answers, has taken nothing, and all is looked at later", async () => {
    const orders = Array.from({ length: 13 }, (_, at) => `A${at + 10}`);
    for (const id of orders) {
      await place(id, { items: "[]" });
      paypal.order(id, { status: "APPROVED" });
    }
    paypal.faults.push(...Array.from({ length: 100 }, () => ({ status: 503 })));
    const run = await stage.play();
    expect(run).toMatchObject({ state: "failed", reason: "remote_unavailable", attempt: 3, counts: { failed: 12 } });
    expect(await stage.orders()).toEqual(orders.map((id) => `${id} pending`));
    paypal.faults.length = 0;
    expect(await stage.play()).toMatchObject({ counts: { checked: 13, paid: 13 } });
  });

  it("asks for a new token once the old one is refused", async () => {
    await place("A1");
    paypal.captured("A1");
    await stage.play();
    paypal.forgetTokens();
    await place("A2", { items: "[]" });
    paypal.captured("A2");
    await stage.play();
    expect(paypal.grants).toBe(2);
    expect(await stage.orders()).toEqual(["A1 paid", "A2 paid"]);
  });

  it("has nothing to do without a connector, and takes no money when it is rehearsed", async () => {
    await place("A1");
    paypal.order("A1", { status: "APPROVED" });
    await stage.play({}, { dryRun: true });
    expect(paypal.asked).toEqual(["GET /v2/checkout/orders/A1"]);
    expect(await stage.orders()).toEqual(["A1 pending"]);
    await stage.database.execute("UPDATE connectors SET active = 0");
    expect((await stage.play()).state).toBe("no_action");
  });
});
