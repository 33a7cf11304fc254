import { integer } from "drizzle-orm/sqlite-core";

/** `created_at` and `updated_at`, both instants in ms: what every table has unless it says otherwise (spec, section 1). */
export const timestamps = {
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
};
