import { beforeEach, describe, expect, it } from "vitest";
import { shopOrder, shopRefund } from "../../../src/demo/shop/orders.ts";
import { ShopifyProcessWebhookJob } from "../../../src/processors/commerce/ShopifyProcessWebhookJob.ts";
import { addShop, ShopStage } from "../../shops/shop-stage.ts";

let stage: ShopStage;
let ada: number;
let bea: number;
let course: number;

beforeEach(async () => {
  stage = await ShopStage.open(ShopifyProcessWebhookJob);
  await addShop(stage.database, "shopify");
  ada = await stage.suite.person({ email: "Ada@Example.com" });
  bea = await stage.suite.person({ email: "bea@example.com" });
  course = await stage.sold(501, await stage.suite.course());
});

const paid = (order: unknown) => stage.tell("orders/paid", order);
const buys = (id: number, email: string | null, ...more: Parameters<typeof shopOrder>[2]) =>
  paid(shopOrder(id, email, more.length > 0 ? more : [{ id: id * 10, variant_id: 501 }]));

describe("orders/cancelled", () => {
  const cancels = (id: number, more = {}) =>
    stage.tell(
      "orders/cancelled",
      shopOrder(id, "ada@example.com", [{ id: id * 10, variant_id: 501 }], {
        cancelled_at: "2026-03-02T10:00:00Z",
        ...more,
      }),
    );

  it("cancels what is open and not begun, also what waits or is without a course, and gives the place to who has waited longest", async () => {
    const { suite } = stage;
    const small = await stage.sold(601, await suite.course({ max_participants: 1, waiting_list: 1 }));
    const template = await stage.sold(602, await suite.template());
    const served = await suite.course({ template_id: template });
    await buys(
      1,
      "ada@example.com",
      { id: 11, variant_id: 601 },
      { id: 12, variant_id: 602 },
      { id: 13, variant_id: 501 },
    );
    await buys(2, "bea@example.com", { id: 21, variant_id: 601 });
    await stage.play();
    const id = await cancels(1);
    expect(await stage.play()).toMatchObject({ counts: { events: 1, cancelled: 4 } });
    expect(await stage.stateOf(id)).toBe("done");
    expect(await stage.registered()).toEqual([
      `${small}/${ada} cancelled`,
      `${template}/${ada} cancelled`,
      `${served}/${ada} cancelled`,
      `${course}/${ada} cancelled`,
      `${small}/${bea} booked`,
    ]);
    expect(await stage.rows("SELECT DISTINCT cancel_reason FROM registrations WHERE status = 'cancelled'")).toEqual([
      { cancel_reason: "order_cancelled" },
    ]);
    expect(await stage.orders()).toEqual(["1 cancelled", "2 paid"]);
  });

  it.each([
    ["has a start", { started_at: 1 }, false],
    ["is in progress", { status: "in_progress" }, false],
    ["is passed", { status: "passed" }, false],
    ["has work in it", {}, true],
  ])("leaves what %s to an administrator", async (_, values, work) => {
    await buys(1, "ada@example.com");
    await stage.play();
    await stage.suite.update("registrations", 1, { status: "booked", ...values });
    if (work) await stage.suite.insert("item_progress", { registration_id: 1, item_id: 1, status: "incomplete" });
    const before = await stage.registered();
    const id = await cancels(1);
    await stage.play();
    expect(await stage.stateOf(id)).toBe("parked started");
    expect(await stage.registered()).toEqual(before);
  });

  it("bars the order that it comes before, and is taken up behind it", async () => {
    const id = await cancels(1);
    await stage.play();
    expect(await stage.stateOf(id)).toBe("parked order_unknown");
    const order = await buys(1, "ada@example.com");
    await stage.play();
    expect([await stage.stateOf(order), await stage.stateOf(id)]).toEqual(["done", "done"]);
    expect(await stage.orders()).toEqual(["1 cancelled"]);
    expect(await stage.registered()).toEqual([]);
  });

  it("bars an order that says itself that it was cancelled", async () => {
    await paid(
      shopOrder(1, "ada@example.com", [{ id: 11, variant_id: 501 }], { cancelled_at: "2026-03-02T10:00:00Z" }),
    );
    await stage.play();
    expect(await stage.orders()).toEqual(["1 cancelled"]);
    expect(await stage.registered()).toEqual([]);
  });

  it("is ignored after seven days, and still bars the order", async () => {
    const id = await cancels(1);
    await stage.play();
    await stage.sleep(7);
    expect((await stage.play()).state).toBe("ok");
    expect(await stage.stateOf(id)).toBe("ignored order_unknown");
    await buys(1, "ada@example.com");
    await stage.play();
    expect(await stage.registered()).toEqual([]);
  });
});

describe("refunds/create", () => {
  const refunds = (id: number, ...rest: [orderId: number, lines: [number, number][], more?: Record<string, unknown>]) =>
    stage.tell("refunds/create", shopRefund(id, ...rest));

  beforeEach(async () => {
    await stage.sold(502, await stage.suite.course());
    await buys(
      1,
      "ada@example.com",
      { id: 11, variant_id: 501, quantity: 2 },
      { id: 12, variant_id: 502 },
      { id: 13, variant_id: 999 },
    );
    await stage.play();
  });

  it("cancels the lines whose quantity is refunded, summed over the order's refunds, and leaves less to an administrator", async () => {
    const first = await refunds(71, 1, [
      [11, 1],
      [13, 1],
    ]);
    await stage.play();
    expect(await stage.stateOf(first)).toBe("parked partial_refund:11");
    expect((await stage.registered())[0]).toBe(`${course}/${ada} booked`);
    const second = await refunds(72, 1, [[11, 1]]);
    expect(await stage.play()).toMatchObject({ counts: { cancelled: 1 } });
    expect(await stage.stateOf(second)).toBe("done");
    expect(await stage.rows("SELECT status, cancel_reason FROM registrations WHERE id = 1")).toEqual([
      { status: "cancelled", cancel_reason: "refunded" },
    ]);
    expect(await stage.orders()).toEqual(["1 paid"]);
    await refunds(73, 1, [[12, 1]]);
    await stage.play();
    expect(await stage.orders()).toEqual(["1 refunded"]);
  });

  it("counts a line of a refund once, however often and under which delivery it is told", async () => {
    await refunds(71, 1, [[11, 1]]);
    await refunds(71, 1, [[11, 1]]);
    await stage.play();
    expect((await stage.registered())[0]).toBe(`${course}/${ada} booked`);
    const marks = await stage.rows("SELECT key FROM processor_state WHERE key LIKE 'shopify:refund%'");
    expect(marks).toEqual([{ key: "shopify:refund:71:710" }]);
  });

  it("leaves a refund of an amount, and one that is not paid out yet, to an administrator", async () => {
    const amount = await refunds(71, 1, []);
    const pending = await refunds(72, 1, [[12, 1]], { transactions: [{ kind: "refund", status: "pending" }] });
    await stage.play();
    expect([await stage.stateOf(amount), await stage.stateOf(pending)]).toEqual([
      "parked amount_refund",
      "parked refund_pending",
    ]);
    expect(await stage.orders()).toEqual(["1 paid"]);
  });

  it("that comes before its order is taken up behind it, in the same run", async () => {
    const id = await refunds(71, 2, [[20, 1]]);
    await buys(2, "bea@example.com");
    await stage.play();
    expect(await stage.stateOf(id)).toBe("done");
    expect((await stage.registered()).at(-1)).toBe(`${course}/${bea} cancelled`);
    expect(await stage.orders()).toEqual(["1 paid", "2 refunded"]);
  });

  it("is counted against what was ordered when the order was paid", async () => {
    const refunded = [{ refund_line_items: [{ id: 700, line_item_id: 21, quantity: 1 }] }];
    await paid(
      shopOrder(2, "bea@example.com", [{ id: 21, variant_id: 501, quantity: 2, current_quantity: 1 }], {
        refunds: refunded,
      }),
    );
    await refunds(70, 2, [[21, 1]]);
    await stage.play();
    expect((await stage.registered()).at(-1)).toBe(`${course}/${bea} booked`);
    await refunds(71, 2, [[21, 1]]);
    await stage.play();
    expect((await stage.registered()).at(-1)).toBe(`${course}/${bea} cancelled`);
  });
});
