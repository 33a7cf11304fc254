import type { Database, Statement } from "../../store/database.ts";
import { insert } from "../../store/insert.ts";
import { columns, part, type RowOf, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { adminSessions, admins } from "../schema.ts";

export const adminRoles = ["system_admin", "client_admin", "read_only"] as const;
export type AdminRole = (typeof adminRoles)[number];

/** Someone who may use the manager, without the password's hash. */
export interface Admin {
  readonly id: number;
  /** Lower case. */
  readonly email: string;
  readonly name: string;
  readonly role: AdminRole;
  /** The client that a client admin or a read-only account is limited to; 0: all. */
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
  /** Another person knows the account's password: only the page that changes it is open. */
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
  /** Time (ms) without a request after which it ends. */
  readonly idleMs: number;
  /** Its owner proved who it is, at sign-in or since, and that still counts until this instant. */
  readonly provenUntil: number;
}

const MINUTE_MS = 60_000;

/** The rules of a session. */
export const accessRules = {
  /** Time (ms) after sign-in at which a session ends, whatever happens in it. */
  sessionMs: 12 * 3_600_000,
  /** Minutes without a request after which a session ends; settings `manager.systemIdleMinutes`, `manager.idleMinutes`. */
  idleMinutes: { system: 30, others: 120 },
  /** Minutes for which a proof of identity lasts; accounts and connectors are changed with one only. Setting `manager.proofMinutes`. */
  proofMinutes: 10,
  /** A session's last use is written down at most once in this time (ms). */
  seenEveryMs: 60_000,
} as const;

/** A setting of all clients that is a number of minutes, in SQL. */
const minutes = (key: string, fallback: number) =>
  sql`coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE client_id = 0 AND key = ${key}), ${fallback})`;

/** Minutes until an idle session of the account `a` ends, in SQL. */
const IDLE_MINUTES = sql`CASE a.role WHEN 'system_admin' THEN ${minutes("manager.systemIdleMinutes", accessRules.idleMinutes.system)}
  ELSE ${minutes("manager.idleMinutes", accessRules.idleMinutes.others)} END`;

/** The key under which an e-mail address is an account. */
export function accountName(email: string): string {
  return email.trim().toLowerCase();
}

/** The columns that make an {@link Admin}. */
export const adminColumns = ["id", "email", "name", "role", "clientId"] as const;

/** The account of an e-mail address, in any case; null when there is none. */
export async function readAccount(control: Database, email: string): Promise<Account | null> {
  const names = [...adminColumns, "active", "passwordHash"] as const;
  const [row] = await read(control, select(admins, names, sql`WHERE email = ${accountName(email)}`));
  return row ? { ...row, active: row.active === 1 } : null;
}

/** Adds an account, or does nothing when the address has one already. Returns whether it was added. */
export async function addAdmin(control: Database, admin: NewAdmin, now: number): Promise<boolean> {
  const row = { ...admin, email: accountName(admin.email), createdAt: now, updatedAt: now };
  const result = await control.execute(statement(insert(admins, row, sql`ON CONFLICT (email) DO NOTHING`)));
  return result.rowsAffected > 0;
}

/** A session to be opened; the hashes are those of the new token and of the one that it replaces (null: none). */
export interface NewSession {
  readonly adminId: number;
  readonly tokenHash: string;
  readonly replacesHash: string | null;
  readonly userAgent: string;
  /** Roughly where the browser is; default unknown. */
  readonly address?: string;
  /** Default by password. */
  readonly method?: SignInMethod;
  /** When its owner proved who it is (ms); default now. */
  readonly provedAt?: number;
}

/**
 * Opens a session in place of the one that the browser came with, so that a token never survives a sign-in, and clears
 * away sessions that have expired.
 *
 * @param now ms
 */
export async function openSession(control: Database, session: NewSession, now: number): Promise<void> {
  await control.batch(
    [
      statement(sql`DELETE FROM admin_sessions WHERE token_hash = ${session.replacesHash} OR expires_at <= ${now}`),
      insertSession(session, now),
      statement(sql`UPDATE admins SET last_sign_in_at = ${now} WHERE id = ${session.adminId}`),
    ],
    "write",
  );
}

function insertSession(session: NewSession, now: number): Statement {
  const { tokenHash, userAgent, address = "", method = "password", provedAt = now } = session;
  return statement(sql`INSERT INTO admin_sessions
      (token_hash, admin_id, created_at, last_seen_at, proved_at, expires_at, user_agent, address, method)
    SELECT ${tokenHash}, a.id, ${now}, ${now}, ${provedAt}, ${now} + 60000 * (${IDLE_MINUTES}), ${userAgent.slice(0, 200)},
      ${address}, ${method} FROM admins a WHERE a.id = ${session.adminId}`);
}

/** A session `s` of an active account `a`, as it is read. */
const sessionColumns = columns(adminSessions, ["method", "createdAt", "lastSeenAt", "expiresAt", "provedAt"], "s");
const accountColumns = columns(admins, [...adminColumns, "mustChangePassword"], "a");

/** The session of a token's hash while it is valid and its account is active; else null. */
export async function readSession(control: Database, tokenHash: string, now: number): Promise<AdminSession | null> {
  const [row] = await read<
    RowOf<typeof accountColumns> &
      RowOf<typeof sessionColumns> & {
        sessionId: number;
        timeZone: string | null;
        idleMinutes: number;
        proofMinutes: number;
        navigation: string | null;
        stopped: string | null;
      }
  >(
    control,
    sql`SELECT ${accountColumns}, ${sessionColumns}, s.id AS "sessionId", c.time_zone AS "timeZone", ${IDLE_MINUTES} AS "idleMinutes",
        ${minutes("manager.proofMinutes", accessRules.proofMinutes)} AS "proofMinutes",
        (SELECT value FROM settings WHERE client_id = 0 AND key = 'navigation') AS navigation,
        (SELECT value FROM settings WHERE client_id = 0 AND key = 'stopped') AS stopped
      FROM admin_sessions s JOIN admins a ON a.id = s.admin_id AND a.active = 1
      LEFT JOIN clients c ON c.id = a.client_id
      WHERE s.token_hash = ${tokenHash} AND s.expires_at > ${now}`,
  );
  if (!row) return null;
  const idleMs = row.idleMinutes * MINUTE_MS;
  // The limit may have been lowered since the session was used last.
  if (row.lastSeenAt + idleMs <= now) return null;
  return {
    ...part(row, ["method", "timeZone", "navigation", "stopped", "createdAt", "lastSeenAt", "expiresAt"]),
    id: row.sessionId,
    admin: part(row, adminColumns),
    mustChangePassword: row.mustChangePassword === 1,
    idleMs,
    provenUntil: row.provedAt + row.proofMinutes * MINUTE_MS,
  };
}

/** Whose session a token's hash was, also when it has expired; null: it is not on record (any more). */
export async function ownerOfSession(control: Database, tokenHash: string): Promise<number | null> {
  const [session] = await read(control, select(adminSessions, ["adminId"], sql`WHERE token_hash = ${tokenHash}`));
  return session?.adminId ?? null;
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
  await control.execute(
    statement(
      sql`UPDATE admin_sessions SET last_seen_at = ${now}, expires_at = ${expiresAt} WHERE token_hash = ${tokenHash}`,
    ),
  );
}

/** Ends a session. */
export async function closeSession(control: Database, tokenHash: string): Promise<void> {
  await control.execute(statement(sql`DELETE FROM admin_sessions WHERE token_hash = ${tokenHash}`));
}
