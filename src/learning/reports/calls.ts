import { type SQL, sql } from "drizzle-orm";
import { thisClient } from "../../store/statement.ts";

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

/** What makes a row of `report_calls` go; its result is promised to nobody any more. */
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
