import type { SQL } from "drizzle-orm";
import { type Change, touchedIds } from "../../store/change.ts";
import { among, columns, type RowOf, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { catalogueItems } from "../schema/commerce.ts";
import { components } from "../schema/content.ts";

/** A variant of a product that sells a component. */
export interface Offer {
  readonly variantId: string;
  readonly componentId: number;
}

/** What of a shop's variants is mapped to a component. */
export function offersOf(connectorId: number, variantIds: Iterable<string>): SQL<Offer> {
  return sql`SELECT item.variant_id AS variantId, item.component_id AS componentId FROM ${among(variantIds)} AS asked
    CROSS JOIN catalogue_items AS item ON item.connector_id = ${connectorId} AND item.variant_id = asked.value
    WHERE +item.client_id = ${thisClient} AND item.component_id IS NOT NULL`;
}

/** What a shop says of a variant. */
export interface SoldVariant {
  readonly variantId: string;
  readonly productId: string;
  readonly productHandle: string;
  readonly componentId: number;
  readonly title: string;
  readonly priceMinor: number | null;
  readonly currency: string;
  readonly visible: 0 | 1;
  /** Instant (ms), by the shop. */
  readonly remoteUpdatedAt: number;
}

const FIELDS = [
  "productId",
  "productHandle",
  "componentId",
  "title",
  "priceMinor",
  "currency",
  "visible",
  "remoteUpdatedAt",
] as const satisfies readonly (keyof SoldVariant)[];

/** The items of a shop with these variants. */
export function itemsOfVariants(connectorId: number, variantIds: Iterable<string>) {
  return select(
    catalogueItems,
    ["id", "variantId", ...FIELDS],
    sql`WHERE connector_id = ${connectorId} AND variant_id IN ${among(variantIds)} AND +client_id = ${thisClient}`,
  );
}
export type StoredItem = RowOf<ReturnType<typeof itemsOfVariants>>;

/** True where the shop says something else of a variant than what is stored. */
export function differs(stored: StoredItem, variant: SoldVariant): boolean {
  return FIELDS.some((field) => stored[field] !== variant[field]);
}

const told = (name: string) => sql.raw(`sold.value ->> '${name}'`);

/** Puts variants into the catalogue that are not there. @param now instant (ms) */
export function addItems(connectorId: number, variants: readonly SoldVariant[], now: number): Change<"created"> {
  return {
    write: sql`INSERT INTO catalogue_items (client_id, component_id, title, visible, added_at, connector_id, product_id, variant_id,
        product_handle, price_minor, currency, remote_updated_at, created_at, updated_at)
      SELECT ${thisClient}, ${told("componentId")}, ${told("title")}, ${told("visible")}, ${now}, ${connectorId},
        ${told("productId")}, ${told("variantId")}, ${told("productHandle")}, ${told("priceMinor")}, ${told("currency")},
        ${told("remoteUpdatedAt")}, ${now}, ${now}
      FROM json_each(${JSON.stringify(variants)}) AS sold WHERE true ON CONFLICT (connector_id, variant_id) DO NOTHING`,
    count: "created",
  };
}

/** Tells the search indexes of variants that {@link addItems} has put there in this step. @param now of it */
export function indexAdded(connectorId: number, variants: readonly SoldVariant[], now: number): SQL {
  return sql`INSERT INTO index_changes (client_id, entity, entity_id, op, at)
    SELECT ${thisClient}, 'catalogue', item.id, 'upsert', ${now} FROM catalogue_items AS item
    WHERE item.connector_id = ${connectorId} AND item.variant_id IN ${among(variants.map(({ variantId }) => variantId))}
      AND +item.client_id = ${thisClient} AND item.created_at = ${now} AND item.updated_at = ${now}`;
}

/** Brings items in line with what the shop says; folder and `is_public` stay the administrator's. */
export function changeItems(connectorId: number, variants: readonly SoldVariant[], now: number): Change<"updated"> {
  const ids = variants.map(({ variantId }) => variantId);
  return {
    rows: sql`SELECT id, NULL AS person_id, NULL AS before FROM catalogue_items
      WHERE connector_id = ${connectorId} AND variant_id IN ${among(ids)} AND +client_id = ${thisClient}`,
    write: sql`UPDATE catalogue_items SET component_id = ${told("componentId")}, title = ${told("title")}, visible = ${told("visible")},
        product_id = ${told("productId")}, product_handle = ${told("productHandle")}, price_minor = ${told("priceMinor")},
        currency = ${told("currency")}, remote_updated_at = ${told("remoteUpdatedAt")}, updated_at = ${now}
      FROM json_each(${JSON.stringify(variants)}) AS sold
      WHERE catalogue_items.id IN ${touchedIds} AND +catalogue_items.client_id = ${thisClient}
        AND catalogue_items.variant_id = ${told("variantId")}`,
    count: "updated",
    indexed: "catalogue",
  };
}

/** Notes that items were seen in a reading of everything. @param now instant (ms) at which its run began */
export function markSeen(connectorId: number, variantIds: readonly string[], now: number): SQL {
  return sql`UPDATE catalogue_items SET seen_at = ${now} WHERE connector_id = ${connectorId}
    AND variant_id IN ${among(variantIds)} AND +client_id = ${thisClient}`;
}

/** Hides the items of which `which` holds (SQL over `catalogue_items`), which stay as they are otherwise. */
function hide(which: SQL, now: number): Change<"hidden"> {
  return {
    rows: sql`SELECT id, NULL AS person_id, NULL AS before FROM catalogue_items WHERE ${which} AND visible = 1`,
    write: sql`UPDATE catalogue_items SET visible = 0, updated_at = ${now} WHERE id IN ${touchedIds} AND +client_id = ${thisClient}`,
    count: "hidden",
    indexed: "catalogue",
  };
}

/** Visible items of products whose variant is no longer one of `variantIds`: it was removed, or sells nothing of ours any more. */
export function otherItems(connectorId: number, productIds: readonly string[], variantIds: readonly string[]) {
  return sql<{ readonly id: number }>`SELECT id FROM catalogue_items
    WHERE connector_id = ${connectorId} AND product_id IN ${among(productIds)} AND variant_id NOT IN ${among(variantIds)}
      AND +client_id = ${thisClient} AND visible = 1`;
}

/** Hides items. @param ids at least one */
export function hideItems(ids: readonly number[], now: number): Change<"hidden"> {
  return hide(sql`id IN ${among(ids)} AND +client_id = ${thisClient}`, now);
}

/** Visible items of a shop, behind variant `after`, that were not seen since `since` (ms), as rows of `id` and `variantId`. */
export function unseenItems(connectorId: number, since: number, after: string, limit: number) {
  return sql<{
    readonly id: number;
    readonly variantId: string;
  }>`SELECT id, variant_id AS variantId FROM catalogue_items
    WHERE connector_id = ${connectorId} AND variant_id > ${after} AND +client_id = ${thisClient} AND visible = 1
      AND coalesce(seen_at, 0) < ${since} ORDER BY variant_id LIMIT ${limit}`;
}

/** Hides items that were not seen since `since` (ms). */
export function hideUnseen(ids: readonly number[], since: number, now: number): Change<"hidden"> {
  return hide(sql`id IN ${among(ids)} AND +client_id = ${thisClient} AND coalesce(seen_at, 0) < ${since}`, now);
}

/** Components by what a shop calls them: an id, or an external id. */
export function namedComponents(names: Iterable<string>): SQL<{ readonly name: string; readonly id: number }> {
  const list = among(names);
  return sql`SELECT asked.value AS name, component.id FROM ${list} AS asked
      CROSS JOIN components AS component ON component.id = CAST(asked.value AS INTEGER) AND CAST(component.id AS TEXT) = asked.value
      WHERE component.client_id = ${thisClient}
    UNION ALL SELECT asked.value, component.id FROM ${list} AS asked
      CROSS JOIN components AS component ON component.client_id = ${thisClient} AND component.external_id = asked.value`;
}

const saleColumns = columns(
  catalogueItems,
  ["id", "componentId", "visible", "priceMinor", "currency", "productId", "variantId", "productHandle"],
  "item",
);
const soldColumns = columns(components, ["title", "description"], "component");

/** An item that is to be sold in a shop, with its component and the hash of what was sent last. */
export interface ForSale extends RowOf<typeof saleColumns>, RowOf<typeof soldColumns> {
  /** JSON; null: nothing was sent. */
  readonly sent: string | null;
  /** The item of a lower id that sells the same component in this shop; null: there is none. */
  readonly twin: number | null;
}

/** The items of a shop behind id `after`. @param processor whose notes say what was sent, under `sent:<item>` */
export function itemsForSale(connectorId: number, processor: string, after: number, limit: number): SQL<ForSale> {
  return sql`SELECT ${saleColumns}, ${soldColumns}, sent.value AS sent,
      (SELECT min(twin.id) FROM catalogue_items AS twin INDEXED BY catalogue_items_component
        WHERE twin.client_id = item.client_id AND twin.component_id = item.component_id AND twin.connector_id = item.connector_id
          AND twin.id < item.id) AS twin
    FROM catalogue_items AS item INDEXED BY catalogue_items_client
    CROSS JOIN components AS component ON component.id = item.component_id AND component.client_id = item.client_id
    LEFT JOIN processor_state AS sent ON sent.processor = ${processor} AND sent.client_id = item.client_id AND sent.node_id = ''
      AND sent.key = 'sent:' || item.id
    WHERE item.client_id = ${thisClient} AND item.id > ${after} AND item.connector_id = ${connectorId} ORDER BY item.id LIMIT ${limit}`;
}

/** Writes down as what a shop sells an item; the first write of its unit. */
export function keepProduct(
  item: Pick<ForSale, "id" | "productId" | "variantId" | "productHandle">,
  product: { readonly productId: string; readonly variantId: string; readonly handle: string },
  now: number,
): SQL {
  return sql`UPDATE catalogue_items SET product_id = ${product.productId}, variant_id = ${product.variantId},
      product_handle = ${product.handle}, updated_at = ${now}
    WHERE id = ${item.id} AND client_id = ${thisClient}`;
}
