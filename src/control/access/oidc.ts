import type { Row } from "@libsql/client";
import type { Database } from "../../store/database.ts";
import { guardedBatch } from "../../store/guard.ts";
import { recordChanges } from "../audit-trail.ts";
import { accountName } from "./access.ts";

/** A sign-in by OpenID Connect must come back within so many ms. */
export const ATTEMPT_LIFE_MS = 10 * 60_000;

/** Writes down that a sign-in was begun. @param now ms */
export async function issueNonce(control: Database, issuer: string, nonceHash: string, now: number): Promise<void> {
  await control.execute({
    sql: "INSERT INTO oidc_nonces (nonce_hash, issuer, issued_at, expires_at) VALUES (?, ?, ?, ?)",
    args: [nonceHash, issuer, now, now + ATTEMPT_LIFE_MS],
  });
}

/** What became of a nonce that came back. */
export type NonceFate = "accepted" | "used" | "expired" | "unknown";

/** Takes a nonce back, once. Of two that come back at the same time one is accepted. @param now ms */
export async function useNonce(control: Database, issuer: string, nonceHash: string, now: number): Promise<NonceFate> {
  const [taken, found] = await control.batch(
    [
      {
        sql: `UPDATE oidc_nonces SET used_at = ?
          WHERE issuer = ? AND nonce_hash = ? AND used_at IS NULL AND expires_at > ?`,
        args: [now, issuer, nonceHash, now],
      },
      { sql: "SELECT used_at FROM oidc_nonces WHERE issuer = ? AND nonce_hash = ?", args: [issuer, nonceHash] },
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
  const result = await control.execute({
    sql: "SELECT issued_at FROM oidc_nonces WHERE issuer = ? AND nonce_hash = ?",
    args: [issuer, nonceHash],
  });
  const row = result.rows[0];
  return row ? Number(row.issued_at) : null;
}

/** Somebody as a provider vouches for them. */
export interface Vouched {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
}

/**
 * Whose account it is, or why it is nobody's: no account of that address, one that is switched off, one that another subject
 * of the provider is tied to, or an address that the provider does not vouch for.
 */
export type VouchedAccount =
  | { readonly state: "found"; readonly adminId: number }
  | { readonly state: "unknown" | "inactive" | "taken" | "unverified" };

/**
 * Finds the account of somebody whom a provider vouches for: by issuer and subject, and, for an account that is tied to
 * nobody yet, by the verified e-mail address, which ties it. No account is ever made here.
 *
 * @param now ms
 */
export async function findVouched(control: Database, who: Vouched, now: number): Promise<VouchedAccount> {
  const tied = await readTied(control, who);
  if (tied) return tied;
  if (who.email === null || !who.emailVerified) return { state: "unverified" };
  const email = accountName(who.email);
  const result = await control.execute({
    sql: "SELECT id, active, client_id, oidc_subject FROM admins WHERE email = ?",
    args: [email],
  });
  const row = result.rows[0];
  if (!row) return { state: "unknown" };
  if (Number(row.active) !== 1) return { state: "inactive" };
  if (row.oidc_subject !== null) return { state: "taken" };
  const adminId = Number(row.id);
  const record = recordChanges(
    [
      {
        clientId: Number(row.client_id),
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
  const written = await guardedBatch(
    control,
    {
      sql: `EXISTS (SELECT 1 FROM admins WHERE id = ? AND active = 1 AND email = ? AND oidc_subject IS NULL)
        AND NOT EXISTS (SELECT 1 FROM admins WHERE oidc_issuer = ? AND oidc_subject = ?)`,
      args: [adminId, email, who.issuer, who.subject],
    },
    [
      {
        sql: "UPDATE admins SET oidc_issuer = ?, oidc_subject = ?, updated_at = ? WHERE id = ?",
        args: [who.issuer, who.subject, now, adminId],
      },
      record,
    ],
  );
  if (written !== null) return { state: "found", adminId };
  // Somebody was quicker: it may be the same person in another window.
  return (await readTied(control, who)) ?? { state: "taken" };
}

async function readTied(control: Database, { issuer, subject }: Vouched): Promise<VouchedAccount | null> {
  const result = await control.execute({
    sql: "SELECT id, active FROM admins WHERE oidc_issuer = ? AND oidc_subject = ?",
    args: [issuer, subject],
  });
  const row: Row | undefined = result.rows[0];
  if (!row) return null;
  return Number(row.active) === 1 ? { state: "found", adminId: Number(row.id) } : { state: "inactive" };
}
