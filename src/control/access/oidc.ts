import type { Database, Statement } from "../../store/database.ts";
import { assignments, insert } from "../../store/insert.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { guardedBatch } from "../../store/step/guard.ts";
import { recordChanges } from "../audit-trail.ts";
import { admins, oidcNonces } from "../schema.ts";
import { accountName } from "./access.ts";

/** Time within which a sign-in by OpenID Connect must come back (ms). */
export const ATTEMPT_LIFE_MS = 10 * 60_000;

/** Writes down that a sign-in was begun. @param now ms */
export async function issueNonce(control: Database, issuer: string, nonceHash: string, now: number): Promise<void> {
  const row = { nonceHash, issuer, issuedAt: now, expiresAt: now + ATTEMPT_LIFE_MS };
  await control.execute(statement(insert(oidcNonces, row)));
}

/** The result of the check of a nonce that came back. */
export type NonceFate = "accepted" | "used" | "expired" | "unknown";

/** Takes a nonce back, once. Of two that come back at the same time one is accepted. @param now ms */
export async function useNonce(control: Database, issuer: string, nonceHash: string, now: number): Promise<NonceFate> {
  const these = sql`issuer = ${issuer} AND nonce_hash = ${nonceHash}`;
  const [taken, found] = await control.batch(
    [
      statement(
        sql`UPDATE oidc_nonces SET used_at = ${now} WHERE ${these} AND used_at IS NULL AND expires_at > ${now}`,
      ),
      statement(sql`SELECT used_at FROM oidc_nonces WHERE ${these}`),
    ],
    "write",
  );
  if ((taken?.rowsAffected ?? 0) > 0) return "accepted";
  const row = found?.rows[0];
  if (!row) return "unknown";
  return row.used_at === null ? "expired" : "used";
}

/** When a sign-in was begun (ms); null: it never was. */
export async function nonceIssuedAt(control: Database, issuer: string, nonceHash: string): Promise<number | null> {
  const [nonce] = await read(
    control,
    select(oidcNonces, ["issuedAt"], sql`WHERE issuer = ${issuer} AND nonce_hash = ${nonceHash}`),
  );
  return nonce?.issuedAt ?? null;
}

/** A person as a provider vouches for them. */
export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
}

/**
 * Whose account it is, or why it is no one account's: no account of that address, one that is switched off, one that another subject
 * of the provider is tied to, or an address that the provider does not vouch for.
 */
export type VouchedAccount =
  | { readonly state: "found"; readonly adminId: number }
  | { readonly state: "unknown" | "inactive" | "taken" | "unverified" };

/**
 * Finds the account of a person a provider vouches for: by issuer and subject, and, for an account that is tied to
 * no provider yet, by the verified e-mail address, which ties it. No account is ever made here.
 *
 * @param now ms
 */
export async function findVouched(control: Database, who: Vouched, now: number): Promise<VouchedAccount> {
  const tied = await readTied(control, who);
  if (tied) return tied;
  if (who.email === null || !who.emailVerified) return { state: "unverified" };
  const email = accountName(who.email);
  const names = ["id", "active", "clientId", "oidcSubject"] as const;
  const [account] = await read(control, select(admins, names, sql`WHERE email = ${email}`));
  if (!account) return { state: "unknown" };
  if (account.active !== 1) return { state: "inactive" };
  if (account.oidcSubject !== null) return { state: "taken" };
  const adminId = account.id;
  const record = recordChanges(
    [
      {
        clientId: account.clientId,
        actor: email,
        entity: "admin",
        entityId: adminId,
        action: "update",
        before: { oidcIssuer: null },
        after: { oidcIssuer: who.issuer },
      },
    ],
    now,
  );
  const written = await guardedBatch(control, untied(adminId, email, who), [tie(adminId, who, now), record]);
  if (written !== null) return { state: "found", adminId };
  // Another request was quicker: it may be the same person in another window.
  return (await readTied(control, who)) ?? { state: "taken" };
}

/** The account may still be tied to a person who is tied to none. */
const untied = (adminId: number, email: string, { issuer, subject }: Vouched) =>
  sql`EXISTS (SELECT 1 FROM admins WHERE id = ${adminId} AND active = 1 AND email = ${email} AND oidc_subject IS NULL)
    AND NOT EXISTS (SELECT 1 FROM admins WHERE oidc_issuer = ${issuer} AND oidc_subject = ${subject})`;

function tie(adminId: number, { issuer, subject }: Vouched, now: number): Statement {
  const changes = assignments(admins, { oidcIssuer: issuer, oidcSubject: subject, updatedAt: now });
  return statement(sql`UPDATE admins SET ${changes} WHERE id = ${adminId}`);
}

async function readTied(control: Database, { issuer, subject }: Vouched): Promise<VouchedAccount | null> {
  const tied = sql`WHERE oidc_issuer = ${issuer} AND oidc_subject = ${subject}`;
  const [account] = await read(control, select(admins, ["id", "active"], tied));
  if (!account) return null;
  return account.active === 1 ? { state: "found", adminId: account.id } : { state: "inactive" };
}
