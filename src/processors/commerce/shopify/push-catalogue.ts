import type { ShopifyShop } from "../../../connectors/kinds/shopify.ts";
import { type ForSale, itemsForSale, keepProduct } from "../../../learning/commerce/catalogue.ts";
import { majorUnits } from "../../../learning/commerce/money.ts";
import { escapeHtml } from "../../../learning/messages/wording.ts";
import { leadHit } from "../../../store/change.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Failure } from "../../../store/step/step.ts";
import { effect, type Unit, type Yielded } from "../../contract.ts";
import { type AfterId, afterId } from "../../patterns/change-rows.ts";
import { pages } from "../../patterns/pages.ts";
import { failureOf } from "../../unit-of.ts";
import type { CatalogueContext } from "../CreateOrUpdateShopifyCatalogItems.ts";
import { type ProductInput, type ProductSet, readCurrency, setProduct } from "./products.ts";
import type { PullCount } from "./pull-catalogue.ts";

const PROCESSOR = "CreateOrUpdateShopifyCatalogItems";

/** Behind which item the sending goes on. */
export const pushCursor = afterId;

/** The only option, and its value, of a product that comes in one form. */
const OPTION = "Title";
const VALUE = "Default Title";

/** Sends what is for sale into the shop, where it differs from what was sent last. */
export async function* pushProducts(
  context: CatalogueContext,
  shop: ShopifyShop,
  from: AfterId | null,
  used: (version: string | null) => void,
): AsyncGenerator<Yielded<AfterId, PullCount>, void, unknown> {
  const { rows, parameters } = context;
  let currency: string | null = null;
  const read = (after: number) => rows.all(itemsForSale(shop.id, PROCESSOR, after, parameters.chunkSize));
  for await (const page of pages(from?.after ?? 0, read, ({ id }) => id)) {
    for (const item of page.rows) {
      const { input, failure } = inputOf(item);
      const hash = await hashOf(input);
      if (!failure && item.sent === JSON.stringify(hash)) continue;
      if (currency === null) {
        const answer = await readCurrency(shop.ask);
        currency = answer.currency;
        used(answer.version);
      }
      yield* pushOne(context, shop, item, { input, hash, failure: failure ?? otherCurrency(item, currency) });
    }
    yield { cursor: { after: page.after } };
  }
}

interface Pushed {
  readonly input: ProductInput;
  readonly hash: string;
  readonly failure: Failure | null;
}

async function* pushOne(
  { now }: CatalogueContext,
  shop: ShopifyShop,
  item: ForSale,
  { input, hash, failure }: Pushed,
): AsyncGenerator<Yielded<AfterId, PullCount>, void, unknown> {
  const ref = `item:${item.id} ${input.handle}`;
  const cursor = { after: item.id };
  if (failure) {
    yield { units: [{ ref, writes: [], failure }], cursor };
    return;
  }
  yield* effect<ProductSet | { readonly failure: Failure }, AfterId, PullCount>({
    key: `push:${item.id}`,
    description: `Send product ${input.handle} to ${shop.config.shop}`,
    // The shop finds the product by its handle, and replaces it by the same.
    repeatable: true,
    call: async () => {
      try {
        return await setProduct(shop.ask, input);
      } catch (error) {
        return { failure: failureOf(error) };
      }
    },
    settle: (outcome): Unit<PullCount>[] => {
      if (outcome.state !== "done") return [];
      const { value } = outcome;
      if ("failure" in value) return [{ ref, writes: [], failure: value.failure }];
      if ("refused" in value) {
        return [
          { ref, writes: [], failure: { code: "remote_refused", message: `The shop refused it: ${value.refused}` } },
        ];
      }
      const note = sql`INSERT INTO processor_state (processor, client_id, node_id, key, value)
        SELECT ${PROCESSOR}, ${thisClient}, '', ${`sent:${item.id}`}, ${JSON.stringify(hash)} WHERE ${leadHit}
        ON CONFLICT (processor, client_id, node_id, key) DO UPDATE SET value = excluded.value`;
      const count = item.productId === null ? "created" : "updated";
      return [{ ref, writes: [keepProduct(item, value, now), note], counts: { products: 1, [count]: 1 } }];
    },
    cursor,
  });
}

/** What the shop is to have of an item; its lists are complete. */
function inputOf(item: ForSale): { readonly input: ProductInput; readonly failure: Failure | null } {
  const { componentId, title, description, visible, priceMinor, currency, twin } = item;
  const price = priceMinor === null || currency === null ? null : majorUnits(priceMinor, currency);
  const input: ProductInput = {
    handle: `lms-${componentId}`,
    title,
    descriptionHtml: description ? `<p>${escapeHtml(description)}</p>` : "",
    status: visible ? "ACTIVE" : "DRAFT",
    productOptions: [{ name: OPTION, values: [{ name: VALUE }] }],
    variants: [{ optionValues: [{ optionName: OPTION, name: VALUE }], price, sku: `LMS-${componentId}` }],
    metafields: [{ namespace: "lms", key: "component", type: "single_line_text_field", value: String(componentId) }],
  };
  return { input, failure: price === null ? withoutPrice(item.id) : twin === null ? null : secondOf(item.id, twin) };
}

function withoutPrice(id: number): Failure {
  return { code: "missing_value", message: `Item ${id} has no price in a known currency; enter both` };
}

/** One product stands for a component, so a second offer would replace the first by turns. */
function secondOf(id: number, twin: number): Failure {
  const message = `Item ${id} sells the same component in this shop as item ${twin}; take one of them out of the shop`;
  return { code: "duplicate", message };
}

function otherCurrency({ id, currency }: ForSale, ofShop: string): Failure | null {
  if (currency === ofShop) return null;
  const message = `Item ${id} costs ${currency}, and the shop sells for ${ofShop}; enter its price in ${ofShop}`;
  return { code: "bad_value", message };
}

/** The SHA-256 of what is sent, hexadecimal. */
async function hashOf(input: ProductInput): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(input)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
