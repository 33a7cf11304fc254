import { beforeEach, describe, expect, it } from "vitest";
import { CreateOrUpdateShopifyCatalogItems } from "../../../src/processors/commerce/CreateOrUpdateShopifyCatalogItems.ts";
import { addShop, ShopStage } from "../../shops/shop-stage.ts";
import { ShopifyApi } from "../../shops/shopify-api.ts";

const MINUTE = 60_000;

let stage: ShopStage;
let shop: ShopifyApi;
let course: number;

beforeEach(async () => {
  stage = await ShopStage.open(CreateOrUpdateShopifyCatalogItems, (now) => {
    shop = new ShopifyApi(now);
    return shop.fetch;
  });
  await addShop(stage.database, "shopify");
  course = await stage.suite.course({ external_id: "FIRE", title: "Fire & safety" });
});

const items = () =>
  stage.rows(`SELECT component_id, title, price_minor, currency, visible, is_public, variant_id, product_handle AS handle
    FROM catalogue_items WHERE client_id = 1 ORDER BY id`);
const watermark = async () =>
  Number(
    (await stage.rows<{ value: string }>("SELECT value FROM processor_state WHERE key = 'watermark:1'"))[0]?.value,
  );

describe("pull", () => {
  it("brings in variants that name a component by metafield or SKU, each with its price, and says how many name none", async () => {
    const sold = shop.sell({ title: "Fire", handle: "fire", component: String(course) });
    shop.sell({
      title: "First aid",
      status: "DRAFT",
      variants: [
        { title: "Online", sku: "LMS-FIRE", price: "49.90" },
        { title: "On site", sku: `lms-${course}`, price: "90" },
        { sku: "MUG-1" },
        { sku: "LMS-nothing" },
      ],
    });
    const run = await stage.play();
    expect(run).toMatchObject({ state: "ok", counts: { products: 2, created: 3, unmapped: 2 } });
    expect(await items()).toMatchObject([
      { component_id: course, title: "Fire", price_minor: 10_000, visible: 1, variant_id: sold.variants[0]?.id },
      { component_id: course, title: "First aid – Online", price_minor: 4990, visible: 0 },
      { component_id: course, title: "First aid – On site", price_minor: 9000, visible: 0 },
    ]);
    expect(run.log.join()).toContain("component nothing");
    expect((await stage.play()).state).toBe("no_action");
  });

  it("reads only what was changed since the watermark, five minutes of it twice", async () => {
    const first = shop.sell({ component: "FIRE" });
    await stage.play();
    const at = Date.parse(first.updatedAt);
    expect(await watermark()).toBe(at);
    await stage.clock.advance(60 * MINUTE);
    shop.sell({ component: "FIRE", updatedAt: new Date(at - 5 * MINUTE).toISOString() });
    shop.sell({ component: "FIRE", updatedAt: new Date(at - 5 * MINUTE - 1000).toISOString() });
    expect(await stage.play()).toMatchObject({ counts: { products: 2, created: 1 } });
  });

  it("reads all pages of products and of variants", async () => {
    shop.sell({ variants: Array.from({ length: 120 }, (_, at) => ({ title: `Seat ${at}`, sku: "LMS-FIRE" })) });
    for (let at = 0; at < 30; at += 1) shop.sell({ component: "FIRE" });
    expect(await stage.play()).toMatchObject({ counts: { products: 31, created: 150 } });
  });

  it("hides what the shop does not have any more, only behind a reading of everything", async () => {
    const gone = shop.sell({ component: "FIRE" });
    shop.sell({ component: "FIRE" });
    await stage.play();
    shop.products.splice(shop.products.indexOf(gone), 1);
    await stage.clock.advance(MINUTE);
    await stage.play();
    expect((await items()).map(({ visible }) => visible)).toEqual([1, 1]);
    expect(await stage.play({ fullScan: true })).toMatchObject({ counts: { hidden: 1 } });
    expect((await items()).map(({ visible }) => visible)).toEqual([0, 1]);
  });
});

describe("the shop's interface", () => {
  it("is waited for as long as Retry-After says, also with a fraction", async () => {
    shop.sell({ component: "FIRE" });
    shop.faults.push({ status: 429, headers: { "retry-after": "2.0" } });
    await stage.play();
    expect(stage.waits).toEqual([2000]);
  });

  it("is warned of where it answers with another version", async () => {
    await stage.database.execute("UPDATE connectors SET config = json_set(config, '$.apiVersion', '2025-01')");
    expect((await stage.play()).log.join()).toContain("answers with version 2026-01 of its interface, not 2025-01");
  });
});

describe("push", () => {
  it("sends what is for sale whole, and again only where it differs", async () => {
    await stage.suite.insert("catalogue_items", {
      component_id: course,
      title: "Offer",
      added_at: 0,
      connector_id: 1,
      price_minor: 19_900,
      currency: "EUR",
    });
    const push = () => stage.play({ direction: "push" });
    expect(await push()).toMatchObject({ state: "ok", counts: { products: 1, created: 1 } });
    expect(shop.products).toMatchObject([
      { handle: `lms-${course}`, component: String(course), variants: [{ price: "199.00" }] },
    ]);
    expect((await push()).state).toBe("no_action");
  });
});
