import { randomBytes } from "node:crypto";
import { addAdmin, readAccount } from "../../control/access.ts";
import { hashPassword } from "../../control/password.ts";
import type { Database } from "../../store/database.ts";
import { makePassword } from "./secrets.ts";

export const ADMIN_EMAIL = "admin@minutehand.example";

/**
 * Makes sure that there is an administrator. A password is made with the account, or when `renew` asks for another; only its
 * hash is stored, so a later start cannot show it again. A new password ends the account's sessions.
 *
 * @param now ms
 * @returns the new password, or null when the old one was kept
 */
export async function ensureAdministrator(control: Database, renew: boolean, now: number): Promise<string | null> {
  const account = await readAccount(control, ADMIN_EMAIL);
  if (account && !renew) return null;
  const password = makePassword();
  const passwordHash = await hashPassword(password, randomBytes(16));
  if (account) {
    await control.batch(
      [
        {
          sql: "UPDATE admins SET password_hash = ?, active = 1, updated_at = ? WHERE id = ?",
          args: [passwordHash, now, account.id],
        },
        { sql: "DELETE FROM admin_sessions WHERE admin_id = ?", args: [account.id] },
      ],
      "write",
    );
  } else {
    const admin = {
      email: ADMIN_EMAIL,
      name: "Administrator",
      role: "system_admin",
      clientId: 0,
      passwordHash,
    } as const;
    // Another process that starts at the same moment may have been faster, with a password of its own.
    if (!(await addAdmin(control, admin, now))) return null;
  }
  return password;
}
