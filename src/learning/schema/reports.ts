import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";

export const reportKeys = [
  "registrations",
  "learning_paths",
  "certification_status",
  "skills",
  "persons",
  "mail_monitor",
] as const;

/** A report with a client's own columns and order (handbook, data: communication and reports). */
export const reports = sqliteTable(
  "reports",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    key: text("key", { enum: reportKeys }).notNull(),
    name: text("name").notNull(),
    /** JSON. */
    definition: text("definition").notNull().default("{}"),
    ...timestamps,
  },
  (table) => [index("reports_client").on(table.clientId, table.key)],
);

/** Who gets which report on which days (handbook, data: communication and reports). */
export const reportSubscriptions = sqliteTable(
  "report_subscriptions",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    reportId: integer("report_id").notNull(),
    audience: text("audience", { enum: ["person", "group", "client"] })
      .notNull()
      .default("person"),
    /** With audience `person`. */
    personId: integer("person_id"),
    /** With audience `group`. */
    groupId: integer("group_id"),
    schedule: text("schedule", { enum: ["daily", "weekdays", "monthly"] })
      .notNull()
      .default("weekdays"),
    /** With `weekdays`: JSON array of 1 (Sunday) to 7 (Saturday), in the client's zone. */
    weekdays: text("weekdays").notNull().default("[]"),
    /** With `monthly`: 1 to 31; the month's last day where it is shorter. */
    monthDay: integer("month_day"),
    format: text("format", { enum: ["csv", "xlsx"] }).notNull(),
    /** JSON; null: the filters of the recipient's default view. */
    filters: text("filters"),
    skipWhenEmpty: integer("skip_when_empty", { mode: "boolean" }).notNull().default(false),
    locale: text("locale").notNull().default("en"),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    ...timestamps,
  },
  (table) => [
    index("report_subscriptions_active").on(table.clientId, table.active, table.id),
    index("report_subscriptions_report").on(table.clientId, table.reportId),
    index("report_subscriptions_group").on(table.clientId, table.groupId),
    index("report_subscriptions_person").on(table.clientId, table.personId),
  ],
);

/** A person's default view of a report (handbook, data: communication and reports). */
export const reportViews = sqliteTable(
  "report_views",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    reportId: integer("report_id").notNull(),
    personId: integer("person_id").notNull(),
    /** JSON, as in a subscription. */
    filters: text("filters").notNull().default("{}"),
    /** JSON array of columns in order; `[]`: the report's own. */
    columns: text("columns").notNull().default("[]"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("report_views_key").on(table.reportId, table.personId),
    index("report_views_person").on(table.clientId, table.personId),
  ],
);

/** Reports asked for from outside, by token; only its hash is kept (handbook, data: communication and reports). Instants in ms. */
export const reportCalls = sqliteTable(
  "report_calls",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    tokenHash: text("token_hash").notNull(),
    reportId: integer("report_id").notNull(),
    /** A person. */
    requestedBy: integer("requested_by"),
    requestedAt: integer("requested_at").notNull(),
    finishedAt: integer("finished_at"),
    expiresAt: integer("expires_at").notNull(),
    state: text("state", { enum: ["queued", "running", "finished", "failed"] })
      .notNull()
      .default("queued"),
    fileId: integer("file_id"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("report_calls_token").on(table.tokenHash),
    index("report_calls_state").on(table.clientId, table.state, table.finishedAt),
    index("report_calls_expiry").on(table.clientId, table.expiresAt),
    index("report_calls_requester").on(table.clientId, table.requestedBy),
  ],
);
