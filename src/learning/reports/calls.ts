import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { ReportFormat } from "./subscription.ts";

/** Instants (ms) that decide over a call. */
export interface CallLimits {
  /** A finished one goes when it expired before. */
  readonly expiredBefore: number;
  /** A failed one goes when it ended before; one without an end: was asked for before. */
  readonly failedBefore: number;
}

/** A call that goes. */
export interface OverdueCall {
  readonly id: number;
}

/** A call that goes with the object of its result. */
export interface OverdueResult extends OverdueCall {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** What makes a row of `report_calls` go; its result is promised no longer. */
const isOver = ({
  expiredBefore,
  failedBefore,
}: CallLimits) => sql`(state = 'finished' AND expires_at < ${expiredBefore}
  OR state = 'failed' AND coalesce(finished_at, requested_at) < ${failedBefore})`;

/** Ids of the calls that go: each kind by its index. */
const overdue = ({ expiredBefore, failedBefore }: CallLimits) => {
  const calls = sql`SELECT id, file_id FROM report_calls WHERE client_id = ${thisClient}`;
  return sql`(${calls} AND +state = 'finished' AND expires_at < ${expiredBefore}
    UNION ALL ${calls} AND state = 'failed' AND finished_at < ${failedBefore}
    UNION ALL ${calls} AND state = 'failed' AND finished_at IS NULL AND requested_at < ${failedBefore})`;
};

/** Calls behind an id that go and whose result still lies in the file store. */
export function selectOverdueResults(limits: CallLimits, after: number, limit: number): SQL<OverdueResult> {
  return sql<OverdueResult>`SELECT call.id, file.key, file.size FROM ${overdue(limits)} AS call
    CROSS JOIN files AS file ON file.id = call.file_id AND +file.client_id = ${thisClient} AND file.state <> 'deleted'
    WHERE call.id > ${after} ORDER BY call.id LIMIT ${limit}`;
}

/** Calls behind an id that go and have no result there. */
export function selectOverdueCalls(limits: CallLimits, after: number, limit: number): SQL<OverdueCall> {
  return sql<OverdueCall>`SELECT call.id FROM ${overdue(limits)} AS call
    WHERE call.id > ${after} AND NOT EXISTS (SELECT 1 FROM files AS file
      WHERE file.id = call.file_id AND +file.client_id = ${thisClient} AND file.state <> 'deleted')
    ORDER BY call.id LIMIT ${limit}`;
}

/** Deletes such calls. @param ids list in SQL */
export function deleteCalls(limits: CallLimits, ids: SQL): SQL {
  return sql`DELETE FROM report_calls WHERE id IN ${ids} AND +client_id = ${thisClient} AND ${isOver(limits)}`;
}

const isStuck = (before: number, plus: SQL) =>
  sql`${plus}client_id = ${thisClient} AND ${plus}state IN ('queued', 'running') AND requested_at <= ${before}`;

/** Calls behind an id that were asked for up to an instant (ms) and neither finished nor failed. */
export function selectStuckCalls(before: number, after: number, limit: number): SQL<OverdueCall> {
  return sql<OverdueCall>`SELECT id FROM report_calls WHERE ${isStuck(before, sql``)} AND id > ${after} ORDER BY id LIMIT ${limit}`;
}

/** Lets such calls fail. @param now ms, when they end */
export function failCalls(before: number, ids: SQL, now: number): SQL {
  return sql`UPDATE report_calls SET state = 'failed', finished_at = ${now}, updated_at = ${now}
    WHERE id IN ${ids} AND ${isStuck(before, sql`+`)}`;
}

/** Calls of a client that are answered at the same time, at most: each reads a whole report within its request. */
export const MOST_CALLS_AT_ONCE = 4;

/** A call that is at work longer than this (ms) does not count among those at once: the request that made it is gone. */
const AT_WORK_MS = 600_000;

/** A call as it begins. Instants in ms. */
export interface NewCall {
  readonly reportId: number;
  /** Of the token in the link to its result: SHA-256, hexadecimal. */
  readonly tokenHash: string;
  readonly requestedAt: number;
  /** From then on the link opens nothing. */
  readonly expiresAt: number;
}

/** Begins a call: `id`; none while as many are at work as may be. */
export function beginCall({ reportId, tokenHash, requestedAt, expiresAt }: NewCall): SQL<{ readonly id: number }> {
  const atWork = sql`SELECT 1 FROM report_calls WHERE client_id = ${thisClient} AND state = 'running'
    AND requested_at > ${requestedAt - AT_WORK_MS} LIMIT ${MOST_CALLS_AT_ONCE}`;
  return sql<{
    readonly id: number;
  }>`INSERT INTO report_calls (client_id, token_hash, report_id, requested_at, expires_at, state,
      created_at, updated_at)
    SELECT ${thisClient}, ${tokenHash}, ${reportId}, ${requestedAt}, ${expiresAt}, 'running', ${requestedAt}, ${requestedAt}
    WHERE (SELECT count(*) FROM (${atWork})) < ${MOST_CALLS_AT_ONCE} RETURNING id`;
}

/** The key of a call's result. */
export function callFileKey(clientId: number, callId: number, format: ReportFormat): string {
  return `c/${clientId}/data/report/call/${callId}.${format}`;
}

/** The file of a call's result. */
export interface CallFile {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
}

/**
 * Enters a call's result before it is written, so that the clean-up finds the object even if the request is cut short. No link opens it
 * until {@link finishCall}. Two statements.
 */
export function announceResult(callId: number, call: NewCall, key: string): readonly [SQL, SQL] {
  const { tokenHash, requestedAt, expiresAt } = call;
  return [
    sql`INSERT INTO files (client_id, key, kind, ref_type, ref_id, size, state, access_token_hash, expires_at, stored_at,
        created_at, updated_at)
      VALUES (${thisClient}, ${key}, 'report_export', 'report_call', ${callId}, 0, 'claimed', ${tokenHash}, ${expiresAt}, ${requestedAt},
        ${requestedAt}, ${requestedAt})`,
    sql`UPDATE report_calls SET file_id = (SELECT id FROM files WHERE key = ${key}) WHERE id = ${callId} AND +client_id = ${thisClient}`,
  ];
}

const isAtWork = (callId: number) => sql`id = ${callId} AND +client_id = ${thisClient} AND state = 'running'`;

/** Ends a call with its result, unless it was given up meanwhile. The first statement says whether it was. @param now ms */
export function finishCall(callId: number, file: CallFile, now: number): readonly [SQL, SQL] {
  return [
    sql`UPDATE report_calls SET state = 'finished', finished_at = ${now}, updated_at = ${now} WHERE ${isAtWork(callId)}`,
    sql`UPDATE files SET state = 'ready', size = ${file.size}, etag = ${file.etag}, updated_at = ${now}
      WHERE key = ${file.key} AND +client_id = ${thisClient} AND state = 'claimed'
        AND EXISTS (SELECT 1 FROM report_calls WHERE id = ${callId} AND state = 'finished')`,
  ];
}

/** Ends a call that came to nothing; the file that it had announced is `deleted`. @param now ms */
export function abandonCall(callId: number, now: number): readonly [SQL, SQL] {
  return [
    sql`UPDATE files SET state = 'deleted', updated_at = ${now} WHERE id = (SELECT file_id FROM report_calls WHERE ${isAtWork(callId)})
      AND +client_id = ${thisClient}`,
    sql`UPDATE report_calls SET state = 'failed', finished_at = ${now}, updated_at = ${now} WHERE ${isAtWork(callId)}`,
  ];
}
