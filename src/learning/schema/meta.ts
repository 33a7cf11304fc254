import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { components } from "./content.ts";

/**
 * Values of meta tags on components (handbook, data: clients and configuration). The tags themselves are `meta_tags` of the
 * control set.
 */
export const metaValues = sqliteTable(
  "meta_values",
  {
    clientId: integer("client_id").notNull(),
    componentId: integer("component_id")
      .notNull()
      .references(() => components.id),
    /** The tag's number; no foreign key, since the tag may lie in another database. */
    metaTagId: integer("meta_tag_id").notNull(),
    /** As the tag's `value_type` says: `1` or `0`, a whole number, a day, a word of the enumeration, or text. */
    value: text("value").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.componentId, table.metaTagId] }),
    index("meta_values_tag").on(table.clientId, table.metaTagId, table.value, table.componentId),
    index("meta_values_component").on(table.clientId, table.componentId),
  ],
);
