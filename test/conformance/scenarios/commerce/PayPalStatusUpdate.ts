import { PayPalStatusUpdate as processor } from "../../../../src/processors/commerce/PayPalStatusUpdate.ts";
import { PayPalApi } from "../../../shops/paypal-api.ts";
import { addShop, shopConnectors } from "../../../shops/shop-stage.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const HOUR = 3_600_000;

export const PayPalStatusUpdate: Scenario = {
  processor,
  parameters: { chunkSize: 2, keepDays: 7 },
  badParameters: [
    [{ keepDays: 6 }, "keepDays"],
    [{ expireHours: 0 }, "expireHours"],
    [{ minAgeMinutes: -1 }, "minAgeMinutes"],
    [{ mode: "live" }, "mode"],
  ],
  counts: { checked: 4, paid: 1, failedPayments: 1, refunded: 1, expired: 1, deleted: 1 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) await addShop(database, "paypal", { clientId, token: "A21AA", at: NOW });
    await insertForBoth(database, "persons", (own) => [
      {
        id: own(1),
        username: "ada",
        username_key: "ada",
        given_name: "A",
        family_name: "B",
        enrolled_on: "2026-01-01",
      },
    ]);
    await insertForBoth(database, "components", (own) => [
      {
        id: own(1),
        kind: "course",
        title: "Course",
        planning_status: "released",
        max_participants: 1,
        waiting_list: 1,
      },
      { id: own(2), kind: "course", title: "Refunded", planning_status: "released" },
    ]);
    const order = (id: number, remote_id: string, component_id: number, more = {}) => ({
      id,
      provider: "paypal",
      remote_id,
      email: "",
      status: "pending",
      amount_minor: 19_900,
      currency: "EUR",
      items: JSON.stringify([{ line: 1, component_id, quantity: 1 }]),
      placed_at: NOW - HOUR,
      ...more,
    });
    await insertForBoth(database, "orders", (own) => [
      order(own(1), "A1", own(1), { person_id: own(1) }),
      order(own(2), "A2", own(2), { person_id: own(1), status: "paid", checked_at: NOW - HOUR }),
      order(own(3), "A3", own(1), { placed_at: NOW - 80 * HOUR }),
      order(own(4), "A4", own(1)),
    ]);
    await insertForBoth(database, "registrations", (own) => [
      { component_id: own(2), person_id: own(1), status: "booked", source: "shop", source_ref: "paypal:A2:1" },
    ]);
    const told = (id: number, topic: string, more = {}) => ({
      id,
      provider: "paypal",
      delivery_id: `WH-${id}`,
      topic,
      payload: "{}",
      subject: "A2",
      received_at: NOW - HOUR,
      ...more,
    });
    await insertForBoth(database, "webhook_events", (own) => [
      told(own(1), "PAYMENT.CAPTURE.REFUNDED"),
      told(own(2), "CUSTOMER.DISPUTE.CREATED"),
      told(own(3), "CHECKOUT.ORDER.APPROVED", { subject: "ZZ" }),
      told(own(4), "CHECKOUT.ORDER.APPROVED", { state: "done", processed_at: NOW - 200 * HOUR }),
    ]);
    await insertBystanders(database, "orders", bystanders, (id) => order(id, `B${id}`, id, { status: "paid" }));
  },
  async ports({ database, clock }) {
    const paypal = new PayPalApi(clock.now);
    paypal.accept("A21AA");
    paypal.order("A1", { status: "APPROVED" });
    paypal.captured("A2", "REFUNDED");
    paypal.order("A3");
    paypal.order("A4", { status: "APPROVED", intent: "AUTHORIZE" });
    return { connectorsFor: shopConnectors(database, clock, paypal.fetch) };
  },
  // When the connector was last found well.
  volatile: ["connectors.last_ok_at"],
};
