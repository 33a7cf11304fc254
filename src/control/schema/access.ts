import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "./columns.ts";

/** Who may use the manager (handbook, manager: roles). */
export const admins = sqliteTable(
  "admins",
  {
    id: integer("id").primaryKey(),
    /** Lower case. */
    email: text("email").notNull().unique(),
    name: text("name").notNull(),
    passwordHash: text("password_hash"),
    /** Another person knows the password: it opens nothing but the page that changes it. */
    mustChangePassword: integer("must_change_password", { mode: "boolean" }).notNull().default(false),
    role: text("role", { enum: ["system_admin", "client_admin", "read_only"] }).notNull(),
    /** The client that a client admin serves; 0: all. */
    clientId: integer("client_id").notNull().default(0),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    lastSignInAt: integer("last_sign_in_at"),
    /** Who vouches for this account by OpenID Connect, and under which name; null: no provider yet. */
    oidcIssuer: text("oidc_issuer"),
    oidcSubject: text("oidc_subject"),
    ...timestamps,
  },
  (table) => [uniqueIndex("admins_oidc").on(table.oidcIssuer, table.oidcSubject)],
);

/** A signed-in browser. Only the hash of its cookie's token is kept. */
export const adminSessions = sqliteTable(
  "admin_sessions",
  {
    id: integer("id").primaryKey(),
    tokenHash: text("token_hash").notNull().unique(),
    adminId: integer("admin_id").notNull(),
    createdAt: integer("created_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    userAgent: text("user_agent").notNull().default(""),
    /** Roughly where the browser was at sign-in: the front of its network address; '' when the host knows none. */
    address: text("address").notNull().default(""),
    /** How it signed in. */
    method: text("method", { enum: ["password", "openid"] })
      .notNull()
      .default("password"),
    /** When its owner last proved who it is, at sign-in or since (ms). */
    provedAt: integer("proved_at").notNull().default(0),
  },
  (table) => [index("admin_sessions_admin").on(table.adminId), index("admin_sessions_expiry").on(table.expiresAt)],
);

/** Failed sign-ins, counted for an account and for an address; the key is a hash. */
export const signInAttempts = sqliteTable("sign_in_attempts", {
  key: text("key").primaryKey(),
  failures: integer("failures").notNull(),
  /** No attempt is looked at before this instant (ms). */
  blockedUntil: integer("blocked_until").notNull().default(0),
  lastAt: integer("last_at").notNull(),
});

/**
 * Who came and went: sign-ins, sign-outs, downloads, refusals. What is alike within a minute is one row with a count, so that a flood
 * of attempts is a handful of rows.
 */
export const accessLog = sqliteTable(
  "access_log",
  {
    id: integer("id").primaryKey(),
    /** The client that it concerns; 0: the platform, or unknown. */
    clientId: integer("client_id").notNull().default(0),
    /** `sign_in`, `sign_in_failed`, `sign_out`, `download`, `export`, `refused` or `throttled`. */
    kind: text("kind").notNull(),
    /** The administrator's e-mail address; '' where there is no such account. */
    actor: text("actor").notNull(),
    /** Roughly where from: the front of the network address; '' when the host knows none. */
    address: text("address").notNull().default(""),
    /** What it was about: the way of a sign-in, a file, an address of ours. */
    subject: text("subject").notNull().default(""),
    /** The first instant of the minute (ms). */
    minute: integer("minute").notNull(),
    count: integer("count").notNull().default(1),
  },
  (table) => [
    uniqueIndex("access_log_minute").on(
      table.minute,
      table.kind,
      table.actor,
      table.address,
      table.clientId,
      table.subject,
    ),
    index("access_log_client").on(table.clientId, table.id),
  ],
);

/** Sign-ins by OpenID Connect that were begun. Each may come back once; a used one is kept so that it cannot come back again. */
export const oidcNonces = sqliteTable(
  "oidc_nonces",
  {
    id: integer("id").primaryKey(),
    /** The client whose people sign in; 0: administrators, at the manager. */
    clientId: integer("client_id").notNull().default(0),
    /** SHA-256, hexadecimal: the nonce itself is in the browser only. */
    nonceHash: text("nonce_hash").notNull(),
    issuer: text("issuer").notNull(),
    issuedAt: integer("issued_at").notNull(),
    usedAt: integer("used_at"),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    uniqueIndex("oidc_nonces_issuer_hash").on(table.issuer, table.nonceHash),
    index("oidc_nonces_used").on(table.clientId, table.usedAt),
    index("oidc_nonces_expiry").on(table.clientId, table.expiresAt),
  ],
);

/**
 * With which other systems call one report of one client without a sign-in (handbook, reports: report calls). Only the hash of a token is
 * kept. A token is as good as the account of the administrator who made it. Instants in ms.
 */
export const apiTokens = sqliteTable(
  "api_tokens",
  {
    id: integer("id").primaryKey(),
    /** SHA-256, hexadecimal: the token itself is shown once. */
    tokenHash: text("token_hash").notNull().unique(),
    clientId: integer("client_id").notNull(),
    /** The only report that it opens. */
    reportId: integer("report_id").notNull(),
    /** Who made it. */
    adminId: integer("admin_id").notNull(),
    /** What for, in the administrator's words. */
    name: text("name").notNull(),
    expiresAt: integer("expires_at").notNull(),
    lastUsedAt: integer("last_used_at"),
    /** Since when its uses are counted, and how often it was used since. */
    countedFrom: integer("counted_from").notNull().default(0),
    uses: integer("uses").notNull().default(0),
    ...timestamps,
  },
  (table) => [index("api_tokens_client").on(table.clientId, table.id), index("api_tokens_expiry").on(table.expiresAt)],
);
