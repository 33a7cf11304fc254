import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { timestamps } from "./columns.ts";

/** Who may use the manager (spec 3.1, roles). */
export const admins = sqliteTable("admins", {
  id: integer("id").primaryKey(),
  /** Lower case. */
  email: text("email").notNull().unique(),
  name: text("name").notNull(),
  passwordHash: text("password_hash"),
  role: text("role", { enum: ["system_admin", "client_admin", "read_only"] }).notNull(),
  /** The client that a client admin serves; 0: all. */
  clientId: integer("client_id").notNull().default(0),
  active: integer("active", { mode: "boolean" }).notNull().default(true),
  lastSignInAt: integer("last_sign_in_at"),
  ...timestamps,
});

/** A signed-in browser. Only the hash of its cookie's token is kept. */
export const adminSessions = sqliteTable(
  "admin_sessions",
  {
    tokenHash: text("token_hash").primaryKey(),
    adminId: integer("admin_id").notNull(),
    createdAt: integer("created_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    userAgent: text("user_agent").notNull().default(""),
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
