import {
  buildSchema,
  type DocumentNode,
  execute,
  type FieldNode,
  parse,
  type SelectionSetNode,
  validate,
} from "graphql";
import { type Fault, faulty, json, Violations } from "./violations.ts";

/** A variant and a product of the shop. */
export interface Variant {
  id: string;
  title: string;
  sku: string | null;
  price: string;
}
export interface Product {
  id: string;
  handle: string;
  title: string;
  descriptionHtml: string;
  status: string;
  updatedAt: string;
  component: string | null;
  variants: Variant[];
}

const schema = buildSchema(`
  scalar DateTime
  scalar Money
  scalar URL
  type Query { shop: Shop! products(first: Int, after: String, sortKey: ProductSortKeys = ID, query: String): ProductConnection! product(id: ID!): Product }
  type Mutation { productSet(input: ProductSetInput!, identifier: ProductSetIdentifiers, synchronous: Boolean = true): ProductSetPayload }
  enum ProductSortKeys { ID TITLE UPDATED_AT CREATED_AT }
  enum ProductStatus { ACTIVE ARCHIVED DRAFT UNLISTED }
  type Shop { currencyCode: String! name: String! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Metafield { value: String! }
  type Product { id: ID! handle: String! title: String! descriptionHtml: String! status: ProductStatus! updatedAt: DateTime!
    metafield(namespace: String, key: String!): Metafield variants(first: Int, after: String): ProductVariantConnection! }
  type ProductConnection { nodes: [Product!]! pageInfo: PageInfo! }
  type ProductVariant { id: ID! title: String! sku: String price: Money! }
  type ProductVariantConnection { nodes: [ProductVariant!]! pageInfo: PageInfo! }
  input OptionValueSetInput { name: String }
  input OptionSetInput { name: String values: [OptionValueSetInput!] }
  input VariantOptionValueInput { optionName: String name: String }
  input ProductVariantSetInput { optionValues: [VariantOptionValueInput!]! price: Money sku: String }
  input MetafieldInput { namespace: String key: String! type: String value: String! }
  input ProductSetInput { id: ID handle: String title: String descriptionHtml: String status: ProductStatus productOptions: [OptionSetInput!]
    variants: [ProductVariantSetInput!] metafields: [MetafieldInput!] }
  input ProductSetIdentifiers { id: ID handle: String }
  type UserError { code: String field: [String!] message: String! }
  type ProductSetPayload { product: Product userErrors: [UserError!]! }
`);

/** Versions that the shop has. One that it has not any more is answered by the oldest, without an error. */
const VERSIONS = ["2026-01", "2026-04", "2026-07", "2026-10"];
const TOKEN_LIFE_S = 86_399;
const MOST_POINTS = 1000;

/** A page of a list; a cursor is good for the list that it was given for. */
function pageOf<T>(all: readonly T[], first: number, after: string | null | undefined, list: string) {
  const [of, at] = after ? (JSON.parse(Buffer.from(after, "base64").toString()) as [string, number]) : [list, 0];
  if (of !== list) throw new Error("Invalid cursor for current pagination sort");
  const nodes = all.slice(at, at + first);
  const end = at + nodes.length;
  const endCursor = nodes.length === 0 ? null : Buffer.from(JSON.stringify([list, end])).toString("base64");
  return { nodes, pageInfo: { hasNextPage: end < all.length, endCursor } };
}

/**
 * The Admin API of a Shopify shop: client credentials, GraphQL by a schema, points that are spent and come back by the clock that it is
 * given. It refuses what Shopify refuses, and notes it.
 */
export class ShopifyApi {
  readonly violations = new Violations();
  readonly products: Product[] = [];
  /** Points that each query wanted, in order. */
  readonly prices: number[] = [];
  readonly asked: { readonly query: string; readonly variables: Record<string, unknown> }[] = [];
  /** What becomes of the next requests to the Admin API, in order. */
  readonly faults: Fault[] = [];
  /** The permanent token of an old app; null: it has none. */
  permanentToken: string | null = null;
  scopes = ["read_products", "write_products"];
  currency = "EUR";
  /** The size of the bucket of points, and how many come back in a second. */
  bucket = { most: 2000, restoreRate: 100 };
  /** Answers these errors beside data once. */
  readonly errors: { readonly message: string; readonly extensions?: { readonly code: string } }[] = [];
  /** The shop refuses products of these handles. */
  readonly userErrors = new Map<string, { code: string; field: string[]; message: string }>();
  grants = 0;
  readonly #now: () => number;
  readonly #shop: string;
  readonly #tokens = new Map<string, number>();
  #points = Number.POSITIVE_INFINITY;
  #pointsAt = 0;
  #ids = 9_007_199_254_740_993n;

  constructor(now: () => number, shop = "north.myshopify.com") {
    this.#now = now;
    this.#shop = shop;
  }

  /** An id as Shopify gives it: larger than a double can hold. */
  nextId(): string {
    this.#ids += 2n;
    return String(this.#ids);
  }

  forgetTokens(): void {
    this.#tokens.clear();
  }

  /** Points that are there now. */
  get points(): number {
    const since = (this.#now() - this.#pointsAt) / 1000;
    return Math.min(this.bucket.most, this.#points + since * this.bucket.restoreRate);
  }

  spendPoints(points: number): void {
    this.#points = this.points - points;
    this.#pointsAt = this.#now();
  }

  /** Adds a product. Each variant that is not given its own fields costs 100. */
  sell(product: Partial<Omit<Product, "variants">> & { readonly variants?: readonly Partial<Variant>[] }): Product {
    const variants = (product.variants ?? [{}]).map((variant) => ({
      id: this.nextId(),
      title: "Default Title",
      sku: null,
      price: "100.00",
      ...variant,
    }));
    const updatedAt = new Date(this.#now()).toISOString();
    const id = this.nextId();
    const whole = { handle: `p-${id}`, title: "Product", descriptionHtml: "", status: "ACTIVE", component: null };
    const added = { id, updatedAt, ...whole, ...product, variants };
    this.products.push(added);
    return added;
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (url.host !== this.#shop) throw new TypeError(`There is no host ${url.host}`);
    if (url.pathname === "/admin/oauth/access_token") return this.#grant(request);
    const version = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(url.pathname)?.[1];
    if (version === undefined) return this.#refuse(404, { errors: "Not Found" }, `there is no ${url.pathname}`);
    const fault = this.faults.shift();
    if (fault) return faulty(fault);
    if (!/^20\d\d-(01|04|07|10)$/.test(version))
      return this.#refuse(404, { errors: "Not Found" }, `version ${version}`);
    const used = VERSIONS.find((one) => one >= version);
    if (used === undefined) return this.#refuse(404, { errors: "Not Found" }, `version ${version} is not there yet`);
    const headers = { "x-shopify-api-version": used };
    if (request.method !== "POST") return this.#refuse(405, {}, `${request.method} for GraphQL`);
    if (request.headers.get("content-type")?.split(";")[0] !== "application/json") {
      return this.#refuse(415, { errors: "Unsupported Media Type" }, "GraphQL is not sent as JSON");
    }
    const token = request.headers.get("x-shopify-access-token") ?? "";
    if (token !== this.permanentToken && (this.#tokens.get(token) ?? 0) <= this.#now()) {
      const errors = "[API] Invalid API key or access token (unrecognized login or wrong password)";
      return json({ errors }, 401);
    }
    return this.#answer(await request.text(), headers);
  };

  #refuse(status: number, body: unknown, what: string): Response {
    this.violations.note(what);
    return json(body, status);
  }

  async #grant(request: Request): Promise<Response> {
    const type = request.headers.get("content-type")?.split(";")[0];
    const text = await request.text();
    const fields =
      type === "application/json"
        ? (JSON.parse(text) as Record<string, string>)
        : Object.fromEntries(new URLSearchParams(text));
    if (request.method !== "POST" || new URL(request.url).search !== "")
      this.violations.note("a token is asked for by POST");
    if (fields.grant_type !== "client_credentials") return json({ error: "unsupported_grant_type" }, 400);
    if (fields.client_id !== "client-id-1" || fields.client_secret !== "client-secret-1") {
      return json({ error: "invalid_client", error_description: "The client is not known" }, 400);
    }
    this.grants += 1;
    const access_token = `shpat_${this.grants}`;
    this.#tokens.set(access_token, this.#now() + TOKEN_LIFE_S * 1000);
    return json({ access_token, scope: this.scopes.join(","), expires_in: TOKEN_LIFE_S });
  }

  async #answer(text: string, headers: Record<string, string>): Promise<Response> {
    const { query = "", variables = {} } = JSON.parse(text) as { query?: string; variables?: Record<string, unknown> };
    this.asked.push({ query, variables });
    let document: DocumentNode;
    try {
      document = parse(query);
    } catch (error) {
      this.violations.note(`the query does not parse: ${String(error)}`);
      return json({ errors: [{ message: String(error) }] }, 200, headers);
    }
    const problems = validate(schema, document);
    if (problems.length > 0) {
      this.violations.note(`the query does not fit the schema: ${problems[0]?.message}`);
      return json({ errors: problems.map(({ message }) => ({ message })) }, 200, headers);
    }
    const requested = priceOf(document, variables);
    this.prices.push(requested);
    const status = () => ({
      maximumAvailable: this.bucket.most,
      currentlyAvailable: Math.floor(this.points),
      restoreRate: this.bucket.restoreRate,
    });
    const cost = (actual: number | null) => ({
      cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: status() },
    });
    if (requested > MOST_POINTS) {
      this.violations.note(`the query costs ${requested} points`);
      const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${MOST_POINTS}).`;
      return json({ errors: [{ message, extensions: { code: "MAX_COST_EXCEEDED" } }] }, 200, headers);
    }
    if (this.points < requested) {
      const errors = [
        { message: "Throttled", extensions: { code: "THROTTLED", documentation: "https://shopify.dev/api" } },
      ];
      return json({ errors, extensions: cost(null) }, 200, headers);
    }
    this.spendPoints(requested);
    const isWrite = document.definitions.some(
      (one) => one.kind === "OperationDefinition" && one.operation === "mutation",
    );
    const scope = isWrite ? "write_products" : "read_products";
    if (!this.scopes.includes(scope)) {
      const errors = [
        {
          message: `Access denied for products field. Required access: ${scope}`,
          extensions: { code: "ACCESS_DENIED" },
        },
      ];
      return json({ data: null, errors, extensions: cost(requested) }, 200, headers);
    }
    const result = await execute({ schema, document, rootValue: this.#root(), variableValues: variables });
    const errors = [...(result.errors ?? []), ...this.errors.splice(0)];
    for (const error of result.errors ?? []) this.violations.note(error.message);
    return json(
      { data: result.data, ...(errors.length > 0 ? { errors } : {}), extensions: cost(requested) },
      200,
      headers,
    );
  }

  #root() {
    return {
      shop: { currencyCode: this.currency, name: "North" },
      products: ({ first, after, sortKey, query }: PageGiven & { sortKey: string; query?: string | null }) => {
        this.#checkFirst(first);
        if (sortKey !== "UPDATED_AT") throw new Error("The products are not asked for in the order of their changes");
        const since = sinceOf(query);
        const found = this.products
          .filter(({ updatedAt }) => Date.parse(updatedAt) >= since)
          .sort((a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt));
        const { nodes, pageInfo } = pageOf(found, first, after, `products ${query ?? ""}`);
        return { nodes: nodes.map((product) => this.#shown(product)), pageInfo };
      },
      product: ({ id }: { id: string }) => {
        const found = this.products.find((product) => `gid://shopify/Product/${product.id}` === id);
        return found ? this.#shown(found) : null;
      },
      productSet: (given: SetGiven) => this.#set(given),
    };
  }

  #checkFirst(first: number): void {
    if (!(first >= 1 && first <= 250)) throw new Error("you must provide one of first or last, at most 250");
  }

  #shown(product: Product) {
    return {
      ...product,
      id: `gid://shopify/Product/${product.id}`,
      metafield: ({ namespace, key }: Record<string, string>) =>
        namespace === "lms" && key === "component" && product.component !== null ? { value: product.component } : null,
      variants: ({ first, after }: PageGiven) => {
        this.#checkFirst(first);
        const { nodes, pageInfo } = pageOf(product.variants, first, after, `variants ${product.id}`);
        return { nodes: nodes.map((one) => ({ ...one, id: `gid://shopify/ProductVariant/${one.id}` })), pageInfo };
      },
    };
  }

  #set({ input, identifier }: SetGiven) {
    const refuse = (code: string, field: string[], message: string) => ({
      product: null,
      userErrors: [{ code, field, message }],
    });
    if (identifier && input.id) return refuse("ID_NOT_ALLOWED", ["input", "id"], "id is not allowed with identifier");
    const handle = identifier?.handle ?? input.handle ?? "";
    const error = this.userErrors.get(handle);
    if (error) return { product: null, userErrors: [error] };
    if ((input.variants?.length ?? 0) > 0 && !input.productOptions?.length) {
      return refuse("PRODUCT_OPTIONS_INPUT_MISSING", ["input", "productOptions"], "options are missing");
    }
    const known = this.products.find((product) => product.handle === handle);
    const product = known ?? this.sell({ handle, variants: [] });
    if (input.title !== undefined) product.title = input.title;
    if (input.descriptionHtml !== undefined) product.descriptionHtml = input.descriptionHtml;
    if (input.status !== undefined) product.status = input.status;
    // Lists are replaced as a whole: what is not named is deleted.
    product.variants = (input.variants ?? []).map(({ price, sku }, at) => ({
      id: product.variants[at]?.id ?? this.nextId(),
      title: "Default Title",
      price: price ?? "0.00",
      sku: sku ?? null,
    }));
    if (input.metafields) {
      product.component =
        input.metafields.find(({ namespace, key }) => namespace === "lms" && key === "component")?.value ?? null;
    }
    product.updatedAt = new Date(this.#now()).toISOString();
    return { product: this.#shown(product), userErrors: [] };
  }
}

interface PageGiven {
  readonly first: number;
  readonly after?: string | null;
}

interface SetGiven {
  readonly input: {
    readonly id?: string;
    readonly handle?: string;
    readonly title?: string;
    readonly descriptionHtml?: string;
    readonly status?: string;
    readonly productOptions?: readonly unknown[];
    readonly variants?: readonly { readonly price?: string; readonly sku?: string }[];
    readonly metafields?: readonly { readonly namespace?: string; readonly key: string; readonly value: string }[];
  };
  readonly identifier?: { readonly handle?: string };
}

/** The instant (ms) that a filter names. Only this filter, written so, is understood. */
function sinceOf(query: string | null | undefined): number {
  if (query === null || query === undefined || query === "") return 0;
  const text = /^updated_at:>='([^']+)'$/.exec(query)?.[1];
  if (text === undefined || Number.isNaN(Date.parse(text))) throw new Error(`The filter ${query} is not understood`);
  return Date.parse(text);
}

/** Points of a query: an object 1, a connection 2 and its objects as often as `first` says; a mutation 10. */
function priceOf(document: DocumentNode, variables: Record<string, unknown>): number {
  let price = 0;
  for (const one of document.definitions) {
    if (one.kind !== "OperationDefinition") continue;
    price += (one.operation === "mutation" ? 10 : 0) + priceOfFields(one.selectionSet, variables);
  }
  return price;
}

function priceOfFields(set: SelectionSetNode, variables: Record<string, unknown>): number {
  return set.selections.reduce((sum, one) => sum + (one.kind === "Field" ? priceOfField(one, variables) : 0), 0);
}

function priceOfField(field: FieldNode, variables: Record<string, unknown>): number {
  if (!field.selectionSet || field.name.value === "pageInfo") return 0;
  const given = field.arguments?.find(({ name }) => name.value === "first")?.value;
  const own = priceOfFields(field.selectionSet, variables);
  if (given === undefined) return field.name.value === "nodes" ? 1 + own : 1 + own;
  const first =
    given.kind === "IntValue"
      ? Number(given.value)
      : given.kind === "Variable"
        ? Number(variables[given.name.value])
        : 0;
  return 2 + first * own;
}
