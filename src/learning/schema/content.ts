import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";

/** Everything that a person can be registered on: templates, courses, learning paths (spec 1.4). */
export const components = sqliteTable(
  "components",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    externalId: text("external_id"),
    kind: text("kind", { enum: ["template", "course", "learning_path"] }).notNull(),
    typeKey: text("type_key").notNull().default(""),
    templateId: integer("template_id"),
    title: text("title").notNull(),
    description: text("description").notNull().default(""),
    language: text("language").notNull().default("en"),
    planningStatus: text("planning_status", { enum: ["planned", "released", "fixed", "completed", "cancelled"] })
      .notNull()
      .default("planned"),
    dateDependent: integer("date_dependent", { mode: "boolean" }).notNull().default(false),
    /** Instants in ms. */
    startAt: integer("start_at"),
    endAt: integer("end_at"),
    timeZone: text("time_zone"),
    location: text("location"),
    minParticipants: integer("min_participants"),
    maxParticipants: integer("max_participants"),
    waitingList: integer("waiting_list", { mode: "boolean" }).notNull().default(false),
    pathMode: text("path_mode", { enum: ["content", "level"] }),
    structureVersion: integer("structure_version").notNull().default(1),
    templateVersionSynced: integer("template_version_synced").notNull().default(0),
    /** JSON Rules (spec 1.11). */
    prerequisites: text("prerequisites"),
    completionRule: text("completion_rule"),
    certificateId: integer("certificate_id"),
    refresherComponentId: integer("refresher_component_id"),
    refreshAfterMonths: integer("refresh_after_months"),
    refreshLeadDays: integer("refresh_lead_days").notNull().default(30),
    isPublic: integer("is_public", { mode: "boolean" }).notNull().default(false),
    notifyOnNewContent: integer("notify_on_new_content", { mode: "boolean" }).notNull().default(false),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("components_external_id").on(table.clientId, table.externalId),
    index("components_end").on(table.clientId, table.planningStatus, table.endAt),
  ],
);

/** What lies in the file store, by key (spec 1.4). */
export const files = sqliteTable(
  "files",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    key: text("key").notNull().unique(),
    kind: text("kind", {
      enum: ["temp", "report", "report_export", "certificate", "import", "qti_task", "content", "sitemap", "log"],
    }).notNull(),
    refType: text("ref_type"),
    refId: integer("ref_id"),
    size: integer("size").notNull(),
    etag: text("etag"),
    sha256: text("sha256"),
    state: text("state", { enum: ["ready", "claimed", "done", "failed", "deleted"] }).notNull(),
    inUse: integer("in_use", { mode: "boolean" }).notNull().default(false),
    accessTokenHash: text("access_token_hash"),
    expiresAt: integer("expires_at"),
    storedAt: integer("stored_at").notNull(),
    ...timestamps,
  },
  (table) => [index("files_ref").on(table.clientId, table.kind, table.refType, table.refId)],
);

/** Appended by every write path; the search indexes follow it (spec 1.9). */
export const indexChanges = sqliteTable(
  "index_changes",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    clientId: integer("client_id").notNull(),
    entity: text("entity").notNull(),
    entityId: integer("entity_id").notNull(),
    op: text("op", { enum: ["upsert", "delete"] }).notNull(),
    at: integer("at").notNull(),
  },
  (table) => [index("index_changes_client").on(table.clientId, table.id)],
);
