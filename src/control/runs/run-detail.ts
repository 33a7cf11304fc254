import type { Row } from "@libsql/client";
import type { Database, Statement } from "../../store/database.ts";
import { type ClientFacts, toClient } from "../clients/clients.ts";
import { type LogLine, toLogLine } from "./run-logs.ts";
import type { RunState } from "./run-state.ts";
import { type Run, toRun } from "./runs.ts";

/** Lines of a log that are shown while the run is at work. */
const NEWEST_LINES = 5;

/** Runs named of those that a run caused. */
const CAUSED_AT_MOST = 20;

/** A run that another one caused, or that caused it. */
export interface RelatedRun {
  readonly id: number;
  readonly jobName: string;
  readonly state: RunState;
}

/** Which part of a run's log is read. */
export interface LogFilter {
  /** Lines of this level and above; left out: all. */
  readonly level?: "warn" | "error" | undefined;
  /** Part of a message, in any case (A to Z). */
  readonly text?: string | undefined;
  /** Id of the last line of the page before. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** A line of a log with its id. */
export type StoredLine = LogLine & { readonly id: number };

/** A run as its page shows it. */
export interface RunDetail {
  readonly run: Run;
  /** Null: the platform, or a client that is gone. */
  readonly client: ClientFacts | null;
  readonly cause: RelatedRun | null;
  /** The first of them. */
  readonly caused: readonly RelatedRun[];
  readonly log: readonly StoredLine[];
  /** The last lines of the whole log, oldest first. */
  readonly newest: readonly StoredLine[];
  /** Of a dry run: the lines of the log that say what it would have sent or called; the first, and one more than {@link REHEARSED_SHOWN} where there are more. */
  readonly rehearsed: readonly StoredLine[];
}

/** Effects of a dry run that its page lists. */
export const REHEARSED_SHOWN = 50;

const NEWEST = `SELECT * FROM run_logs WHERE run_id = ? ORDER BY id DESC LIMIT ${NEWEST_LINES}`;

function logStatement(runId: number, { level, text, after = 0, limit }: LogFilter): Statement {
  const levels = level === "error" ? ["error"] : level === "warn" ? ["warn", "error"] : [];
  return {
    sql: `SELECT * FROM run_logs WHERE run_id = ? AND id > ?
      ${levels.length > 0 ? "AND level IN (SELECT value FROM json_each(?))" : ""}
      ${text ? "AND instr(lower(message || ' ' || coalesce(data, '')), lower(?)) > 0" : ""} ORDER BY id LIMIT ?`,
    args: [runId, after, ...(levels.length > 0 ? [JSON.stringify(levels)] : []), ...(text ? [text] : []), limit],
  };
}

/** The statements behind {@link readRunDetail}; each ends in an index. */
export function runDetailStatements(runId: number, filter: LogFilter): Statement[] {
  return [
    { sql: "SELECT * FROM runs WHERE id = ?", args: [runId] },
    { sql: "SELECT c.* FROM runs r CROSS JOIN clients c ON c.id = r.client_id WHERE r.id = ?", args: [runId] },
    {
      sql: "SELECT p.id, p.job_name, p.state FROM runs r CROSS JOIN runs p ON p.id = r.caused_by_run_id WHERE r.id = ?",
      args: [runId],
    },
    {
      sql: "SELECT id, job_name, state FROM runs WHERE caused_by_run_id = ? ORDER BY id LIMIT ?",
      args: [runId, CAUSED_AT_MOST],
    },
    logStatement(runId, filter),
    { sql: NEWEST, args: [runId] },
    {
      sql: `SELECT * FROM run_logs WHERE run_id = ? AND data ->> 'rehearsed' = 1 ORDER BY id LIMIT ${REHEARSED_SHOWN + 1}`,
      args: [runId],
    },
  ];
}

const toRelated = (row: Row): RelatedRun => ({
  id: Number(row.id),
  jobName: String(row.job_name),
  state: row.state as RunState,
});
const newestOf = (rows: readonly Row[] | undefined) => (rows ?? []).map(toLogLine).toReversed();

/** A run with everything around it, in one round trip; null when there is none. */
export async function readRunDetail(control: Database, runId: number, filter: LogFilter): Promise<RunDetail | null> {
  const [run, client, cause, caused, log, newest, rehearsed] = await control.batch(
    runDetailStatements(runId, filter),
    "read",
  );
  if (!run?.rows[0]) return null;
  return {
    run: toRun(run.rows[0]),
    client: client?.rows[0] ? toClient(client.rows[0]) : null,
    cause: cause?.rows[0] ? toRelated(cause.rows[0]) : null,
    caused: (caused?.rows ?? []).map(toRelated),
    log: (log?.rows ?? []).map(toLogLine),
    newest: newestOf(newest?.rows),
    rehearsed: (rehearsed?.rows ?? []).map(toLogLine),
  };
}

/** A run and the last lines of its log, for whoever watches it; one round trip. */
export async function readRunLive(
  control: Database,
  runId: number,
): Promise<{ readonly run: Run; readonly newest: readonly StoredLine[] } | null> {
  const [run, newest] = await control.batch(
    [
      { sql: "SELECT * FROM runs WHERE id = ?", args: [runId] },
      { sql: NEWEST, args: [runId] },
    ],
    "read",
  );
  return run?.rows[0] ? { run: toRun(run.rows[0]), newest: newestOf(newest?.rows) } : null;
}
