import type { Database, Statement } from "../../store/database.ts";
import { type Selected, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { runLogs } from "../schema.ts";

/** One line of a run's log. */
export interface LogLine {
  /** Instant, ms. */
  readonly at: number;
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly data: Record<string, unknown> | null;
}

/** A line of a log with its id. */
export type StoredLine = LogLine & { readonly id: number };

/** Appends lines to a run's log; one statement, whatever their number. */
export function appendLog(runId: number, lines: readonly LogLine[]): Statement {
  return statement(sql`INSERT INTO run_logs (run_id, at, level, message, data)
      SELECT ${runId}, value ->> 'at', value ->> 'level', value ->> 'message', value ->> 'data' FROM json_each(${JSON.stringify(lines)})`);
}

/** What {@link toLogLine} reads of `run_logs`. */
export const logFields = ["id", "at", "level", "message", "data"] as const;

/** A run's log in order, from the line after `after`, at most `limit` lines. */
export async function readLog(control: Database, runId: number, after = 0, limit = 1000): Promise<StoredLine[]> {
  const lines = sql`WHERE run_id = ${runId} AND id > ${after} ORDER BY id LIMIT ${limit}`;
  return (await read(control, select(runLogs, logFields, lines))).map(toLogLine);
}

/** Reads a row with the columns {@link logFields}. */
export function toLogLine({ data, ...plain }: Selected<typeof runLogs, (typeof logFields)[number]>): StoredLine {
  return { ...plain, data: data === null ? null : (JSON.parse(data) as Record<string, unknown>) };
}
