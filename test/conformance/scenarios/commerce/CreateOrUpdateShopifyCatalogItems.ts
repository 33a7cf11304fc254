import { CreateOrUpdateShopifyCatalogItems as processor } from "../../../../src/processors/commerce/CreateOrUpdateShopifyCatalogItems.ts";
import { addShop, shopConnectors } from "../../../shops/shop-stage.ts";
import { ShopifyApi } from "../../../shops/shopify-api.ts";
import { insertBystanders, insertForBoth } from "../../suite/rows.ts";
import { type Ground, NOW, type Scenario } from "../../suite/scenario.ts";

const TOKEN = "shpat_1";

/** A shop for each client, two components, and offers: two that stand at the shop's connector, one without a component. */
async function seed({ database }: Ground, bystanders: number): Promise<void> {
  for (const clientId of [1, 2]) await addShop(database, "shopify", { clientId, token: TOKEN, at: NOW });
  await insertForBoth(database, "components", (own) => [
    { id: own(1), kind: "course", title: "Fire", external_id: "FIRE" },
    { id: own(2), kind: "course", title: "First aid", external_id: "AID" },
  ]);
  const offer = (id: number, component_id: number, more: Record<string, string | number>) => ({
    id,
    component_id,
    title: "Offer",
    added_at: 0,
    ...more,
  });
  const price = { price_minor: 19_900, currency: "EUR" };
  await insertForBoth(database, "catalogue_items", (own) => {
    const connector_id = Math.floor(own(0) / 1000);
    return [
      offer(own(1), own(1), { ...price, connector_id, variant_id: "501", product_id: "51", product_handle: "old" }),
      offer(own(2), own(2), { ...price, connector_id }),
      offer(own(3), own(2), { ...price, connector_id: own(9), variant_id: "gone" }),
      offer(own(4), own(2), price),
    ];
  });
  await insertBystanders(database, "catalogue_items", bystanders, (id) => ({
    id,
    client_id: 1,
    title: "Folder",
    added_at: 0,
  }));
}

function openShop(now: () => number): ShopifyApi {
  const shop = new ShopifyApi(now);
  shop.permanentToken = TOKEN;
  return shop;
}

export const CreateOrUpdateShopifyCatalogItems: Scenario = {
  processor,
  name: "pull",
  parameters: { chunkSize: 2, fullScan: true },
  badParameters: [
    [{ direction: "both" }, "direction"],
    [{ fullScan: "yes" }, "fullScan"],
    [{ shop: "north" }, "shop"],
  ],
  counts: { products: 4, created: 3, updated: 1, hidden: 1, unmapped: 1 },
  async seed(ground, bystanders) {
    await seed(ground, bystanders);
    await insertForBoth(ground.database, "catalogue_items", (own) => [
      { id: own(5), component_id: own(1), title: "Old", added_at: 0, connector_id: own(0) / 1000, variant_id: "502" },
    ]);
  },
  async ports({ database, clock }) {
    const shop = openShop(clock.now);
    const updatedAt = new Date(NOW - 86_400_000).toISOString();
    shop.sell({ updatedAt, title: "Fire", component: "FIRE", id: "51", variants: [{ id: "501" }] });
    shop.sell({ updatedAt, title: "First aid", variants: [{ sku: "LMS-AID", title: "Online" }, { sku: "MUG" }] });
    shop.sell({ updatedAt, title: "First aid", component: "AID" });
    shop.sell({ updatedAt, title: "Fire", status: "DRAFT", component: "FIRE" });
    return { connectorsFor: shopConnectors(database, clock, shop.fetch) };
  },
  // When the connector was last found well, and which reading of everything last saw an item.
  volatile: ["connectors.last_ok_at", "catalogue_items.seen_at"],
};

export const CreateOrUpdateShopifyCatalogItemsPush: Scenario = {
  processor,
  name: "push",
  parameters: { chunkSize: 1, direction: "push" },
  badParameters: [[{ direction: "" }, "direction"]],
  counts: { products: 2, created: 1, updated: 1 },
  seed,
  remembers: true,
  async ports({ database, clock }) {
    return { connectorsFor: shopConnectors(database, clock, openShop(clock.now).fetch) };
  },
  volatile: ["connectors.last_ok_at"],
};
