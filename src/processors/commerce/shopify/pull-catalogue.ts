import { z } from "zod";
import type { ShopifyShop } from "../../../connectors/kinds/shopify.ts";
import {
  addItems,
  changeItems,
  differs,
  hideItems,
  hideUnseen,
  indexAdded,
  itemsOfVariants,
  markSeen,
  namedComponents,
  otherItems,
  type SoldVariant,
  unseenItems,
} from "../../../learning/commerce/catalogue.ts";
import { minorUnits } from "../../../learning/commerce/money.ts";
import type { Step, Unit, Write } from "../../contract.ts";
import { pages } from "../../patterns/pages.ts";
import type { CatalogueContext } from "../CreateOrUpdateShopifyCatalogItems.ts";
import { moveWatermark, readWatermark } from "../catalogue-watermark.ts";
import { type ProductPage, readProducts, type ShopProduct } from "./products.ts";

/** What runs of the job count. */
export type PullCount = "products" | "created" | "updated" | "hidden" | "unmapped";

/** What was changed shortly before the watermark is read again (ms): the shop's index of changes is a little behind. */
const OVERLAP_MS = 5 * 60_000;

/** Where a reading of products stands. */
export const pullCursor = z.strictObject({
  /** Where the next page begins; null: this was the last. */
  after: z.string().nullable(),
  /** Everything is read. */
  full: z.boolean(),
  /** The watermark from which the run reads (ms), and the one that it has written; null: none. */
  from: z.int().nullable(),
  mark: z.int().nullable(),
});
type PullCursor = z.output<typeof pullCursor>;

/** Behind which variant the hiding of unseen items goes on. */
export const unseenCursor = z.strictObject({ variant: z.string() });
type UnseenCursor = z.output<typeof unseenCursor>;

/** What the parts of a run tell each other. */
export interface Pulling {
  /** Whether everything was read. */
  readonly scan: { full: boolean };
  /** Called with the version of the interface that answered. */
  readonly used: (version: string | null) => void;
}

/** Brings the products that were changed, or all, into the catalogue, page by page in the order in which they were changed. */
export async function* pullProducts(
  context: CatalogueContext,
  shop: ShopifyShop,
  from: PullCursor | null,
  { scan, used }: Pulling,
): AsyncGenerator<Step<PullCursor, PullCount>, void> {
  const { parameters } = context;
  if (from?.after === null) {
    scan.full = from.full;
    return;
  }
  let at = from ?? (await beginning(context, shop));
  scan.full = at.full;
  for (;;) {
    const { full, from: start, after } = at;
    const since = full || start === null ? null : start - OVERLAP_MS;
    const page = await readProducts(shop.ask, { after, since, most: parameters.chunkSize });
    used(page.version);
    const seen = Math.max(...page.products.map(({ updatedAt }) => updatedAt), at.mark ?? 0);
    const mark: number | null = seen > 0 ? seen : null;
    const { units, counts, follow } = await judgePage(context, shop, page, full);
    const moves = mark !== null && mark !== at.mark ? [moveWatermark(shop.id, at.mark, mark)] : [];
    at = { after: page.next, full, from: start, mark };
    yield { units, counts, cursor: at, followUp: [...follow, ...moves] };
    if (page.next === null) return;
  }
}

/** Everything is read where the run is to, or where nothing was read before. */
async function beginning({ rows, parameters }: CatalogueContext, shop: ShopifyShop): Promise<PullCursor> {
  const row = await rows.first<{ value: string }>(readWatermark(shop.id));
  const stored = row ? Number(row.value) : null;
  return { after: null, full: parameters.fullScan || stored === null, from: stored, mark: stored };
}

interface JudgedPage {
  readonly units: readonly Unit<PullCount>[];
  readonly counts: { readonly products: number; readonly unmapped: number };
  readonly follow: readonly Write[];
}

/** What a page comes to: one unit for what is new, one for what has changed, one for what is no longer sold. */
async function judgePage(
  { rows, now, log }: CatalogueContext,
  shop: ShopifyShop,
  { products, currency }: ProductPage,
  full: boolean,
): Promise<JudgedPage> {
  if (products.length === 0) return { units: [], counts: { products: 0, unmapped: 0 }, follow: [] };
  const named = new Set(products.flatMap((product) => namesOf(product)));
  const variantIds = products.flatMap(({ variants }) => variants.map(({ id }) => id));
  const [components, stored] = await rows.each([namedComponents(named), itemsOfVariants(shop.id, variantIds)] as const);
  // Of an id and an external id the id is meant.
  const idOf = new Map([...components].reverse().map(({ name, id }) => [name, id]));
  const known = new Map(stored.map((item) => [item.variantId ?? "", item]));
  const sold = products.flatMap((product) => soldVariants(product, currency, idOf));
  const created = sold.filter(({ variantId }) => !known.has(variantId));
  const updated = sold.filter((variant) => {
    const item = known.get(variant.variantId);
    return item !== undefined && differs(item, variant);
  });
  for (const name of named) {
    if (!idOf.has(name)) log.warn(`The shop sells something of component ${name}, which does not exist`);
  }
  const ids = sold.map(({ variantId }) => variantId);
  const units: Unit<PullCount>[] = [];
  if (created.length > 0)
    units.push({ ref: refOf("new", created), rows: created.length, writes: [addItems(shop.id, created, now)] });
  if (updated.length > 0)
    units.push({ ref: refOf("changed", updated), rows: updated.length, writes: [changeItems(shop.id, updated, now)] });
  const productIds = products.map(({ id }) => id);
  const others = (await rows.all(otherItems(shop.id, productIds, ids))).map(({ id }) => id);
  if (others.length > 0)
    units.push({
      ref: `items:${others.join(",").slice(0, 80)}`,
      rows: others.length,
      writes: [hideItems(others, now)],
    });
  return {
    units,
    counts: { products: products.length, unmapped: variantIds.length - sold.length },
    follow: [
      ...(created.length > 0 ? [indexAdded(shop.id, created, now)] : []),
      ...(full && ids.length > 0 ? [markSeen(shop.id, ids, now)] : []),
    ],
  };
}

const refOf = (what: string, variants: readonly SoldVariant[]) =>
  `${what} variants ${variants[0]?.variantId}–${variants.at(-1)?.variantId}`;

const SKU = /^LMS-(.{1,100})$/i;

/** What the metafield, or else a variant's SKU, says that the variant sells. */
const nameOf = ({ metafield }: ShopProduct, { sku }: ShopProduct["variants"][number]) =>
  metafield?.value.trim() || SKU.exec(sku?.trim() ?? "")?.[1] || null;

const namesOf = (product: ShopProduct) => product.variants.flatMap((variant) => nameOf(product, variant) ?? []);

function soldVariants(product: ShopProduct, currency: string, idOf: ReadonlyMap<string, number>): SoldVariant[] {
  return product.variants.flatMap((variant): SoldVariant[] => {
    const componentId = idOf.get(nameOf(product, variant) ?? "");
    if (componentId === undefined) return [];
    return [
      {
        variantId: variant.id,
        productId: product.id,
        productHandle: product.handle,
        componentId,
        title: variant.title === "Default Title" ? product.title : `${product.title} – ${variant.title}`,
        priceMinor: minorUnits(variant.price, currency),
        currency,
        visible: product.status === "ACTIVE" ? 1 : 0,
        remoteUpdatedAt: product.updatedAt,
      },
    ];
  });
}

/** Hides what the shop did not name in a reading of everything. Not rehearsed: what a dry run has seen is noted nowhere. */
export async function* hideUnseenItems(
  { rows, now, run, parameters }: CatalogueContext,
  shop: ShopifyShop,
  from: UnseenCursor | null,
): AsyncGenerator<Step<UnseenCursor, PullCount>, void> {
  if (run.dryRun) return;
  const read = (after: string) => rows.all(unseenItems(shop.id, now, after, parameters.chunkSize));
  for await (const page of pages(from?.variant ?? "", read, ({ variantId }) => variantId)) {
    const ids = page.rows.map(({ id }) => id);
    const unit: Unit<PullCount> = {
      ref: `unseen variants ${page.rows[0]?.variantId}–${page.after}`,
      rows: ids.length,
      writes: [hideUnseen(ids, now, now)],
    };
    yield { units: [unit], cursor: { variant: page.after } };
  }
}
