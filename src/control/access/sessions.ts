import type { Database } from "../../store/database.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { adminSessions } from "../schema.ts";
import type { SignInMethod } from "./access.ts";

/** A signed-in browser as its owner sees it. Instants in ms. */
export interface OwnSession {
  readonly id: number;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** As the browser names itself. */
  readonly userAgent: string;
  /** Roughly where it was at sign-in; '' when it is not known. */
  readonly address: string;
  readonly method: SignInMethod;
}

/** Sessions listed, at most: the ones used last. */
const LISTED = 100;

/** The sessions of an account that are still valid, the one used last first. @param now ms */
export async function listSessions(control: Database, adminId: number, now: number): Promise<OwnSession[]> {
  const names = ["id", "createdAt", "lastSeenAt", "expiresAt", "userAgent", "address", "method"] as const;
  const valid = sql`WHERE admin_id = ${adminId} AND expires_at > ${now} ORDER BY last_seen_at DESC, id DESC LIMIT ${LISTED}`;
  return await read(control, select(adminSessions, names, valid));
}

/** Ends one session of an account. Returns whether there was one. */
export async function endSession(control: Database, adminId: number, sessionId: number): Promise<boolean> {
  const result = await control.execute(
    statement(sql`DELETE FROM admin_sessions WHERE id = ${sessionId} AND admin_id = ${adminId}`),
  );
  return result.rowsAffected > 0;
}

/** Ends all sessions of an account but one. Returns how many ended. */
export async function endOtherSessions(control: Database, adminId: number, keptId: number): Promise<number> {
  const result = await control.execute(
    statement(sql`DELETE FROM admin_sessions WHERE admin_id = ${adminId} AND id <> ${keptId}`),
  );
  return result.rowsAffected;
}
