import { index, integer, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";

/**
 * A person's account with a virtual-classroom service (handbook, data: classrooms and imports). Passwords are encrypted
 * (handbook, rules: secrets).
 */
export const vcAccounts = sqliteTable(
  "vc_accounts",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    connectorId: integer("connector_id").notNull(),
    personId: integer("person_id"),
    remoteUserId: text("remote_user_id").notNull(),
    username: text("username").notNull(),
    passwordEnc: text("password_enc").notNull(),
    /** The next password, from before it is sent until the service has confirmed it. */
    pendingPasswordEnc: text("pending_password_enc"),
    /** Instant in ms. */
    passwordChangedAt: integer("password_changed_at"),
    managed: integer("managed", { mode: "boolean" }).notNull().default(false),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("vc_accounts_remote_user").on(table.connectorId, table.remoteUserId),
    index("vc_accounts_connector").on(table.clientId, table.connectorId, table.id),
    index("vc_accounts_person").on(table.clientId, table.personId),
  ],
);

/** A meeting that belongs to an item of a component (handbook, data: classrooms and imports). Instants in ms. */
export const vcSessions = sqliteTable(
  "vc_sessions",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    componentId: integer("component_id").notNull(),
    itemId: integer("item_id").notNull(),
    connectorId: integer("connector_id").notNull(),
    remoteKind: text("remote_kind", { enum: ["meeting", "webinar"] }),
    remoteId: text("remote_id").notNull(),
    remoteOccurrenceId: text("remote_occurrence_id"),
    hostEmail: text("host_email"),
    startAt: integer("start_at").notNull(),
    endAt: integer("end_at").notNull(),
    /** Minutes; null: a share of the planned length. */
    requiredMinutes: integer("required_minutes"),
    attendanceState: text("attendance_state", { enum: ["pending", "done", "none", "failed"] })
      .notNull()
      .default("pending"),
    attendanceTries: integer("attendance_tries").notNull().default(0),
    ...timestamps,
  },
  (table) => [
    index("vc_sessions_attendance").on(table.clientId, table.attendanceState, table.endAt),
    index("vc_sessions_component").on(table.clientId, table.componentId),
    index("vc_sessions_remote").on(table.clientId, table.connectorId, table.remoteId),
    index("vc_sessions_host").on(table.clientId, table.hostEmail),
  ],
);

/** Who was in a session, from when to when; one row for each join (handbook, data: classrooms and imports). */
export const vcAttendance = sqliteTable(
  "vc_attendance",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    sessionId: integer("session_id").notNull(),
    personId: integer("person_id"),
    remoteEmail: text("remote_email").notNull().default(""),
    joinKey: text("join_key").notNull(),
    /** Instants in ms. */
    joinedAt: integer("joined_at").notNull(),
    leftAt: integer("left_at").notNull(),
    /** Seconds. */
    durationS: integer("duration_s").notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("vc_attendance_join").on(table.sessionId, table.joinKey),
    index("vc_attendance_session").on(table.clientId, table.sessionId),
    index("vc_attendance_person").on(table.clientId, table.personId),
    index("vc_attendance_email").on(table.clientId, table.remoteEmail),
  ],
);

/** Templates of meetings that a service offers (handbook, data: classrooms and imports). */
export const vcTemplates = sqliteTable(
  "vc_templates",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    connectorId: integer("connector_id").notNull(),
    remoteId: text("remote_id").notNull(),
    name: text("name").notNull(),
    folder: text("folder").notNull().default(""),
    status: text("status", { enum: ["active", "removed"] })
      .notNull()
      .default("active"),
    /** Instant in ms, by the service. */
    remoteUpdatedAt: integer("remote_updated_at"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("vc_templates_remote").on(table.connectorId, table.remoteId),
    index("vc_templates_client").on(table.clientId, table.connectorId, table.id),
  ],
);

/** Scores that an LTI tool gave for a session, one for each person (handbook, data: classrooms and imports). */
export const ltiScores = sqliteTable(
  "lti_scores",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    /** The line item. */
    sessionId: integer("session_id")
      .notNull()
      .references(() => vcSessions.id),
    personId: integer("person_id").notNull(),
    /** Instant in ms, by the tool. */
    scoreAt: integer("score_at").notNull(),
    activityProgress: text("activity_progress").notNull(),
    gradingProgress: text("grading_progress").notNull(),
    scoreGiven: real("score_given"),
    scoreMaximum: real("score_maximum"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("lti_scores_key").on(table.sessionId, table.personId),
    index("lti_scores_person").on(table.clientId, table.personId),
  ],
);
