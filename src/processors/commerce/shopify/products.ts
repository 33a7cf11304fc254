import { z } from "zod";
import type { AskShop } from "../../../connectors/shopify/graphql.ts";

/** Products and variants that are asked for at once: what they cost stays below the 1,000 points that a query may cost. */
const PRODUCTS = 15;
const VARIANTS = 50;

const VARIANT = "nodes { id title sku price } pageInfo { hasNextPage endCursor }";

const PRODUCTS_QUERY = `query Products($first: Int!, $after: String, $query: String) {
  shop { currencyCode }
  products(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {
    nodes {
      id handle title status updatedAt
      metafield(namespace: "lms", key: "component") { value }
      variants(first: ${VARIANTS}) { ${VARIANT} }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

const VARIANTS_QUERY = `query Variants($id: ID!, $after: String) {
  product(id: $id) { variants(first: ${VARIANTS}, after: $after) { ${VARIANT} } }
}`;

/** `gid://shopify/Product/1001` → `1001`, as deliveries name it. */
const globalId = z.string().transform((text) => text.slice(text.lastIndexOf("/") + 1));

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() });
const variants = z.object({
  nodes: z.array(z.object({ id: globalId, title: z.string(), sku: z.string().nullish(), price: z.string() })),
  pageInfo,
});
type Variants = z.output<typeof variants>;

const product = z.object({
  id: z.string(),
  handle: z.string(),
  title: z.string(),
  status: z.string(),
  updatedAt: z.string().transform((text) => Date.parse(text)),
  metafield: z.object({ value: z.string() }).nullish(),
  variants,
});

const productsAnswer = z.object({
  shop: z.object({ currencyCode: z.string() }),
  products: z.object({ nodes: z.array(product), pageInfo }),
});
const variantsAnswer = z.object({ product: z.object({ variants }).nullable() });

/** A product with all of its variants. */
export interface ShopProduct extends Omit<z.output<typeof product>, "variants" | "id"> {
  readonly id: string;
  readonly variants: Variants["nodes"];
}

/** A page of products. */
export interface ProductPage {
  readonly products: readonly ShopProduct[];
  readonly currency: string;
  /** Where the next page begins; null: this was the last. */
  readonly next: string | null;
  /** The version of the interface that was really used. */
  readonly version: string | null;
}

/**
 * A page of a shop's products, in the order in which they were changed. The variants of each are read to the end, since there may be 2,048.
 *
 * @param since only products that were changed at this instant (ms) or later; null: all
 */
export async function readProducts(
  ask: AskShop,
  { after, since, most }: { readonly after: string | null; readonly since: number | null; readonly most: number },
): Promise<ProductPage> {
  const query = since === null ? null : `updated_at:>='${new Date(since).toISOString().replace(/\.\d+Z$/, "Z")}'`;
  const first = Math.min(most, PRODUCTS);
  const { data, version } = await ask(PRODUCTS_QUERY, { first, after, query }, productsAnswer);
  const products: ShopProduct[] = [];
  for (const { id, variants, ...rest } of data.products.nodes) {
    products.push({ ...rest, id: id.slice(id.lastIndexOf("/") + 1), variants: await allVariants(ask, id, variants) });
  }
  const { hasNextPage, endCursor } = data.products.pageInfo;
  return { products, currency: data.shop.currencyCode, next: hasNextPage ? (endCursor ?? null) : null, version };
}

async function allVariants(ask: AskShop, id: string, first: Variants): Promise<Variants["nodes"]> {
  const all = [...first.nodes];
  for (let page = first.pageInfo; page.hasNextPage; ) {
    const { data } = await ask(VARIANTS_QUERY, { id, after: page.endCursor }, variantsAnswer);
    // It was deleted meanwhile: the next reading shows it.
    if (!data.product) break;
    all.push(...data.product.variants.nodes);
    page = data.product.variants.pageInfo;
  }
  return all;
}

const SET_PRODUCT = `mutation SetProduct($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
  productSet(input: $input, identifier: $identifier, synchronous: true) {
    product { id handle variants(first: 1) { nodes { id } } }
    userErrors { code field message }
  }
}`;

const setAnswer = z.object({
  productSet: z.object({
    product: z
      .object({ id: globalId, handle: z.string(), variants: z.object({ nodes: z.array(z.object({ id: globalId })) }) })
      .nullish(),
    userErrors: z.array(
      z.object({ code: z.string().nullish(), field: z.array(z.string()).nullish(), message: z.string() }),
    ),
  }),
});

/** What a shop is to sell. Its lists are always complete: what they lack is deleted there. */
export interface ProductInput {
  readonly handle: string;
  readonly title: string;
  readonly descriptionHtml: string;
  readonly status: "ACTIVE" | "DRAFT";
  readonly productOptions: readonly unknown[];
  readonly variants: readonly unknown[];
  readonly metafields: readonly unknown[];
}

/** What a shop did with a product: its ids, or why not. JSON-able. */
export type ProductSet =
  | { readonly productId: string; readonly variantId: string; readonly handle: string }
  | { readonly refused: string };

/** Creates a product, or replaces the one with its handle. */
export async function setProduct(ask: AskShop, input: ProductInput): Promise<ProductSet> {
  const { data } = await ask(SET_PRODUCT, { input, identifier: { handle: input.handle } }, setAnswer);
  const { product, userErrors } = data.productSet;
  const [error] = userErrors;
  if (error) {
    const where = error.field?.join(".") ?? "";
    return { refused: `${error.code ?? "error"}${where && ` at ${where}`}: ${error.message}`.slice(0, 250) };
  }
  const variantId = product?.variants.nodes[0]?.id;
  if (!product || variantId === undefined) return { refused: "The shop named no product" };
  return { productId: product.id, variantId, handle: product.handle };
}

const shopAnswer = z.object({ shop: z.object({ currencyCode: z.string() }) });

/** The currency of a shop's prices, and the version that answered. */
export async function readCurrency(ask: AskShop): Promise<{ currency: string; version: string | null }> {
  const { data, version } = await ask("query Shop { shop { currencyCode } }", {}, shopAnswer);
  return { currency: data.shop.currencyCode, version };
}
