import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";

/** What was bought in a shop (spec 1.9). Instants in ms. */
export const orders = sqliteTable(
  "orders",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    provider: text("provider", { enum: ["shopify", "paypal"] }).notNull(),
    remoteId: text("remote_id").notNull(),
    personId: integer("person_id"),
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
    ...timestamps,
  },
  (table) => [
    uniqueIndex("orders_remote_id").on(table.provider, table.remoteId),
    index("orders_status").on(table.clientId, table.provider, table.status, table.id),
    index("orders_person").on(table.clientId, table.personId),
    index("orders_email").on(table.clientId, table.email),
  ],
);
