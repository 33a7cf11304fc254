import { randomBytes } from "node:crypto";
import type { AdminAccount } from "../../control/access/admins.ts";
import { readAdmin } from "../../control/access/admins.ts";
import { hashPassword } from "../../control/access/password.ts";
import { recordChanges } from "../../control/audit-trail.ts";
import { admins } from "../../control/schema.ts";
import type { Database } from "../../store/database.ts";
import { insert } from "../../store/insert.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { guardedBatch } from "../../store/step/guard.ts";
import { makePassword } from "./secrets.ts";

/** The address of the administrator that the first start makes. It may be changed afterwards. */
export const ADMIN_EMAIL = "admin@minutehand.example";

/** Name and password for a sign-in; null: the password is the one from before. */
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
  const first = sql`WHERE role = 'system_admin' ORDER BY email = ${ADMIN_EMAIL} DESC, active DESC, id LIMIT 1`;
  const [found] = await read(control, select(admins, ["id"], first));
  return found ? await readAdmin(control, found.id) : null;
}

async function makeFirst(control: Database, passwordHash: string, now: number): Promise<boolean> {
  const after = { email: ADMIN_EMAIL, name: "Administrator", role: "system_admin", clientId: 0 } as const;
  const isFirst = sql`NOT EXISTS (SELECT 1 FROM admins WHERE role = 'system_admin' OR email = ${ADMIN_EMAIL})`;
  const written = await guardedBatch(control, isFirst, [
    statement(insert(admins, { ...after, passwordHash, createdAt: now, updatedAt: now })),
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
      statement(
        sql`UPDATE admins SET password_hash = ${passwordHash}, active = 1, updated_at = ${now} WHERE id = ${account.id}`,
      ),
      statement(sql`DELETE FROM admin_sessions WHERE admin_id = ${account.id}`),
      recordChanges(
        [{ clientId: 0, actor: "--new-password", entity: "admin", entityId: account.id, action: "update", after }],
        now,
      ),
    ],
    "write",
  );
}
