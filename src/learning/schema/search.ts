import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
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
    /** Where its documents are; null: it was never built. Not `backend` where that is solr and the client has no connector to one. */
    builtWith: text("built_with", { enum: ["solr", "fts"] }),
    ...timestamps,
  },
  (table) => [
    index("search_indexes_client").on(table.clientId, table.active, table.id),
    // A build removes what it did not write of its entity in its collection: no second index may have documents there.
    uniqueIndex("search_indexes_documents").on(table.clientId, table.backend, table.collection, table.entity),
  ],
);

/**
 * How the words of {@link searchDocuments} are kept. 1: in the full-text table `search_words`, as earlier releases wrote them; 2: in
 * `search_words_titles` (those of the title) and `search_words_all` (those of title and text). A build writes each document anew in 2.
 */
export const WORDS_FORMAT = 2;

/**
 * The documents of the indexes that are kept in the database itself (handbook, catalogue: CreateSolrIndex). Their words stand in
 * full-text tables, which triggers of the database keep in step, so that no statement has to name them but the search.
 */
export const searchDocuments = sqliteTable(
  "search_documents",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    indexId: integer("index_id")
      .notNull()
      .references(() => searchIndexes.id, { onDelete: "cascade" }),
    /** Id of the row that it shows. */
    entityId: integer("entity_id").notNull(),
    /** The person that the row is about. */
    personId: integer("person_id"),
    /** The run whose build or update wrote it; a build removes what another one left. */
    buildId: integer("build_id").notNull(),
    title: text("title").notNull(),
    text: text("text").notNull(),
    locale: text("locale"),
    /** JSON array of the ids of the person's groups. */
    groups: text("groups").notNull().default("[]"),
    isPublic: integer("is_public", { mode: "boolean" }).notNull().default(false),
    /** JSON: a report's columns, by name. */
    columns: text("columns").notNull().default("{}"),
    /** See {@link WORDS_FORMAT}. Default: that of a release that does not know the column. */
    wordsFormat: integer("words_format").notNull().default(1),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("search_documents_key").on(table.clientId, table.indexId, table.entityId),
    index("search_documents_client").on(table.clientId, table.id),
    index("search_documents_person").on(table.clientId, table.personId, table.indexId),
    // The removal of an index checks its foreign key by this one.
    index("search_documents_index").on(table.indexId),
  ],
);
