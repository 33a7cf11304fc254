import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { assignments, insert, type Written } from "../../store/insert.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { guardedBatch, isConstraintError } from "../../store/step/guard.ts";
import { type AdminChange, recordChanges } from "../audit-trail.ts";
import { admins } from "../schema.ts";
import { type Admin, type AdminRole, accountName, adminColumns } from "./access.ts";

/** An account as those see it who look after accounts. Instants in ms. */
export interface AdminAccount extends Admin {
  readonly active: boolean;
  readonly hasPassword: boolean;
  readonly mustChangePassword: boolean;
  readonly lastSignInAt: number | null;
  /** The OpenID provider that vouches for it; null: none yet. */
  readonly oidcIssuer: string | null;
}

/** What can be changed of an account by hand. */
export interface AdminInput {
  readonly email: string;
  readonly name: string;
  readonly role: AdminRole;
  /** 0: every client. */
  readonly clientId: number;
}

/**
 * How a change of an account ended. `last`: the last active system admin cannot be switched off or lose the role. `taken`:
 * another account has the e-mail address.
 */
export type AdminResult =
  | { readonly state: "saved"; readonly adminId: number }
  | { readonly state: "missing" | "taken" | "last" };

async function readAccounts(control: Database, rest: SQL): Promise<AdminAccount[]> {
  const names = [
    ...adminColumns,
    "active",
    "passwordHash",
    "mustChangePassword",
    "lastSignInAt",
    "oidcIssuer",
  ] as const;
  const rows = await read(control, select(admins, names, rest));
  return rows.map(({ passwordHash, ...row }) => ({
    ...row,
    active: row.active === 1,
    hasPassword: passwordHash !== null,
    mustChangePassword: row.mustChangePassword === 1,
  }));
}

/** Accounts by id, those after `after`. */
export async function listAdmins(control: Database, page: { after: number; limit: number }): Promise<AdminAccount[]> {
  return await readAccounts(control, sql`WHERE id > ${page.after} ORDER BY id LIMIT ${page.limit}`);
}

/** One account; null when there is none. */
export async function readAdmin(control: Database, id: number): Promise<AdminAccount | null> {
  const [account] = await readAccounts(control, sql`WHERE id = ${id}`);
  return account ?? null;
}

/** The account's password as stored; null: it has none. */
export async function readPasswordHash(control: Database, id: number): Promise<string | null> {
  const [account] = await read(control, select(admins, ["passwordHash"], sql`WHERE id = ${id}`));
  return account?.passwordHash ?? null;
}

/** One record of a change of an account. */
const change = (actor: string, account: { id: number | null; clientId: number }, rest: Partial<AdminChange>) =>
  ({
    clientId: account.clientId,
    actor,
    entity: "admin",
    entityId: account.id,
    action: "update",
    ...rest,
  }) satisfies AdminChange;

/** A batch of which one statement may meet the unique e-mail address; null when it did. */
async function unlessTaken(control: Database, statements: readonly Statement[]) {
  try {
    return await control.batch([...statements], "write");
  } catch (error) {
    if (isConstraintError(error)) return null;
    throw error;
  }
}

/**
 * Adds an account with a password that its owner must change at the first sign-in.
 *
 * @param actor e-mail address of who adds it
 * @param now ms
 */
export async function createAdmin(
  control: Database,
  input: AdminInput & { readonly passwordHash: string },
  actor: string,
  now: number,
): Promise<AdminResult> {
  const email = accountName(input.email);
  const { name, role, clientId } = input;
  const after = { email, name, role, clientId };
  const results = await unlessTaken(control, [
    insertAdmin({ ...after, passwordHash: input.passwordHash }, now),
    recordChanges([change(actor, { id: null, clientId }, { action: "create", after })], now),
  ]);
  return results ? { state: "saved", adminId: Number(results[0]?.rows[0]?.id) } : { state: "taken" };
}

function insertAdmin(account: AdminInput & { readonly passwordHash: string }, now: number): Statement {
  const row = { ...account, mustChangePassword: true, active: true, createdAt: now, updatedAt: now };
  return statement(insert(admins, row, sql`RETURNING id`));
}

/** True while the account may cease to be an active system admin: it is none, or there is another. */
const notTheLast = (id: number) =>
  sql`EXISTS (SELECT 1 FROM admins a WHERE a.id = ${id} AND (a.role <> 'system_admin' OR a.active = 0
    OR EXISTS (SELECT 1 FROM admins o WHERE o.role = 'system_admin' AND o.active = 1 AND o.id <> a.id)))`;

const isThere = (id: number) => sql`EXISTS (SELECT 1 FROM admins WHERE id = ${id})`;

function setAccount(id: number, changes: Partial<Written<typeof admins>>, now: number): Statement {
  return statement(sql`UPDATE admins SET ${assignments(admins, { ...changes, updatedAt: now })} WHERE id = ${id}`);
}

/**
 * Changes an account, unless it would leave no active system admin.
 *
 * @param actor e-mail address of who changes it
 * @param now ms
 */
export async function updateAdmin(
  control: Database,
  id: number,
  input: AdminInput,
  actor: string,
  now: number,
): Promise<AdminResult> {
  const stored = await readAdmin(control, id);
  if (!stored) return { state: "missing" };
  const wanted = { email: accountName(input.email), name: input.name, role: input.role, clientId: input.clientId };
  const { before, after } = differences(stored, wanted);
  if (Object.keys(after).length === 0) return { state: "saved", adminId: id };
  const staysSystem = wanted.role === "system_admin";
  const condition = staysSystem ? isThere(id) : notTheLast(id);
  try {
    const done = await guardedBatch(control, condition, [
      setAccount(id, wanted, now),
      recordChanges([change(actor, { id, clientId: wanted.clientId }, { before, after })], now),
    ]);
    return done === null ? { state: staysSystem ? "missing" : "last" } : { state: "saved", adminId: id };
  } catch (error) {
    if (isConstraintError(error)) return { state: "taken" };
    throw error;
  }
}

/** What differs, of an account. */
function differences<T extends object>(before: T, after: Partial<T>) {
  const changed = (Object.keys(after) as (keyof T)[]).filter((key) => before[key] !== after[key]);
  const pick = (from: Partial<T>) => Object.fromEntries(changed.map((key) => [key, from[key]]));
  return { before: pick(before), after: pick(after) };
}

/**
 * Switches an account off, which ends its sessions, or on again. The last active system admin stays on.
 *
 * @param actor e-mail address of who does it
 * @param now ms
 */
export async function switchAdmin(
  control: Database,
  id: number,
  active: boolean,
  actor: string,
  now: number,
): Promise<AdminResult> {
  const stored = await readAdmin(control, id);
  if (!stored) return { state: "missing" };
  if (stored.active === active) return { state: "saved", adminId: id };
  const condition = active ? isThere(id) : notTheLast(id);
  const done = await guardedBatch(control, condition, [
    setAccount(id, { active }, now),
    ...(active ? [] : [endSessions(id)]),
    recordChanges([change(actor, stored, { before: { active: stored.active }, after: { active } })], now),
  ]);
  return done === null ? { state: "last" } : { state: "saved", adminId: id };
}

/**
 * Gives an account another password and ends its sessions.
 *
 * @param password the hash, and whether its owner must change it at the next sign-in
 * @param actor e-mail address of who does it
 * @param now ms
 */
export async function setPassword(
  control: Database,
  account: Admin,
  password: { readonly hash: string; readonly mustChange: boolean },
  actor: string,
  now: number,
): Promise<void> {
  const after = password.mustChange ? { password: "made anew", mustChangePassword: true } : { password: "changed" };
  await control.batch(
    [
      setAccount(account.id, { passwordHash: password.hash, mustChangePassword: password.mustChange }, now),
      endSessions(account.id),
      recordChanges([change(actor, account, { after })], now),
    ],
    "write",
  );
}

/**
 * Unties an account from its OpenID provider and ends the sessions that were opened through it. The next sign-in by a verified
 * e-mail address ties it again.
 *
 * @param actor e-mail address of who does it
 * @param now ms
 */
export async function untieAdmin(control: Database, account: AdminAccount, actor: string, now: number): Promise<void> {
  await control.batch(
    [
      setAccount(account.id, { oidcIssuer: null, oidcSubject: null }, now),
      statement(sql`DELETE FROM admin_sessions WHERE admin_id = ${account.id} AND method = 'openid'`),
      recordChanges(
        [change(actor, account, { before: { oidcIssuer: account.oidcIssuer }, after: { oidcIssuer: null } })],
        now,
      ),
    ],
    "write",
  );
}

const endSessions = (adminId: number): Statement =>
  statement(sql`DELETE FROM admin_sessions WHERE admin_id = ${adminId}`);
