import type { Row } from "@libsql/client";
import type { Database } from "../../store/database.ts";

export const adminRoles = ["system_admin", "client_admin", "read_only"] as const;
export type AdminRole = (typeof adminRoles)[number];

/** Someone who may use the manager, without the password's hash. */
export interface Admin {
  readonly id: number;
  /** Lower case. */
  readonly email: string;
  readonly name: string;
  readonly role: AdminRole;
  /** The client that a client admin or a reader is limited to; 0: all. */
  readonly clientId: number;
}

/** What signing in needs of an account. */
export interface Account extends Admin {
  readonly active: boolean;
  /** Null: this account cannot sign in with a password. */
  readonly passwordHash: string | null;
}

/** A new account. The e-mail address is stored in lower case. */
export interface NewAdmin {
  readonly email: string;
  readonly name: string;
  readonly role: AdminRole;
  readonly clientId: number;
  readonly passwordHash: string | null;
}

/** How a browser signed in. */
export type SignInMethod = "password" | "openid";

/** A signed-in browser and whose it is. Instants in ms. */
export interface AdminSession {
  readonly id: number;
  readonly admin: Admin;
  readonly method: SignInMethod;
  /** Somebody else knows the account's password: only the page that changes it is open. */
  readonly mustChangePassword: boolean;
  /** IANA zone of the client that the admin is limited to; null: limited to none. */
  readonly timeZone: string | null;
  /** The setting `navigation` as stored, JSON; null: not set. It comes along since every page needs it. */
  readonly navigation: string | null;
  /** The setting `stopped` as stored, JSON; null: nothing is stopped. Every page says it. */
  readonly stopped: string | null;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** It ends when nothing was asked in it for so long (ms). */
  readonly idleMs: number;
  /** Its owner proved who it is, at sign-in or since, and that still counts until this instant. */
  readonly provenUntil: number;
}

const MINUTE_MS = 60_000;

/** The rules of a session. */
export const accessRules = {
  /** A session ends so long (ms) after sign-in, whatever happens in it. */
  sessionMs: 12 * 3_600_000,
  /** A session ends when nothing was asked in it for so many minutes; settings `manager.systemIdleMinutes`, `manager.idleMinutes`. */
  idleMinutes: { system: 30, others: 120 },
  /** Whoever changes accounts or connectors has proved within so many minutes who it is; setting `manager.proofMinutes`. */
  proofMinutes: 10,
  /** A session's last use is written down at most once in so many ms. */
  seenEveryMs: 60_000,
} as const;

/** A setting of all clients that is a number of minutes, in SQL. */
const minutes = (key: string, fallback: number) =>
  `coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE client_id = 0 AND key = '${key}'), ${fallback})`;

/** Minutes until an idle session of the account `a` ends, in SQL. */
const IDLE_MINUTES = `CASE a.role WHEN 'system_admin' THEN ${minutes("manager.systemIdleMinutes", accessRules.idleMinutes.system)}
  ELSE ${minutes("manager.idleMinutes", accessRules.idleMinutes.others)} END`;

/** The key under which an e-mail address is an account. */
export function accountName(email: string): string {
  return email.trim().toLowerCase();
}

function toAdmin(row: Row): Admin {
  return {
    id: Number(row.id),
    email: String(row.email),
    name: String(row.name),
    role: row.role as AdminRole,
    clientId: Number(row.client_id),
  };
}

/** The account of an e-mail address, in any case; null when there is none. */
export async function readAccount(control: Database, email: string): Promise<Account | null> {
  const result = await control.execute({
    sql: "SELECT id, email, name, role, client_id, active, password_hash FROM admins WHERE email = ?",
    args: [accountName(email)],
  });
  const row = result.rows[0];
  if (!row) return null;
  return {
    ...toAdmin(row),
    active: Number(row.active) === 1,
    passwordHash: row.password_hash === null ? null : String(row.password_hash),
  };
}

/** Adds an account, or does nothing when the address has one already. Returns whether it was added. */
export async function addAdmin(control: Database, admin: NewAdmin, now: number): Promise<boolean> {
  const result = await control.execute({
    sql: `INSERT INTO admins (email, name, password_hash, role, client_id, active, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (email) DO NOTHING`,
    args: [accountName(admin.email), admin.name, admin.passwordHash, admin.role, admin.clientId, now, now],
  });
  return result.rowsAffected > 0;
}

/**
 * Opens a session in place of the one that the browser came with, so that a token never survives a sign-in, and clears
 * away sessions that have expired.
 *
 * @param session hashes of the new token and of the one it replaces (null: none); `address`: roughly where the browser is,
 *   default unknown; `method`: default by password; `provedAt`: when its owner proved who it is (ms), default now
 */
export async function openSession(
  control: Database,
  session: {
    adminId: number;
    tokenHash: string;
    replacesHash: string | null;
    userAgent: string;
    address?: string;
    method?: SignInMethod;
    provedAt?: number;
  },
  now: number,
): Promise<void> {
  await control.batch(
    [
      {
        sql: "DELETE FROM admin_sessions WHERE token_hash = ? OR expires_at <= ?",
        args: [session.replacesHash, now],
      },
      {
        sql: `INSERT INTO admin_sessions
            (token_hash, admin_id, created_at, last_seen_at, proved_at, expires_at, user_agent, address, method)
          SELECT ?1, a.id, ?2, ?2, ?3, ?2 + 60000 * (${IDLE_MINUTES}), ?4, ?5, ?6 FROM admins a WHERE a.id = ?7`,
        args: [
          session.tokenHash,
          now,
          session.provedAt ?? now,
          session.userAgent.slice(0, 200),
          session.address ?? "",
          session.method ?? "password",
          session.adminId,
        ],
      },
      { sql: "UPDATE admins SET last_sign_in_at = ? WHERE id = ?", args: [now, session.adminId] },
    ],
    "write",
  );
}

/** The session of a token's hash while it is valid and its account is active; else null. */
export async function readSession(control: Database, tokenHash: string, now: number): Promise<AdminSession | null> {
  const result = await control.execute({
    sql: `SELECT a.id, a.email, a.name, a.role, a.client_id, a.must_change_password, s.id AS session_id, s.method, s.created_at,
        s.last_seen_at, s.expires_at, s.proved_at, c.time_zone, ${IDLE_MINUTES} AS idle_minutes,
        ${minutes("manager.proofMinutes", accessRules.proofMinutes)} AS proof_minutes,
        (SELECT value FROM settings WHERE client_id = 0 AND key = 'navigation') AS navigation,
        (SELECT value FROM settings WHERE client_id = 0 AND key = 'stopped') AS stopped
      FROM admin_sessions s JOIN admins a ON a.id = s.admin_id AND a.active = 1
      LEFT JOIN clients c ON c.id = a.client_id
      WHERE s.token_hash = ? AND s.expires_at > ?`,
    args: [tokenHash, now],
  });
  const row = result.rows[0];
  if (!row) return null;
  const idleMs = Number(row.idle_minutes) * MINUTE_MS;
  // The limit may have been lowered since the session was used last.
  if (Number(row.last_seen_at) + idleMs <= now) return null;
  return {
    id: Number(row.session_id),
    admin: toAdmin(row),
    method: row.method as SignInMethod,
    mustChangePassword: Number(row.must_change_password) === 1,
    timeZone: row.time_zone === null ? null : String(row.time_zone),
    navigation: row.navigation === null ? null : String(row.navigation),
    stopped: row.stopped === null ? null : String(row.stopped),
    createdAt: Number(row.created_at),
    lastSeenAt: Number(row.last_seen_at),
    expiresAt: Number(row.expires_at),
    idleMs,
    provenUntil: Number(row.proved_at) + Number(row.proof_minutes) * MINUTE_MS,
  };
}

/** Whose session a token's hash was, also when it has expired; null: it is not on record (any more). */
export async function ownerOfSession(control: Database, tokenHash: string): Promise<number | null> {
  const result = await control.execute({
    sql: "SELECT admin_id FROM admin_sessions WHERE token_hash = ?",
    args: [tokenHash],
  });
  return result.rows[0] ? Number(result.rows[0].admin_id) : null;
}

/** Writes down that a session was used and moves its end, never past {@link accessRules}`.sessionMs` after its start. */
export async function keepSession(
  control: Database,
  tokenHash: string,
  session: AdminSession,
  now: number,
): Promise<void> {
  if (now - session.lastSeenAt < accessRules.seenEveryMs) return;
  const expiresAt = Math.min(now + session.idleMs, session.createdAt + accessRules.sessionMs);
  await control.execute({
    sql: "UPDATE admin_sessions SET last_seen_at = ?, expires_at = ? WHERE token_hash = ?",
    args: [now, expiresAt, tokenHash],
  });
}

/** Ends a session. */
export async function closeSession(control: Database, tokenHash: string): Promise<void> {
  await control.execute({ sql: "DELETE FROM admin_sessions WHERE token_hash = ?", args: [tokenHash] });
}
