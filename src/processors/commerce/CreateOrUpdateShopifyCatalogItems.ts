import { z } from "zod";
import { type ShopifyShop, shopify } from "../../connectors/kinds/shopify.ts";
import { defineProcessor, noAction, type RunContext } from "../contract.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";
import { hideUnseenItems, type PullCount, pullCursor, pullProducts, unseenCursor } from "./shopify/pull-catalogue.ts";
import { pushCursor, pushProducts } from "./shopify/push-catalogue.ts";

const parameters = z.strictObject({
  direction: z
    .enum(["pull", "push"])
    .default("pull")
    .describe("pull: the shop's products come into the catalogue. push: what is for sale here goes into the shop"),
  fullScan: z
    .boolean()
    .default(false)
    .describe("Read all products, not only those that were changed, and hide what the shop does not have any more"),
});

/** `hide`: only behind a reading of everything that has come to its end. */
const at = { pull: pullCursor, hide: unseenCursor, push: pushCursor };

/** What pulling and pushing work with. */
export type CatalogueContext = RunContext<z.output<typeof parameters>>;

/**
 * Handbook, catalogue: CreateOrUpdateShopifyCatalogItems. Each page of products is one step together with the watermark that it moves, so a
 * run that was interrupted goes on behind the last page. What was sent is known by the hash of its content.
 */
export const CreateOrUpdateShopifyCatalogItems = defineProcessor({
  id: "CreateOrUpdateShopifyCatalogItems",
  group: "commerce",
  title: "Match the catalogue with the Shopify shop",
  summary: "Brings the products of a Shopify shop into the catalogue, or what is for sale here into the shop.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 20 * * * ?",
  after: [],
  dryRun: "lower_bound",
  parameters,
  cursor: phaseCursor(at),
  nextRunFrom: (cursor) => (cursor.phase === "push" ? cursor : null),
  counts: ["products", "created", "updated", "hidden", "unmapped"],
  async *run(context) {
    const shop = await context.connectors.open(shopify);
    if (!shop) return noAction("The client has no active connector of kind shopify");
    const pulls = context.parameters.direction === "pull";
    const scan = { full: context.cursor?.phase === "hide" };
    const warned = new Set<string>();
    const used = (version: string | null) => warnOfVersion(context, shop, version, warned);
    return yield* phases<typeof at, PullCount>(context.cursor, at, {
      pull: (from) => (pulls ? pullProducts(context, shop, from, { scan, used }) : nothing()),
      hide: (from) => (scan.full ? hideUnseenItems(context, shop, from) : nothing()),
      push: (from) => (pulls ? nothing() : pushProducts(context, shop, from, used)),
    });
  },
});

async function* nothing(): AsyncGenerator<never, void> {}

/** A version that has been retired is answered by a later one, without an error. */
function warnOfVersion(
  { log }: CatalogueContext,
  { config }: ShopifyShop,
  version: string | null,
  warned: Set<string>,
): void {
  if (version === null || version === config.apiVersion || warned.has(version)) return;
  warned.add(version);
  log.warn(
    `${config.shop} answers with version ${version} of its interface, not ${config.apiVersion}; enter a version that it still has`,
  );
}
