import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";

/** What everybody may know of a certificate. */
export interface VerifiedCertificate {
  /** What it is for. */
  readonly title: string;
  readonly issuedOn: Day;
  /** 1: it was revoked. */
  readonly revoked: 0 | 1;
}

/** The certificate with a code: its newest version. */
export function selectVerified(code: string): SQL<VerifiedCertificate> {
  return sql<VerifiedCertificate>`SELECT title, issued_on AS "issuedOn", revoked_at IS NOT NULL AS revoked FROM issued_certificates
    WHERE client_id = ${thisClient} AND verification_code = ${code} ORDER BY major_version DESC LIMIT 1`;
}
