import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "./columns.ts";

/** Who may use the manager (spec 3.1, roles). */
export const admins = sqliteTable(
  "admins",
  {
    id: integer("id").primaryKey(),
    /** Lower case. */
    email: text("email").notNull().unique(),
    name: text("name").notNull(),
    passwordHash: text("password_hash"),
    /** Somebody else knows the password: it opens nothing but the page that changes it. */
    mustChangePassword: integer("must_change_password", { mode: "boolean" }).notNull().default(false),
    role: text("role", { enum: ["system_admin", "client_admin", "read_only"] }).notNull(),
    /** The client that a client admin serves; 0: all. */
    clientId: integer("client_id").notNull().default(0),
    active: integer("active", { mode: "boolean" }).notNull().default(true),
    lastSignInAt: integer("last_sign_in_at"),
    /** Who vouches for this account by OpenID Connect, and under which name; null: nobody yet. */
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

/** Sign-ins by OpenID Connect that were begun. Each may come back once; a used one is kept so that it cannot come back again. */
export const oidcNonces = sqliteTable(
  "oidc_nonces",
  {
    id: integer("id").primaryKey(),
    /** SHA-256, hexadecimal: the nonce itself is in the browser only. */
    nonceHash: text("nonce_hash").notNull(),
    issuer: text("issuer").notNull(),
    issuedAt: integer("issued_at").notNull(),
    usedAt: integer("used_at"),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [
    uniqueIndex("oidc_nonces_issuer_hash").on(table.issuer, table.nonceHash),
    index("oidc_nonces_used").on(table.usedAt),
    index("oidc_nonces_expiry").on(table.expiresAt),
  ],
);
