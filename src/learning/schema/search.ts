import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";

/** What can change so that a search index has to follow (handbook, data: catalogue, search and commerce). */
export const indexedEntities = [
  "person",
  "group",
  "component",
  "media",
  "catalogue",
  "registration",
  "skill",
  "certification",
] as const;

/** Appended by every write path; the search indexes follow it (handbook, data: catalogue, search and commerce). */
export const indexChanges = sqliteTable(
  "index_changes",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    clientId: integer("client_id").notNull(),
    entity: text("entity", { enum: indexedEntities }).notNull(),
    entityId: integer("entity_id").notNull(),
    op: text("op", { enum: ["upsert", "delete"] }).notNull(),
    at: integer("at").notNull(),
  },
  (table) => [index("index_changes_client").on(table.clientId, table.id)],
);

/** A client's search indexes, and how far each has followed {@link indexChanges} (handbook, data: catalogue, search and commerce). */
export const searchIndexes = sqliteTable(
  "search_indexes",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    name: text("name").notNull(),
    kind: text("kind", { enum: ["search", "report", "report_learning_path"] }).notNull(),
    entity: text("entity", {
      enum: ["catalogue", "component", "media", "person", "registration", "skill", "certification", "learning_path"],
    }).notNull(),
    backend: text("backend", { enum: ["solr", "fts"] }).notNull(),
    /** Name of the collection at the backend. */
    collection: text("collection").notNull(),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    state: text("state", { enum: ["never_built", "building", "ready", "full_build_requested", "unavailable"] })
      .notNull()
      .default("never_built"),
    expectedDocs: integer("expected_docs").notNull().default(0),
    /** Instants in ms. */
    lastFullAt: integer("last_full_at"),
    lastDeltaAt: integer("last_delta_at"),
    /** Id of the last of {@link indexChanges} that it holds. */
    lastChangeId: integer("last_change_id").notNull().default(0),
    ...timestamps,
  },
  (table) => [index("search_indexes_client").on(table.clientId, table.active, table.id)],
);
