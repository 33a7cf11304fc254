import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { stillDue } from "./person.ts";

/** What the keys of a person's own files look like where no row needs to tell whose they are. */
export interface FileNames {
  /** Below it lie the reports of all subscriptions; `<subscription>/<day>_<person>.<ending>` is the person's. */
  readonly reports: string;
  /** Keys that begin so are the person's. */
  readonly prefixes: readonly string[];
}

/** Whether a report was made for a person by a subscription of a group or client. */
export function isReportFor(personId: number, key: string): boolean {
  return new RegExp(`/\\d{4}-\\d{2}-\\d{2}_${personId}\\.[a-z]+$`).test(key);
}

/**
 * The rows of a person's own files behind an id: `id`, `key`. They are the person's by what they refer to: certificates, exports
 * that the person asked for, what belongs to the person, to a registration, an attempt or the person's own report subscription; or
 * by their keys.
 */
export function selectFilesOf(personId: number, names: FileNames, after: number, limit: number): SQL {
  const rows = (table: string, column = "person_id", more = sql``) =>
    sql`SELECT id FROM ${sql.identifier(table)} WHERE client_id = ${thisClient} AND ${sql.identifier(column)} = ${personId}${more}`;
  const registrations = rows("registrations");
  const certificates = sql`SELECT id FROM issued_certificates WHERE client_id = ${thisClient} AND person_id = ${personId}
    UNION SELECT id FROM issued_certificates WHERE client_id = ${thisClient} AND registration_id IN (${registrations})`;
  const kinds = "('temp','report','report_export','certificate','import','qti_task','content','sitemap','log')";
  // The index leads with the kind.
  const refers = (type: string, ids: SQL) =>
    sql`SELECT id FROM files WHERE client_id = ${thisClient} AND kind IN ${sql.raw(kinds)} AND ref_type = ${type} AND ref_id IN (${ids})`;
  const byPrefix = names.prefixes.map(
    (prefix) =>
      sql` UNION SELECT id FROM files WHERE +client_id = ${thisClient} AND key >= ${prefix} AND key < ${`${prefix}\uffff`}`,
  );
  return sql`SELECT id, key FROM files WHERE +client_id = ${thisClient} AND id > ${after} AND id IN (
    SELECT file_id FROM issued_certificates WHERE id IN (${certificates})
    UNION SELECT file_id FROM report_calls WHERE client_id = ${thisClient} AND requested_by = ${personId}
    UNION ${refers("person", sql`SELECT ${personId}`)}
    UNION ${refers("registration", registrations)}
    UNION ${refers("attempt", rows("attempts"))}
    UNION ${refers("issued_certificate", certificates)}
    UNION ${refers("report_subscription", rows("report_subscriptions", "person_id", sql` AND audience = 'person'`))}
    UNION ${refers("report_call", rows("report_calls", "requested_by"))}
    UNION SELECT id FROM files WHERE client_id = ${thisClient} AND kind = 'report'
      AND key GLOB ${`${names.reports}*/????-??-??_${personId}.*`}${sql.join(byPrefix, sql``)})
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
 * @param now ms
 */
export function forgetFiles(personId: number, cutoff: Day, fileIds: readonly number[], now: number): SQL[] {
  if (fileIds.length === 0) return [];
  const gone = sql`(SELECT value FROM json_each(${JSON.stringify(fileIds)}))`;
  const due = stillDue(personId, cutoff);
  return [
    sql`UPDATE issued_certificates SET file_id = NULL, file_deleted_at = coalesce(file_deleted_at, ${now})
      WHERE client_id = ${thisClient} AND file_id IN ${gone} AND ${due}`,
    sql`UPDATE report_calls SET file_id = NULL WHERE client_id = ${thisClient} AND requested_by = ${personId} AND file_id IN ${gone} AND ${due}`,
    sql`DELETE FROM import_seen WHERE client_id = ${thisClient} AND file_id IN ${gone} AND ${due}`,
    sql`DELETE FROM files WHERE client_id = ${thisClient} AND id IN ${gone} AND ${due}`,
  ];
}
