import type { Database } from "../../store/database.ts";
import type { SignInMethod } from "./access.ts";

/** A signed-in browser as its owner sees it. Instants in ms. */
export interface OwnSession {
  readonly id: number;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** As the browser names itself. */
  readonly userAgent: string;
  /** Roughly where it was at sign-in; '' when nobody knows. */
  readonly address: string;
  readonly method: SignInMethod;
}

/** At most so many are listed, the ones used last. */
const LISTED = 100;

/** The sessions of an account that are still valid, the one used last first. @param now ms */
export async function listSessions(control: Database, adminId: number, now: number): Promise<OwnSession[]> {
  const result = await control.execute({
    sql: `SELECT id, created_at, last_seen_at, expires_at, user_agent, address, method FROM admin_sessions
      WHERE admin_id = ? AND expires_at > ? ORDER BY last_seen_at DESC, id DESC LIMIT ${LISTED}`,
    args: [adminId, now],
  });
  return result.rows.map((row) => ({
    id: Number(row.id),
    createdAt: Number(row.created_at),
    lastSeenAt: Number(row.last_seen_at),
    expiresAt: Number(row.expires_at),
    userAgent: String(row.user_agent),
    address: String(row.address),
    method: row.method as SignInMethod,
  }));
}

/** Ends one session of an account. Returns whether there was one. */
export async function endSession(control: Database, adminId: number, sessionId: number): Promise<boolean> {
  const result = await control.execute({
    sql: "DELETE FROM admin_sessions WHERE id = ? AND admin_id = ?",
    args: [sessionId, adminId],
  });
  return result.rowsAffected > 0;
}

/** Ends all sessions of an account but one. Returns how many ended. */
export async function endOtherSessions(control: Database, adminId: number, keptId: number): Promise<number> {
  const result = await control.execute({
    sql: "DELETE FROM admin_sessions WHERE admin_id = ? AND id <> ?",
    args: [adminId, keptId],
  });
  return result.rowsAffected;
}
