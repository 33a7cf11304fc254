import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "./columns.ts";

/** A tenant: one learning suite's client. */
export const clients = sqliteTable(
  "clients",
  {
    id: integer("id").primaryKey(),
    key: text("key").notNull().unique(),
    name: text("name").notNull(),
    status: text("status", { enum: ["active", "inactive"] })
      .notNull()
      .default("active"),
    timeZone: text("time_zone").notNull(),
    defaultLocale: text("default_locale").notNull().default("en"),
    host: text("host"),
    sitemapEnabled: integer("sitemap_enabled", { mode: "boolean" }),
    licenseAlertEmail: text("license_alert_email"),
    deletionDelayMonths: integer("deletion_delay_months").notNull().default(0),
    deletionMode: text("deletion_mode", { enum: ["anonymise", "remove"] })
      .notNull()
      .default("anonymise"),
    /** 0 never, 1 days after enrolment, 2 days after last login. */
    deactivationMode: integer("deactivation_mode").notNull().default(0),
    deactivationDays: integer("deactivation_days"),
    /** Its own database for learning data; null: the one that holds everything. */
    databaseUrl: text("database_url"),
    databaseTokenEnc: text("database_token_enc"),
    ...timestamps,
  },
  (table) => [
    index("clients_name").on(table.name, table.id),
    index("clients_host").on(table.host, table.id),
    index("clients_own_database").on(table.id).where(sql`database_url IS NOT NULL`),
  ],
);

/**
 * The clients whose learning data is on its way to another database. Until the phase is `clearing` or `abandoning` the
 * client's runs wait. The row goes when the move is over; its id is never given twice, and numbers the range of ids that the client's
 * new database makes.
 */
export const clientMoves = sqliteTable("client_moves", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  clientId: integer("client_id").notNull().unique(),
  /** Null: the database that holds everything. */
  sourceUrl: text("source_url"),
  sourceTokenEnc: text("source_token_enc"),
  targetUrl: text("target_url"),
  targetTokenEnc: text("target_token_enc"),
  phase: text("phase", {
    enum: ["holding", "copying", "comparing", "switching", "clearing", "releasing", "abandoning"],
  }).notNull(),
  /** JSON: the table at work and the key of the last row that was dealt with; null: from the start. */
  position: text("position"),
  startedAt: integer("started_at").notNull(),
  /** When it last came on (ms). */
  movedAt: integer("moved_at").notNull(),
});

/** Settings by key, for one client or for all (client 0). A missing row means undefined, which is not 0. */
export const settings = sqliteTable(
  "settings",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull().default(0),
    key: text("key").notNull(),
    /** JSON. */
    value: text("value").notNull(),
    ...timestamps,
  },
  (table) => [uniqueIndex("settings_key").on(table.clientId, table.key)],
);

/**
 * What a component can be marked with (handbook, data: clients and configuration); the marks are `meta_values` of the learning
 * set. The rows come with a
 * migration.
 */
export const metaTags = sqliteTable("meta_tags", {
  /** The tag's number, as administrators know it. */
  id: integer("id").primaryKey(),
  name: text("name").notNull(),
  valueType: text("value_type", { enum: ["bool", "int", "day", "enum", "text"] }).notNull(),
  /** JSON array of the words that an `enum` allows; else empty. */
  enumValues: text("enum_values").notNull().default("[]"),
});

/** Remote services of a client. Secrets are AES-256-GCM under `SECRETS_KEY` (handbook, rules: secrets). */
export const connectors = sqliteTable(
  "connectors",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    baseUrl: text("base_url"),
    /** JSON. */
    config: text("config").notNull().default("{}"),
    secretEnc: text("secret_enc"),
    /** When an administrator last gave the secret (ms); null: there is none, or it is not known. */
    secretSetAt: integer("secret_set_at"),
    accessTokenEnc: text("access_token_enc"),
    accessExpiresAt: integer("access_expires_at"),
    refreshTokenEnc: text("refresh_token_enc"),
    refreshExpiresAt: integer("refresh_expires_at"),
    state: text("state", { enum: ["ok", "reauth_required", "disabled"] })
      .notNull()
      .default("ok"),
    lastOkAt: integer("last_ok_at"),
    lastError: text("last_error"),
    ...timestamps,
  },
  (table) => [index("connectors_client").on(table.clientId, table.kind)],
);

/**
 * How far the steps of this release's and earlier updates are that need the file store (handbook, catalogue: StorageUpdater). A step without
 * a row is still to be done.
 */
export const updateSteps = sqliteTable("update_steps", {
  /** As the release registers it. */
  id: text("id").primaryKey(),
  /** Its place in the order, as of its last attempt. */
  position: integer("position").notNull(),
  state: text("state", { enum: ["pending", "running", "done", "failed"] })
    .notNull()
    .default("pending"),
  /** Runs that began it. */
  attempts: integer("attempts").notNull().default(0),
  /** The run that began it last; null: none did. */
  runId: integer("run_id"),
  /** Instants (ms) of the first start of the runs that began and ended the last attempt. */
  startedAt: integer("started_at"),
  endedAt: integer("ended_at"),
  /** What the last failed attempt said, at most 300 characters; null once it is done. */
  error: text("error"),
});

/** Wordings by key and locale, for one client or for all (client 0). `version` comes from the global counter `textVersion`. */
export const texts = sqliteTable(
  "texts",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull().default(0),
    key: text("key").notNull(),
    locale: text("locale").notNull(),
    value: text("value").notNull(),
    version: integer("version").notNull(),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("texts_key").on(table.clientId, table.key, table.locale),
    index("texts_version").on(table.version),
  ],
);

/**
 * How a client's people can be searched for (handbook, data: people), kept on each node. `version` comes from the global counter
 * `searchConfigVersion`; every save and deletion raises it. A deleted one stays, so that the nodes hear of it.
 */
export const personSearches = sqliteTable(
  "person_searches",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    name: text("name").notNull(),
    /** JSON: what is searched and shown, and among whom. */
    config: text("config").notNull(),
    deleted: integer("deleted", { mode: "boolean" }).notNull().default(false),
    version: integer("version").notNull(),
    ...timestamps,
  },
  (table) => [
    index("person_searches_version").on(table.version),
    index("person_searches_client").on(table.clientId, table.id),
  ],
);

/**
 * Keys that the platform made for itself, each once, and that outlive a change of `SECRETS_KEY`: sealed with it and sealed anew
 * when it changes.
 */
export const platformKeys = sqliteTable("platform_keys", {
  /** Fixed for each name. */
  id: integer("id").primaryKey(),
  name: text("name").notNull().unique(),
  /** The key's bytes in base64, sealed. */
  keyEnc: text("key_enc").notNull(),
  /** Instant in ms. */
  createdAt: integer("created_at").notNull(),
});
