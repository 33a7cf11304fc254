import type { ShopWindow } from "../../../src/web/demo-shop.ts";

/** A demo shop that sells one course, and of which one purchase is told. */
export const demoShop: ShopWindow = {
  look: async () => ({
    shop: "demo.myshopify.com",
    client: { id: 1, key: "berlin" },
    currency: "EUR",
    goods: [{ variantId: "7", title: "Fire safety", price: "49.00" }],
    buyers: ["grace.hopper@berlin.example"],
    purchases: [
      {
        id: "1001",
        line: "10011",
        at: Date.UTC(2026, 10, 23, 11, 58),
        title: "Fire safety",
        email: "grace.hopper@berlin.example",
        state: "paid",
        told: [{ topic: "orders/paid", at: Date.UTC(2026, 10, 23, 11, 58), status: 200, answer: "stored" }],
      },
    ],
  }),
  act: async () => true,
};
