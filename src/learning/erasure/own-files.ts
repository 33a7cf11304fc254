import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../day.ts";
import { stillDue } from "./person.ts";

/**
 * The rows of a person's own files behind an id: `id`, `key`. They are the person's by what they refer to: certificates, exports
 * that the person asked for, what belongs to the person, to a registration, an attempt or the person's own report subscription.
 */
export function selectFilesOf(personId: number, after: number, limit: number): SQL {
  const rows = (table: string, column = "person_id", more = sql``) =>
    sql`SELECT id FROM ${sql.identifier(table)} WHERE client_id = ${thisClient} AND ${sql.identifier(column)} = ${personId}${more}`;
  const registrations = rows("registrations");
  const certificates = sql`SELECT id FROM issued_certificates WHERE client_id = ${thisClient} AND person_id = ${personId}
    UNION SELECT id FROM issued_certificates WHERE client_id = ${thisClient} AND registration_id IN (${registrations})`;
  const kinds = "('temp','report','report_export','certificate','import','qti_task','content','sitemap','log')";
  // The index leads with the kind.
  const refers = (type: string, ids: SQL) =>
    sql`SELECT id FROM files WHERE client_id = ${thisClient} AND kind IN ${sql.raw(kinds)} AND ref_type = ${type} AND ref_id IN (${ids})`;
  return sql`SELECT id, key FROM files WHERE client_id = ${thisClient} AND id > ${after} AND id IN (
    SELECT file_id FROM issued_certificates WHERE id IN (${certificates})
    UNION SELECT file_id FROM report_calls WHERE client_id = ${thisClient} AND requested_by = ${personId}
    UNION ${refers("person", sql`SELECT ${personId}`)}
    UNION ${refers("registration", registrations)}
    UNION ${refers("attempt", rows("attempts"))}
    UNION ${refers("issued_certificate", certificates)}
    UNION ${refers("report_subscription", rows("report_subscriptions", "person_id", sql` AND audience = 'person'`))}
    UNION ${refers("report_call", rows("report_calls", "requested_by"))})
    ORDER BY id LIMIT ${limit}`;
}

/** The report subscriptions of a person: `id`. */
export function selectSubscriptionsOf(personId: number): SQL {
  return sql`SELECT id FROM report_subscriptions WHERE client_id = ${thisClient} AND person_id = ${personId} AND audience = 'person' ORDER BY id`;
}

/**
 * What follows for the rows once objects are gone: their rows are deleted, and nothing refers to them any more.
 *
 * @param fileIds rows of `files`
 * @param keys of objects, for rows that are known by their key alone
 * @param now ms
 */
export function forgetFiles(
  personId: number,
  cutoff: Day,
  { fileIds, keys }: { readonly fileIds: readonly number[]; readonly keys: readonly string[] },
  now: number,
): SQL[] {
  if (fileIds.length + keys.length === 0) return [];
  const gone = sql`(SELECT id FROM files WHERE client_id = ${thisClient} AND id IN (SELECT value FROM json_each(${JSON.stringify(fileIds)}))
    UNION SELECT id FROM files WHERE client_id = ${thisClient} AND key IN (SELECT value FROM json_each(${JSON.stringify(keys)})))`;
  const due = stillDue(personId, cutoff);
  return [
    sql`UPDATE issued_certificates SET file_id = NULL, file_deleted_at = coalesce(file_deleted_at, ${now})
      WHERE client_id = ${thisClient} AND file_id IN ${gone} AND ${due}`,
    sql`UPDATE report_calls SET file_id = NULL WHERE client_id = ${thisClient} AND requested_by = ${personId} AND file_id IN ${gone} AND ${due}`,
    sql`DELETE FROM import_seen WHERE client_id = ${thisClient} AND file_id IN ${gone} AND ${due}`,
    sql`DELETE FROM files WHERE client_id = ${thisClient} AND id IN ${gone} AND ${due}`,
  ];
}
