import { sql } from "drizzle-orm";
import { type AnySQLiteColumn, index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";
import { components } from "./content.ts";

/** What was bought in a shop (handbook, data: catalogue, search and commerce). Instants in ms. */
export const orders = sqliteTable(
  "orders",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    provider: text("provider", { enum: ["shopify", "paypal"] }).notNull(),
    remoteId: text("remote_id").notNull(),
    personId: integer("person_id"),
    /** '' where it is not known. */
    email: text("email").notNull(),
    status: text("status", {
      enum: ["pending", "approved", "paid", "failed", "cancelled", "refunded", "expired"],
    }).notNull(),
    /** In the currency's smallest unit. */
    amountMinor: integer("amount_minor").notNull(),
    /** ISO 4217. */
    currency: text("currency").notNull(),
    /** JSON array of `{line, component_id, quantity}`. */
    items: text("items").notNull().default("[]"),
    placedAt: integer("placed_at").notNull(),
    checkedAt: integer("checked_at"),
    paidAt: integer("paid_at"),
    /** A code, with lines that could not be booked. */
    error: text("error"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("orders_remote_id").on(table.clientId, table.provider, table.remoteId),
    index("orders_status").on(table.clientId, table.provider, table.status, table.id),
    index("orders_person").on(table.clientId, table.personId),
    index("orders_email").on(table.clientId, table.email),
  ],
);

/** A client's catalogue: folders, and components with what a shop sells them as (handbook, data: catalogue, search and commerce). */
export const catalogueItems = sqliteTable(
  "catalogue_items",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    /** Null: a folder. */
    componentId: integer("component_id").references(() => components.id),
    /** The folder that it lies in. */
    parentId: integer("parent_id").references((): AnySQLiteColumn => catalogueItems.id),
    title: text("title").notNull(),
    visible: integer("visible", { mode: "boolean" }).notNull().default(true),
    isPublic: integer("is_public", { mode: "boolean" }).notNull().default(false),
    /** Instant in ms. */
    addedAt: integer("added_at").notNull(),
    /** The run that told people of it. */
    announcedRunId: integer("announced_run_id"),
    /** A shop's connector. */
    connectorId: integer("connector_id"),
    productId: text("product_id"),
    variantId: text("variant_id"),
    productHandle: text("product_handle"),
    /** In the currency's smallest unit. */
    priceMinor: integer("price_minor"),
    /** ISO 4217. */
    currency: text("currency"),
    /** Instant in ms, by the shop. */
    remoteUpdatedAt: integer("remote_updated_at"),
    /** Instant in ms at which the run began that last saw it while it read a whole shop. */
    seenAt: integer("seen_at"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("catalogue_items_variant").on(table.connectorId, table.variantId),
    index("catalogue_items_product").on(table.connectorId, table.productId),
    index("catalogue_items_client").on(table.clientId, table.id),
    index("catalogue_items_component").on(table.clientId, table.componentId),
    index("catalogue_items_parent").on(table.parentId),
    index("catalogue_items_announced").on(table.clientId, table.announcedRunId, table.id),
    index("catalogue_items_added").on(table.clientId, table.addedAt),
  ],
);

/** Deliveries of shops and other services, each once, until a processor has dealt with them (handbook, data: platform). */
export const webhookEvents = sqliteTable(
  "webhook_events",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    provider: text("provider", { enum: ["shopify", "paypal", "lti", "goto", "webex"] }).notNull(),
    /** Not covered by every provider's signature, and shared by clients of one account: unique for a client only. */
    deliveryId: text("delivery_id").notNull(),
    eventId: text("event_id"),
    topic: text("topic").notNull(),
    source: text("source").notNull().default(""),
    /** JSON; `{}` once emptied. */
    payload: text("payload").notNull(),
    /** Id of the order or object at the provider. */
    subject: text("subject"),
    /** How it was proved; null: by a release that did not keep it. */
    proof: text("proof", { enum: ["secret", "former_secret", "certificate", "call", "own"] }),
    /** Known once processed. */
    personId: integer("person_id"),
    /** Instants in ms. */
    receivedAt: integer("received_at").notNull(),
    processedAt: integer("processed_at"),
    state: text("state", { enum: ["new", "processing", "done", "ignored", "parked", "failed"] })
      .notNull()
      .default("new"),
    attempts: integer("attempts").notNull().default(0),
    error: text("error"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("webhook_events_delivery").on(table.clientId, table.provider, table.deliveryId),
    index("webhook_events_subject").on(table.clientId, table.provider, table.subject),
    index("webhook_events_state").on(table.clientId, table.provider, table.state, table.id),
    index("webhook_events_person").on(table.clientId, table.personId),
    index("webhook_events_processed").on(table.clientId, table.state, table.processedAt),
    index("webhook_events_payload").on(table.processedAt).where(sql`payload <> '{}'`),
  ],
);
