import { shopOrder, shopRefund, wire } from "../../../../src/demo/shop/orders.ts";
import { ShopifyProcessWebhookJob as processor } from "../../../../src/processors/commerce/ShopifyProcessWebhookJob.ts";
import { addShop, shopConnectors } from "../../../shops/shop-stage.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { NOW, type Scenario } from "../../suite/scenario.ts";

const DAY = 86_400_000;

const delivery = (id: number, topic: string, payload: object, subject: number | string, more = {}) => ({
  id,
  provider: "shopify",
  delivery_id: `delivery-${id}`,
  topic,
  payload: wire(payload),
  subject: String(subject),
  received_at: NOW - DAY,
  ...more,
});

export const ShopifyProcessWebhookJob: Scenario = {
  processor,
  parameters: { chunkSize: 3, createPersons: true, keepDays: 7 },
  badParameters: [
    [{ keepDays: 6 }, "keepDays"],
    [{ maxAttempts: 0 }, "maxAttempts"],
    [{ silenceDays: 0 }, "silenceDays"],
    [{ createPersons: "yes" }, "createPersons"],
    [{ shop: "north" }, "shop"],
  ],
  counts: { events: 8, registered: 2, cancelled: 1, parked: 3, deleted: 1 },
  async seed({ database }, bystanders) {
    for (const clientId of [1, 2]) await addShop(database, "shopify", { clientId });
    await insertForBoth(database, "persons", (own) => [
      {
        id: own(1),
        username: "ada",
        username_key: "ada",
        given_name: "A",
        family_name: "B",
        email: "ada@example.com",
        enrolled_on: "2026-01-01",
      },
      {
        id: own(2),
        username: "bea@example.com",
        username_key: "bea@example.com",
        given_name: "B",
        family_name: "C",
        enrolled_on: "2026-01-01",
      },
    ]);
    await insertForBoth(database, "components", (own) => [
      { id: own(1), kind: "course", title: "Small", planning_status: "released", max_participants: 1 },
      { id: own(2), kind: "template", title: "Template", planning_status: "released" },
      { id: own(3), kind: "course", title: "Course", planning_status: "released", template_id: own(2) },
    ]);
    await insertForBoth(database, "catalogue_items", (own) =>
      [1, 2].map((at) => ({
        component_id: own(at),
        title: "Offer",
        added_at: 0,
        connector_id: Math.floor(own(0) / 1000),
        variant_id: String(500 + at),
      })),
    );
    await insertForBoth(database, "webhook_events", (own) => [
      // Comes before its order, and is taken up behind it.
      delivery(own(1), "refunds/create", shopRefund(71, 1, [[11, 1]]), 1),
      delivery(own(2), "orders/paid", shopOrder(1, "ada@example.com", [{ id: 11, variant_id: 501 }]), 1),
      delivery(own(3), "orders/paid", shopOrder(2, "new@example.com", [{ id: 21, variant_id: 502 }]), 2),
      delivery(own(4), "orders/paid", shopOrder(3, "bea@example.com", [{ id: 31, variant_id: 501 }]), 3),
      delivery(own(5), "orders/cancelled", shopOrder(4, null, [], { cancelled_at: "2026-03-01T10:00:00Z" }), 4),
      delivery(own(6), "products/update", { id: 5, updated_at: "2026-03-01T10:00:00Z" }, 5),
      delivery(own(7), "carts/update", { id: 6 }, 6),
      delivery(own(8), "carts/update", {}, 7, { state: "ignored", processed_at: NOW - 8 * DAY }),
      delivery(own(9), "orders/cancelled", {}, 8, {
        state: "parked",
        error: "order_unknown",
        received_at: NOW - 8 * DAY,
      }),
    ]);
    await insertBystanders(database, "webhook_events", bystanders, (id) =>
      delivery(id, "orders/paid", {}, id, { state: "done", processed_at: NOW - DAY }),
    );
  },
  ports: async ({ database, clock }) => ({
    connectorsFor: shopConnectors(database, clock, () => Promise.reject(new Error("Nothing is asked"))),
  }),
};
