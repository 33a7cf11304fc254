import { sql } from "drizzle-orm";
import {
  type AnySQLiteColumn,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";
import { files } from "./files.ts";

export const authStatuses = ["active", "passive", "inactive", "deleted"] as const;
export const passiveReasons = ["missing", "import", "terminated", "unused", "deletion", "admin"] as const;
export const authSources = ["local", "ldap", "oidc", "saml"] as const;

/** A client's people (handbook, data: people). */
export const persons = sqliteTable(
  "persons",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    externalId: text("external_id"),
    username: text("username").notNull(),
    /** The username as it is compared: NFC, lower case ({@link usernameKey}). */
    usernameKey: text("username_key").notNull().default(""),
    givenName: text("given_name").notNull(),
    familyName: text("family_name").notNull(),
    email: text("email"),
    locale: text("locale"),
    timeZone: text("time_zone"),
    authSource: text("auth_source", { enum: authSources }).notNull().default("local"),
    authStatus: text("auth_status", { enum: authStatuses }).notNull().default("active"),
    /** Why a person is passive; null: active, or not known. */
    passiveReason: text("passive_reason", { enum: passiveReasons }),
    role: text("role", { enum: ["learner", "tutor", "supervisor", "client_admin", "system_admin"] })
      .notNull()
      .default("learner"),
    /** JSON object of text values. */
    attributes: text("attributes").notNull().default("{}"),
    supervisorId: integer("supervisor_id").references((): AnySQLiteColumn => persons.id),
    ldapDn: text("ldap_dn"),
    importSource: text("import_source"),
    /** Local days. */
    enrolledOn: text("enrolled_on").notNull(),
    /** Set each time the status becomes `active` again. */
    activatedOn: text("activated_on"),
    terminationOn: text("termination_on"),
    deletionOn: text("deletion_on"),
    deletionRequestedBy: integer("deletion_requested_by").references((): AnySQLiteColumn => persons.id),
    lastLoginAt: integer("last_login_at"),
    passwordHash: text("password_hash"),
    passwordChangedAt: integer("password_changed_at"),
    mustChangePassword: integer("must_change_password", { mode: "boolean" }).notNull().default(false),
    whatsNewOptOut: integer("whats_new_opt_out", { mode: "boolean" }).notNull().default(false),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("persons_username_key").on(table.clientId, table.usernameKey),
    uniqueIndex("persons_external_id").on(table.clientId, table.externalId),
    index("persons_import_source").on(table.clientId, table.importSource, table.id),
    index("persons_client").on(table.clientId, table.id),
    index("persons_status").on(table.clientId, table.authStatus, table.id),
    // A shop knows a buyer by the address alone, and writes it in any case.
    index("persons_email").on(table.clientId, sql`lower(email)`),
    index("persons_deletion").on(table.clientId, table.id, table.deletionOn).where(sql`deletion_on IS NOT NULL`),
    index("persons_termination")
      .on(table.clientId, table.terminationOn, table.id)
      .where(sql`termination_on IS NOT NULL AND auth_status = 'active'`),
    index("persons_staff").on(table.clientId, table.supervisorId),
    // Without these two the removal of a person would read the whole table to check its own foreign keys.
    index("persons_supervisor").on(table.supervisorId),
    index("persons_deletion_requested_by").on(table.deletionRequestedBy),
  ],
);

/**
 * People who were finally deleted, by the keyed hash of their external id and username: an import does not make them again
 * by accident (handbook, data: people; catalogue: DeleteUsersJob). Nothing else of them is kept.
 */
export const erasedPeople = sqliteTable(
  "erased_people",
  {
    clientId: integer("client_id").notNull(),
    /** HMAC-SHA256. */
    keyHash: text("key_hash").notNull(),
  },
  (table) => [primaryKey({ columns: [table.clientId, table.keyHash] })],
);

/** Organisational units, groups, target groups and job profiles. */
export const groups = sqliteTable(
  "groups",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    externalId: text("external_id"),
    kind: text("kind", { enum: ["org", "group", "target_group", "job_profile"] })
      .notNull()
      .default("group"),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    parentId: integer("parent_id").references((): AnySQLiteColumn => groups.id),
    /** JSON Rule (handbook, data: the rule language) of a target group. */
    rule: text("rule"),
    onEnter: text("on_enter").notNull().default("[]"),
    onLeave: text("on_leave").notNull().default("[]"),
    source: text("source", { enum: ["manual", "xml", "ldap", "csv"] })
      .notNull()
      .default("manual"),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    evaluatedAt: integer("evaluated_at"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("groups_external_id").on(table.clientId, table.source, table.externalId),
    index("groups_kind").on(table.clientId, table.kind, table.id),
    index("groups_parent").on(table.clientId, table.parentId),
  ],
);

/** A person is a member of a group if any row exists, whatever its source. */
export const groupMembers = sqliteTable(
  "group_members",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    groupId: integer("group_id")
      .notNull()
      .references(() => groups.id),
    personId: integer("person_id")
      .notNull()
      .references(() => persons.id),
    source: text("source", { enum: ["manual", "rule", "xml", "ldap", "csv"] }).notNull(),
    role: text("role", { enum: ["member", "lead"] })
      .notNull()
      .default("member"),
    joinedAt: integer("joined_at").notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("group_members_key").on(table.groupId, table.personId, table.source),
    index("group_members_person").on(table.clientId, table.personId, table.groupId),
    index("group_members_group").on(table.clientId, table.groupId, table.personId),
    // The removal of a person checks its foreign key by this one.
    index("group_members_person_key").on(table.personId),
  ],
);

/** When a person was signed in; `endedAt` is null while the session is open (handbook, data: people). Instants in ms. */
export const personSessions = sqliteTable(
  "person_sessions",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    personId: integer("person_id")
      .notNull()
      .references(() => persons.id),
    startedAt: integer("started_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    endedAt: integer("ended_at"),
    ...timestamps,
  },
  (table) => [
    index("person_sessions_open").on(table.clientId, table.endedAt, table.lastSeenAt),
    index("person_sessions_person").on(table.clientId, table.personId, table.endedAt),
    index("person_sessions_person_key").on(table.personId),
  ],
);

/** How many people were online at an instant (ms, cut to the minute; handbook, data: people). */
export const onlineUserStats = sqliteTable(
  "online_user_stats",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    takenAt: integer("taken_at").notNull(),
    userCount: integer("user_count").notNull(),
    ...timestamps,
  },
  (table) => [uniqueIndex("online_user_stats_taken").on(table.clientId, table.takenAt)],
);

/** How many people a client's licence allows, and whether it has been told that it has more (handbook, data: people). */
export const licenseLimits = sqliteTable(
  "license_limits",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    metric: text("metric", { enum: ["named", "active", "concurrent"] }).notNull(),
    maxCount: integer("max_count").notNull(),
    alertState: text("alert_state", { enum: ["ok", "warned", "exceeded"] })
      .notNull()
      .default("ok"),
    /** Instant in ms. */
    lastAlertAt: integer("last_alert_at"),
    ...timestamps,
  },
  (table) => [index("license_limits_client").on(table.clientId, table.metric)],
);

/** Import configurations: where files lie, how they are read (handbook, data: classrooms and imports). */
export const importConfigs = sqliteTable(
  "import_configs",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    /** Prefix in the file store; '' means `c/<client>/import/<kind>/`. */
    location: text("location").notNull().default(""),
    /** JSON: `encoding`, `delimiter`, and what the kind adds. */
    options: text("options").notNull().default("{}"),
    /** JSON object: a column of the file → our column, or null for a column that is passed over. Applied to the header first. */
    mapping: text("mapping").notNull().default("{}"),
    connectorId: integer("connector_id"),
    schedulerActive: integer("scheduler_active", { mode: "boolean" }).notNull().default(true),
    lastSha256: text("last_sha256"),
    ...timestamps,
  },
  (table) => [index("import_configs_client").on(table.clientId, table.kind)],
);

/** Keys already seen in a file that is being imported; removed when the file is done. */
export const importSeen = sqliteTable(
  "import_seen",
  {
    clientId: integer("client_id").notNull(),
    fileId: integer("file_id")
      .notNull()
      .references(() => files.id),
    key: text("key").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.fileId, table.key] }),
    index("import_seen_client").on(table.clientId, table.fileId),
  ],
);
