import { sql } from "drizzle-orm";
import { type AnySQLiteColumn, index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";
import { persons } from "./people.ts";
import { certificates } from "./skills.ts";

/** Everything that a person can be registered on: templates, courses, learning paths (handbook, data: content). */
export const components = sqliteTable(
  "components",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    externalId: text("external_id"),
    kind: text("kind", { enum: ["template", "course", "learning_path"] }).notNull(),
    typeKey: text("type_key").notNull().default(""),
    templateId: integer("template_id").references((): AnySQLiteColumn => components.id),
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
    /** JSON Rules (handbook, data: the rule language). */
    prerequisites: text("prerequisites"),
    completionRule: text("completion_rule"),
    certificateId: integer("certificate_id").references(() => certificates.id),
    refresherComponentId: integer("refresher_component_id").references((): AnySQLiteColumn => components.id),
    refreshAfterMonths: integer("refresh_after_months"),
    refreshLeadDays: integer("refresh_lead_days").notNull().default(30),
    isPublic: integer("is_public", { mode: "boolean" }).notNull().default(false),
    notifyOnNewContent: integer("notify_on_new_content", { mode: "boolean" }).notNull().default(false),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("components_external_id").on(table.clientId, table.externalId),
    index("components_client").on(table.clientId, table.id),
    index("components_end").on(table.clientId, table.planningStatus, table.endAt),
    index("components_end_at").on(table.clientId, table.endAt),
    index("components_start_at").on(table.clientId, table.startAt),
    index("components_prerequisites").on(table.clientId, table.id).where(sql`prerequisites IS NOT NULL`),
    index("components_refresher").on(table.clientId, table.id).where(sql`refresher_component_id IS NOT NULL`),
    index("components_kind").on(table.clientId, table.kind, table.pathMode, table.id),
    // Those whose people are told of new content.
    index("components_announcing").on(table.clientId, table.id).where(sql`notify_on_new_content = 1`),
    // Those whose completion says something else with each day.
    index("components_ruled_by_days")
      .on(table.clientId, table.id)
      .where(sql`instr(completion_rule, '"withinDays"') > 0 OR instr(completion_rule, '"olderThanDays"') > 0`),
    index("components_template").on(table.clientId, table.templateId, table.startAt, table.id),
  ],
);

/** Who teaches a component (handbook, data: content). */
export const componentStaff = sqliteTable(
  "component_staff",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    componentId: integer("component_id")
      .notNull()
      .references(() => components.id),
    personId: integer("person_id")
      .notNull()
      .references(() => persons.id),
    role: text("role", { enum: ["tutor", "instructor"] }).notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("component_staff_key").on(table.componentId, table.personId, table.role),
    index("component_staff_component").on(table.clientId, table.componentId, table.role),
    index("component_staff_person").on(table.clientId, table.personId),
    // The removal of a person checks its foreign key by this one.
    index("component_staff_person_key").on(table.personId),
  ],
);

/** What a component consists of, in order; folders nest by `parentId` (handbook, data: content). */
export const syllabusItems = sqliteTable(
  "syllabus_items",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    componentId: integer("component_id")
      .notNull()
      .references(() => components.id),
    parentId: integer("parent_id"),
    kind: text("kind", { enum: ["folder", "media", "component"] }).notNull(),
    /** Of a folder; everything else is titled by its medium or component. */
    title: text("title"),
    mediaId: integer("media_id").references(() => media.id),
    mediaVersion: integer("media_version"),
    refComponentId: integer("ref_component_id").references(() => components.id),
    position: integer("position").notNull().default(0),
    /** Of the top folders of a level path, from 1. */
    levelNo: integer("level_no"),
    mandatory: integer("mandatory", { mode: "boolean" }).notNull().default(true),
    visible: integer("visible", { mode: "boolean" }).notNull().default(true),
    /** Instants in ms; each is cleared once it has been acted on. */
    displayFromAt: integer("display_from_at"),
    displayTillAt: integer("display_till_at"),
    /** JSON Rule (handbook, data: the rule language). */
    unlockRule: text("unlock_rule"),
    /** The template's item that this one was copied from. */
    sourceItemId: integer("source_item_id").references((): AnySQLiteColumn => syllabusItems.id),
    /** Instants in ms. */
    addedAt: integer("added_at").notNull(),
    removedAt: integer("removed_at"),
    /** The run that told people of it. */
    announcedRunId: integer("announced_run_id"),
    ...timestamps,
  },
  (table) => [
    index("syllabus_items_component").on(table.clientId, table.componentId, table.position),
    index("syllabus_items_media").on(table.clientId, table.mediaId),
    index("syllabus_items_ref_component").on(table.clientId, table.refComponentId),
    index("syllabus_items_announced").on(table.clientId, table.announcedRunId, table.componentId, table.id),
    index("syllabus_items_added").on(table.clientId, table.addedAt),
    index("syllabus_items_source").on(table.sourceItemId),
    // Those that are locked or unlocked by the day alone.
    index("syllabus_items_ruled_by_days")
      .on(table.clientId, table.componentId)
      .where(sql`instr(unlock_rule, '"withinDays"') > 0 OR instr(unlock_rule, '"olderThanDays"') > 0`),
    // Those that are still to be shown or hidden on a day.
    index("syllabus_items_dated")
      .on(table.clientId, table.componentId, table.id)
      .where(sql`display_from_at IS NOT NULL OR display_till_at IS NOT NULL`),
  ],
);

/** What can be played, read or sat: the leaves of a syllabus (handbook, data: content). */
export const media = sqliteTable(
  "media",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    externalId: text("external_id"),
    kind: text("kind", {
      enum: [
        "scorm12",
        "scorm2004",
        "aicc",
        "xapi",
        "cmi5",
        "qti_test",
        "virtual_classroom",
        "team_exercise",
        "document",
        "link",
        "provider",
      ],
    }).notNull(),
    title: text("title").notNull(),
    description: text("description").notNull().default(""),
    language: text("language").notNull().default("en"),
    /** Minutes; 0: not known. */
    durationMinutes: integer("duration_minutes").notNull().default(0),
    currentVersion: integer("current_version").notNull().default(1),
    status: text("status", { enum: ["active", "retired"] })
      .notNull()
      .default("active"),
    /** A content provider's connector and its id of the item; null for media of our own. */
    connectorId: integer("connector_id"),
    providerItemId: text("provider_item_id"),
    /** JSON: how it is started. */
    launch: text("launch").notNull().default("{}"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("media_provider_item").on(table.connectorId, table.providerItemId),
    index("media_client").on(table.clientId, table.id),
    index("media_external_id").on(table.clientId, table.externalId),
  ],
);

/** Every version of a medium that a syllabus may still point at (handbook, data: content). */
export const mediaVersions = sqliteTable(
  "media_versions",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    mediaId: integer("media_id")
      .notNull()
      .references(() => media.id),
    version: integer("version").notNull(),
    /** JSON. */
    metadata: text("metadata").notNull().default("{}"),
    metadataHash: text("metadata_hash").notNull().default(""),
    filePrefix: text("file_prefix").notNull().default(""),
    runId: integer("run_id"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("media_versions_version").on(table.mediaId, table.version),
    index("media_versions_client").on(table.clientId, table.mediaId),
  ],
);

/** Who looked at a component without being registered on it (handbook, data: content). */
export const componentPreviewLog = sqliteTable(
  "component_preview_log",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    componentId: integer("component_id").notNull(),
    personId: integer("person_id").notNull(),
    role: text("role", { enum: ["admin", "tutor", "supervisor"] }).notNull(),
    /** JSON: where the preview stood. */
    data: text("data").notNull().default("{}"),
    /** Instant in ms. */
    lastUpdatedAt: integer("last_updated_at").notNull(),
    ...timestamps,
  },
  (table) => [
    index("component_preview_log_updated").on(table.clientId, table.lastUpdatedAt),
    index("component_preview_log_person").on(table.clientId, table.personId),
  ],
);
