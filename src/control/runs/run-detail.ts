import type { Row } from "@libsql/client";
import { sql } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { columns } from "../../store/select.ts";
import { statement } from "../../store/statement.ts";
import { type ClientFacts, clientColumns } from "../clients/clients.ts";
import { clients } from "../schema.ts";
import { type LogLine, toLogLine } from "./run-logs.ts";
import type { RunState } from "./run-state.ts";
import { type Run, runQuery, toRun } from "./runs.ts";

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

const newestLines = (runId: number) =>
  select(runLogs, logFields, sql`WHERE run_id = ${runId} ORDER BY id DESC LIMIT ${NEWEST_LINES}`);

function logLines(runId: number, { level, text, after = 0, limit }: LogFilter) {
  const levels = level === "error" ? ["error"] : level === "warn" ? ["warn", "error"] : null;
  const ofLevel = levels ? sql`AND level IN ${among(levels)}` : sql``;
  const withText = text ? sql`AND instr(lower(message || ' ' || coalesce(data, '')), lower(${text})) > 0` : sql``;
  return select(
    runLogs,
    logFields,
    sql`WHERE run_id = ${runId} AND id > ${after} ${ofLevel} ${withText} ORDER BY id LIMIT ${limit}`,
  );
}

const clientColumns = columns(
  clients,
  [
    "id",
    "key",
    "name",
    "status",
    "timeZone",
    "defaultLocale",
    "host",
    "deletionMode",
    "databaseUrl",
    "databaseTokenEnc",
  ],
  "c",
);
const causeColumns = columns(runs, ["id", "jobName", "state"], "p");

/** The queries behind {@link readRunDetail}; each ends in an index. */
export function runDetailQueries(runId: number, filter: LogFilter) {
  return [
    { sql: "SELECT * FROM runs WHERE id = ?", args: [runId] },
    statement(
      sql`SELECT ${columns(clients, clientColumns, "c")} FROM runs r CROSS JOIN clients c ON c.id = r.client_id WHERE r.id = ${runId}`,
    ),
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

/** A run with everything around it, in one round trip; null when there is none. */
export async function readRunDetail(control: Database, runId: number, filter: LogFilter): Promise<RunDetail | null> {
  const queries = runDetailQueries(runId, filter);
  const [[run], [client], [cause], caused, log, newest, rehearsed] = await readEach(control, queries);
  if (!run) return null;
  return {
    run: toRun(run.rows[0]),
    client: (client?.rows[0] as unknown as ClientFacts | undefined) ?? null,
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
  const [[run], newest] = await readEach(control, [runQuery(runId), newestLines(runId)]);
  return run ? { run: toRun(run), newest: newest.map(toLogLine).toReversed() } : null;
}
