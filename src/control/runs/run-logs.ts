import type { Row } from "@libsql/client";
import type { Database, Statement } from "../../store/database.ts";

/** One line of a run's log. */
export interface LogLine {
  /** Instant, ms. */
  readonly at: number;
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly data: Record<string, unknown> | null;
}

/** Appends lines to a run's log; one statement, whatever their number. */
export function appendLog(runId: number, lines: readonly LogLine[]): Statement {
  return {
    sql: `INSERT INTO run_logs (run_id, at, level, message, data)
      SELECT ?, value ->> 'at', value ->> 'level', value ->> 'message', value ->> 'data' FROM json_each(?)`,
    args: [runId, JSON.stringify(lines)],
  };
}

/** A run's log in order, from the line after `after`, at most `limit` lines. */
export async function readLog(
  control: Database,
  runId: number,
  after = 0,
  limit = 1000,
): Promise<(LogLine & { id: number })[]> {
  const result = await control.execute({
    sql: "SELECT id, at, level, message, data FROM run_logs WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?",
    args: [runId, after, limit],
  });
  return result.rows.map(toLogLine);
}

/** Reads a row of `run_logs`. */
export function toLogLine(row: Row): LogLine & { id: number } {
  return {
    id: Number(row.id),
    at: Number(row.at),
    level: row.level as LogLine["level"],
    message: String(row.message),
    data: row.data === null ? null : (JSON.parse(String(row.data)) as Record<string, unknown>),
  };
}
