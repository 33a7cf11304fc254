import { index, integer, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";
import { groups } from "./people.ts";

/** How far a registration is with one item of its syllabus (handbook, data: learning records). */
export const itemProgress = sqliteTable(
  "item_progress",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    registrationId: integer("registration_id").notNull(),
    itemId: integer("item_id").notNull(),
    status: text("status", { enum: ["not_attempted", "incomplete", "completed", "passed", "failed"] })
      .notNull()
      .default("not_attempted"),
    /** 0 to 1. */
    scoreScaled: real("score_scaled"),
    /** Instants in ms. */
    firstAt: integer("first_at"),
    lastAt: integer("last_at"),
    completedAt: integer("completed_at"),
    locked: integer("locked", { mode: "boolean" }).notNull().default(false),
    source: text("source", { enum: ["lms", "provider", "vc", "import", "correction"] })
      .notNull()
      .default("lms"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("item_progress_item").on(table.registrationId, table.itemId),
    index("item_progress_registration").on(table.clientId, table.registrationId),
    index("item_progress_status").on(table.clientId, table.itemId, table.status, table.registrationId),
  ],
);

/** One go at a medium (handbook, data: learning records). Instants in ms. */
export const attempts = sqliteTable(
  "attempts",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    registrationId: integer("registration_id"),
    itemId: integer("item_id"),
    personId: integer("person_id").notNull(),
    mediaId: integer("media_id").notNull(),
    /** From 1. */
    no: integer("no").notNull().default(1),
    startedAt: integer("started_at").notNull(),
    endedAt: integer("ended_at"),
    isPreview: integer("is_preview", { mode: "boolean" }).notNull().default(false),
    archived: integer("archived", { mode: "boolean" }).notNull().default(false),
    ...timestamps,
  },
  (table) => [
    index("attempts_person").on(table.clientId, table.personId, table.mediaId),
    index("attempts_registration").on(table.clientId, table.registrationId),
    index("attempts_preview").on(table.clientId, table.isPreview, table.startedAt),
  ],
);

/** What a SCORM package keeps of an attempt, element by element (handbook, data: learning records). */
export const cmiData = sqliteTable(
  "cmi_data",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    attemptId: integer("attempt_id").notNull(),
    /** e.g. `cmi.interactions.0.type`. */
    element: text("element").notNull(),
    value: text("value").notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("cmi_data_element").on(table.attemptId, table.element),
    index("cmi_data_attempt").on(table.clientId, table.attemptId),
  ],
);

/** Tokens of xAPI and cmi5 launches; only their hashes are kept (handbook, data: learning records). Instants in ms. */
export const xapiAuthTokens = sqliteTable(
  "xapi_auth_tokens",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    tokenHash: text("token_hash").notNull(),
    launch: text("launch", { enum: ["tincan", "cmi5"] })
      .notNull()
      .default("tincan"),
    personId: integer("person_id").notNull(),
    mediaId: integer("media_id").notNull(),
    registrationUuid: text("registration_uuid").notNull(),
    issuedAt: integer("issued_at").notNull(),
    fetchedAt: integer("fetched_at"),
    lastUsedAt: integer("last_used_at"),
    terminatedAt: integer("terminated_at"),
    abandonedAt: integer("abandoned_at"),
    expiresAt: integer("expires_at").notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("xapi_auth_tokens_hash").on(table.tokenHash),
    index("xapi_auth_tokens_expiry").on(table.clientId, table.expiresAt),
    index("xapi_auth_tokens_person").on(table.clientId, table.personId),
  ],
);

/** What AICC content asked for and was told (handbook, data: learning records). */
export const uMonitorAicc = sqliteTable(
  "u_monitor_aicc",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    /** AICC_SID. */
    sessionId: text("session_id").notNull(),
    personId: integer("person_id"),
    mediaId: integer("media_id"),
    command: text("command", { enum: ["getparam", "putparam", "putinteractions", "exitau", "other"] }).notNull(),
    errorCode: integer("error_code").notNull().default(0),
    /** Instant in ms. */
    loggedAt: integer("logged_at").notNull(),
    ...timestamps,
  },
  (table) => [
    index("u_monitor_aicc_logged").on(table.clientId, table.loggedAt, table.id),
    index("u_monitor_aicc_person").on(table.clientId, table.personId),
  ],
);

/** The bodies of {@link uMonitorAicc}; they go with it (handbook, data: learning records). */
export const uMonitorAiccContent = sqliteTable(
  "u_monitor_aicc_content",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    monitorId: integer("monitor_id")
      .notNull()
      .references(() => uMonitorAicc.id, { onDelete: "cascade" }),
    direction: text("direction", { enum: ["request", "response"] }).notNull(),
    body: text("body").notNull(),
    ...timestamps,
  },
  (table) => [
    index("u_monitor_aicc_content_monitor").on(table.monitorId),
    index("u_monitor_aicc_content_client").on(table.clientId, table.monitorId),
  ],
);

/** Historical results as AVETMISS states them (handbook, data: classrooms and imports). */
export const avetmissActivities = sqliteTable(
  "avetmiss_activities",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    registrationId: integer("registration_id"),
    trainingOrganisationId: text("training_organisation_id").notNull().default(""),
    deliveryLocationId: text("delivery_location_id").notNull().default(""),
    clientIdentifier: text("client_identifier").notNull(),
    subjectIdentifier: text("subject_identifier").notNull(),
    programIdentifier: text("program_identifier").notNull().default(""),
    /** Local days. */
    activityStartOn: text("activity_start_on"),
    activityEndOn: text("activity_end_on"),
    deliveryMode: text("delivery_mode").notNull().default(""),
    /** Two digits. */
    outcomeIdentifierNational: text("outcome_identifier_national"),
    outcomeIdentifierRto: text("outcome_identifier_rto"),
    fundingSourceNational: text("funding_source_national").notNull().default(""),
    /** Hours. */
    scheduledHours: integer("scheduled_hours"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("avetmiss_activities_key").on(
      table.clientId,
      table.clientIdentifier,
      table.subjectIdentifier,
      table.programIdentifier,
    ),
    index("avetmiss_activities_registration").on(table.clientId, table.registrationId),
  ],
);

/** What people did, as it happened; compressed into {@link trackingDaily} (handbook, data: learning records). */
export const trackingEvents = sqliteTable(
  "tracking_events",
  {
    // An id that was given once is never given again: by ids a run knows which events came after it had read.
    id: integer("id").primaryKey({ autoIncrement: true }),
    clientId: integer("client_id").notNull(),
    personId: integer("person_id").notNull(),
    componentId: integer("component_id"),
    itemId: integer("item_id"),
    event: text("event").notNull(),
    /** Seconds. */
    durationS: integer("duration_s").notNull().default(0),
    /** Instant in ms, and its local day. */
    at: integer("at").notNull(),
    dayOn: text("day_on").notNull(),
    ...timestamps,
  },
  (table) => [
    index("tracking_events_day").on(table.clientId, table.dayOn, table.id),
    // Holds all that a sum needs, so that a day is summed up without a look at its rows.
    index("tracking_events_day_person").on(
      table.clientId,
      table.dayOn,
      table.personId,
      table.componentId,
      table.itemId,
      table.event,
      table.durationS,
    ),
    index("tracking_events_person").on(table.clientId, table.personId),
  ],
);

/** Sums of {@link trackingEvents} by local day; an id of 0 says "none" (handbook, data: learning records). */
export const trackingDaily = sqliteTable(
  "tracking_daily",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    dayOn: text("day_on").notNull(),
    personId: integer("person_id").notNull().default(0),
    componentId: integer("component_id").notNull().default(0),
    itemId: integer("item_id").notNull().default(0),
    event: text("event").notNull(),
    eventCount: integer("event_count").notNull(),
    /** Seconds. */
    durationS: integer("duration_s").notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("tracking_daily_key").on(
      table.clientId,
      table.dayOn,
      table.personId,
      table.componentId,
      table.itemId,
      table.event,
    ),
    index("tracking_daily_person").on(table.clientId, table.personId),
  ],
);

/** A team's work on an exercise, and its correction (handbook, data: learning records). Instants in ms. */
export const exerciseSubmissions = sqliteTable(
  "exercise_submissions",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    componentId: integer("component_id").notNull(),
    itemId: integer("item_id").notNull(),
    teamGroupId: integer("team_group_id")
      .notNull()
      .references(() => groups.id),
    submittedAt: integer("submitted_at").notNull(),
    result: text("result", { enum: ["passed", "failed", "completed"] }),
    /** 0 to 1. */
    scoreScaled: real("score_scaled"),
    /** JSON. */
    correction: text("correction").notNull().default("{}"),
    correctionState: text("correction_state", { enum: ["draft", "ready", "published"] })
      .notNull()
      .default("draft"),
    publishAt: integer("publish_at"),
    publishedAt: integer("published_at"),
    ...timestamps,
  },
  (table) => [
    index("exercise_submissions_publish").on(table.clientId, table.correctionState, table.publishAt),
    index("exercise_submissions_team").on(table.clientId, table.teamGroupId),
  ],
);
