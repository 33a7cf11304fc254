import { randomBytes } from "node:crypto";
import type { AdminAccount } from "../../control/access/admins.ts";
import { readAdmin } from "../../control/access/admins.ts";
import { hashPassword } from "../../control/access/password.ts";
import { recordChanges } from "../../control/audit-trail.ts";
import type { Database } from "../../store/database.ts";
import { guardedBatch } from "../../store/guard.ts";
import { makePassword } from "./secrets.ts";

/** The address of the administrator that the first start makes. It may be changed afterwards. */
export const ADMIN_EMAIL = "admin@minutehand.example";

/** With what somebody can sign in; null: the password is the one from before. */
export interface FirstAdministrator {
  readonly email: string;
  readonly password: string | null;
}

/**
 * Makes sure that there is a system administrator. The account is made only where there is none at all, so one that was renamed or
 * has handed its role on is not made a second time. A password is made with the account, or when `renew` asks for another; only
 * its hash is stored, so a later start cannot show it again. A new password switches the account on and ends its sessions.
 *
 * With `renew` the account of {@link ADMIN_EMAIL} is meant, or else the oldest system administrator. What is made or changed here
 * is in the audit.
 *
 * @param now ms
 */
export async function ensureAdministrator(control: Database, renew: boolean, now: number): Promise<FirstAdministrator> {
  const account = (await readFirst(control)) ?? null;
  if (account && !renew) return { email: account.email, password: null };
  const password = makePassword();
  const passwordHash = await hashPassword(password, randomBytes(16));
  if (account) {
    await renewPassword(control, account, passwordHash, now);
    return { email: account.email, password };
  }
  // Another process that starts at the same moment may have been faster, with a password of its own.
  const isMade = await makeFirst(control, passwordHash, now);
  return { email: ADMIN_EMAIL, password: isMade ? password : null };
}

async function readFirst(control: Database): Promise<AdminAccount | null> {
  const found = await control.execute({
    sql: "SELECT id FROM admins WHERE role = 'system_admin' ORDER BY email = ? DESC, active DESC, id LIMIT 1",
    args: [ADMIN_EMAIL],
  });
  const id = found.rows[0]?.id;
  return id === undefined ? null : await readAdmin(control, Number(id));
}

async function makeFirst(control: Database, passwordHash: string, now: number): Promise<boolean> {
  const after = { email: ADMIN_EMAIL, name: "Administrator", role: "system_admin", clientId: 0 } as const;
  const nobody = {
    sql: "NOT EXISTS (SELECT 1 FROM admins WHERE role = 'system_admin' OR email = ?)",
    args: [ADMIN_EMAIL],
  };
  const written = await guardedBatch(control, nobody, [
    {
      sql: `INSERT INTO admins (email, name, password_hash, role, client_id, active, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, 1, ?, ?)`,
      args: [after.email, after.name, passwordHash, after.role, after.clientId, now, now],
    },
    recordChanges(
      [{ clientId: 0, actor: "first start", entity: "admin", entityId: null, action: "create", after }],
      now,
    ),
  ]);
  return written !== null;
}

async function renewPassword(control: Database, account: AdminAccount, passwordHash: string, now: number) {
  const after = { password: "made anew", active: true };
  await control.batch(
    [
      {
        sql: "UPDATE admins SET password_hash = ?, active = 1, updated_at = ? WHERE id = ?",
        args: [passwordHash, now, account.id],
      },
      { sql: "DELETE FROM admin_sessions WHERE admin_id = ?", args: [account.id] },
      recordChanges(
        [{ clientId: 0, actor: "--new-password", entity: "admin", entityId: account.id, action: "update", after }],
        now,
      ),
    ],
    "write",
  );
}
