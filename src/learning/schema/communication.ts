import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";

/** The mail monitor: every message that was, is or will be sent (handbook, rules: mail; data: communication and reports). */
export const messages = sqliteTable(
  "messages",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    createdRunId: integer("created_run_id").notNull(),
    kind: text("kind", {
      enum: ["registration", "notification", "logic", "whats_new", "report", "license", "system"],
    }).notNull(),
    channel: text("channel", { enum: ["mail", "internal", "push"] }).notNull(),
    personId: integer("person_id"),
    /** The person it tells about, when that is another than the recipient (a supervisor's or tutor's message). */
    aboutPersonId: integer("about_person_id"),
    toAddress: text("to_address"),
    subject: text("subject").notNull(),
    body: text("body").notNull(),
    dedupeKey: text("dedupe_key").notNull(),
    status: text("status", { enum: ["internal", "to_forward", "sending", "sent", "error"] }).notNull(),
    attempts: integer("attempts").notNull().default(0),
    queuedAt: integer("queued_at").notNull(),
    claimedRunId: integer("claimed_run_id"),
    sentAt: integer("sent_at"),
    /** `<code>: <words>` when the status is `error`. */
    error: text("error"),
    providerMessageId: text("provider_message_id"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("messages_dedupe").on(table.clientId, table.channel, table.dedupeKey),
    index("messages_waiting").on(table.clientId, table.channel, table.status, table.queuedAt, table.id),
    index("messages_run").on(table.clientId, table.createdRunId),
    index("messages_person").on(table.clientId, table.personId),
    index("messages_about_person").on(table.clientId, table.aboutPersonId),
    index("messages_queued").on(table.clientId, table.queuedAt),
  ],
);

/** What a notification's day is counted from. */
export const notificationAnchors = [
  "start",
  "end",
  "due",
  "booked",
  "completed",
  "skill_expiry",
  "certification_end",
  "recert_due",
  "prerequisite_due",
] as const;

/** Who is told what, how many days before or after which day (handbook, data: communication and reports). */
export const notificationRules = sqliteTable(
  "notification_rules",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    name: text("name").notNull(),
    anchor: text("anchor", { enum: notificationAnchors }).notNull(),
    /** Local days; negative: before the anchor's day. */
    offsetDays: integer("offset_days").notNull().default(0),
    audience: text("audience", { enum: ["participant", "supervisor", "tutor"] })
      .notNull()
      .default("participant"),
    /** JSON array of the statuses that the anchor's rows must have. */
    statuses: text("statuses").notNull(),
    /** JSON Rule over components (handbook, data: the rule language); null: all. */
    componentFilter: text("component_filter"),
    /** JSON array of `mail`, `internal`, `push`. */
    channels: text("channels").notNull().default('["mail"]'),
    /** Keys of `texts`. */
    subjectKey: text("subject_key").notNull(),
    bodyKey: text("body_key").notNull(),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    ...timestamps,
  },
  (table) => [index("notification_rules_active").on(table.clientId, table.active, table.id)],
);

/** A person's telephones and browsers that take push messages (handbook, data: communication and reports). */
export const pushDevices = sqliteTable(
  "push_devices",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    personId: integer("person_id").notNull(),
    transport: text("transport", { enum: ["fcm", "webpush"] }).notNull(),
    /** What `token` is: an FCM registration token, a Firebase installation id, or the endpoint of a web push subscription. */
    targetKind: text("target_kind", { enum: ["token", "fid", "endpoint"] })
      .notNull()
      .default("token"),
    /** FCM registration token, or the endpoint of a web push subscription. */
    token: text("token").notNull(),
    /** JSON: `p256dh` and `auth` of a web push subscription. */
    keys: text("keys").notNull().default("{}"),
    /** Instant in ms. */
    lastOkAt: integer("last_ok_at"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("push_devices_token").on(table.transport, table.token),
    index("push_devices_person").on(table.clientId, table.personId),
  ],
);
