import type { SQL } from "drizzle-orm";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";

const own = (registrations: SQL) => sql`client_id = ${thisClient} AND registration_id IN ${registrations}`;

/** Revokes what registrations that have left success were certified by. @param registrations a query of ids, in brackets */
export function revokeCertificates(registrations: SQL, now: number): SQL {
  return sql`UPDATE issued_certificates SET revoked_at = ${now}, updated_at = ${now} WHERE ${own(registrations)} AND revoked_at IS NULL`;
}

/** Makes certificates valid again whose registrations have become successful again. */
export function restoreCertificates(registrations: SQL, now: number): SQL {
  return sql`UPDATE issued_certificates SET revoked_at = NULL, updated_at = ${now} WHERE ${own(registrations)} AND revoked_at IS NOT NULL`;
}
