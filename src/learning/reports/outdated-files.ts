import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";

/** Where a file stands among those of its kind, the oldest first. `storedAt` is an instant (ms). */
export interface StoredFileKey {
  readonly storedAt: number;
  readonly id: number;
}

/** A file that may go. */
export interface OutdatedFile extends StoredFileKey {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** The folder, day and recipient that stand in the key of a subscription's file: `…/5/2026-03-02_17.csv`. */
const folder = sql`substr(file.key, 1, instr(file.key, '_') - 11)`;
const day = sql`substr(file.key, instr(file.key, '_') - 10, 10)`;
const recipient = sql`CAST(substr(file.key, instr(file.key, '_') + 1) AS INTEGER)`;

/** The first day behind one on which there are files in the folder of `file`; NULL: none. "`" follows "_", and "~" all digits. */
const nextDay = (after: SQL) => sql`(SELECT substr(min(next.key), length(${folder}) + 1, 10) FROM files AS next
  WHERE next.key > ${folder} || ${after} || '\`' AND next.key < ${folder} || '~')`;

/** There is a file of a later day for the same recipient: looked for by its key, on each later day on which there are files. */
const newerFile = sql`EXISTS (
  WITH RECURSIVE later (day) AS (
    SELECT ${nextDay(day)} UNION ALL SELECT ${nextDay(sql`later.day`)} FROM later WHERE later.day IS NOT NULL)
  SELECT 1 FROM later CROSS JOIN files AS newer ON newer.key IN (${folder} || later.day || '_' || ${recipient} || '.csv',
    ${folder} || later.day || '_' || ${recipient} || '.xlsx')
  WHERE +newer.client_id = ${thisClient} AND newer.state = 'ready')`;

/** Behind a file, the oldest first, in the order of the index. */
const storedBefore = (kind: string, limit: number, after: StoredFileKey | null) =>
  sql`file.client_id = ${thisClient} AND file.kind = ${kind} AND file.stored_at < ${limit}
    AND (file.stored_at, file.id) > (${after?.storedAt ?? -1}, ${after?.id ?? 0}) AND file.state <> 'deleted'`;
const oldestFirst = (count: number) => sql`ORDER BY file.stored_at, file.id LIMIT ${count}`;

/**
 * Files of subscriptions that were stored before an instant (ms), but for those whose mail is still to be sent. With `keepLatest`
 * also but for the file of the latest day of each subscription and recipient, while there is the subscription and the recipient is active.
 */
export function selectOldReports(
  before: number,
  keepLatest: boolean,
  after: StoredFileKey | null,
  limit: number,
): SQL<OutdatedFile> {
  const goes = keepLatest
    ? sql`(NOT EXISTS (SELECT 1 FROM report_subscriptions AS subscription
          WHERE subscription.id = file.ref_id AND +subscription.client_id = file.client_id)
        OR NOT EXISTS (SELECT 1 FROM persons AS person
          WHERE person.id = ${recipient} AND +person.client_id = file.client_id AND +person.auth_status = 'active')
        OR ${newerFile})`
    : sql`1`;
  return sql<OutdatedFile>`SELECT file.id, file.key, file.size, file.stored_at AS storedAt FROM files AS file
    WHERE ${storedBefore("report", before, after)} AND +file.ref_type = 'report_subscription'
      AND NOT EXISTS (SELECT 1 FROM messages AS mail WHERE mail.client_id = ${thisClient} AND mail.channel = 'mail'
        AND mail.dedupe_key = 'rep|' || file.ref_id || '|' || ${day} || '|' || ${recipient}
        AND +mail.status IN ('to_forward', 'sending'))
      AND ${goes}
    ${oldestFirst(limit)}`;
}

/** Reports (kind `report`) or exports that were stored before an instant (ms), whatever they are for. */
export function selectOutdatedFiles(
  kind: "report" | "report_export",
  before: number,
  after: StoredFileKey | null,
  limit: number,
): SQL<OutdatedFile> {
  return sql<OutdatedFile>`SELECT file.id, file.key, file.size, file.stored_at AS storedAt FROM files AS file
    WHERE ${storedBefore(kind, before, after)} ${oldestFirst(limit)}`;
}

/** In the condition of a row of `files`: it has been `deleted` since before an instant (ms). */
const longDeleted = (kind: string, before: number, plus: SQL) =>
  sql`${plus}client_id = ${thisClient} AND ${plus}kind = ${kind} AND state = 'deleted' AND updated_at < ${before}`;

/** Rows of files of a kind that have been `deleted` since before an instant (ms), the oldest first. */
export function selectForgottenFiles(
  kind: string,
  before: number,
  after: StoredFileKey | null,
  limit: number,
): SQL<StoredFileKey> {
  // What was deleted by then was stored before.
  return sql<StoredFileKey>`SELECT stored_at AS storedAt, id FROM files
    WHERE ${longDeleted(kind, before, sql``)} AND stored_at < ${before}
      AND (stored_at, id) > (${after?.storedAt ?? -1}, ${after?.id ?? 0})
    ORDER BY stored_at, id LIMIT ${limit}`;
}

/** Removes such rows. */
export function forgetFiles(kind: string, before: number, ids: SQL): SQL {
  return sql`DELETE FROM files WHERE id IN ${ids} AND ${longDeleted(kind, before, sql`+`)}`;
}
