import type { Database } from "../../store/database.ts";
import { among, columns, type RowOf, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { readEach } from "../../store/statement.ts";
import { type ClientFacts, clientColumns } from "../clients/clients.ts";
import { clients, runLogs, runs } from "../schema.ts";
import { logFields, type StoredLine, toLogLine } from "./run-logs.ts";
import { asShown, type RunState } from "./run-state.ts";
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
  readonly dueAt: number;
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

const ofClient = columns(clients, clientColumns, "c");
const causeColumns = columns(runs, ["id", "jobName", "state", "dueAt"], "p");

/** The queries behind {@link readRunDetail}; each ends in an index. */
export function runDetailQueries(runId: number, filter: LogFilter) {
  return [
    runQuery(runId),
    sql<
      RowOf<typeof ofClient>
    >`SELECT ${ofClient} FROM runs r CROSS JOIN clients c ON c.id = r.client_id WHERE r.id = ${runId}`,
    sql<RelatedRun>`SELECT ${causeColumns} FROM runs r CROSS JOIN runs p ON p.id = r.caused_by_run_id WHERE r.id = ${runId}`,
    select(
      runs,
      ["id", "jobName", "state", "dueAt"],
      sql`WHERE caused_by_run_id = ${runId} ORDER BY id LIMIT ${CAUSED_AT_MOST}`,
    ),
    logLines(runId, filter),
    newestLines(runId),
    select(
      runLogs,
      logFields,
      sql`WHERE run_id = ${runId} AND data ->> 'rehearsed' = 1 ORDER BY id LIMIT ${REHEARSED_SHOWN + 1}`,
    ),
  ] as const;
}

/** A run with everything around it, in one round trip; null when there is none. @param now ms */
export async function readRunDetail(
  control: Database,
  runId: number,
  filter: LogFilter,
  now: number,
): Promise<RunDetail | null> {
  const queries = runDetailQueries(runId, filter);
  const [[run], [client], [cause], caused, log, newest, rehearsed] = await readEach(control, queries);
  if (!run) return null;
  return {
    run: asShown(toRun(run), now),
    client: client ?? null,
    cause: cause ? asShown(cause, now) : null,
    caused: caused.map((one) => asShown(one, now)),
    log: log.map(toLogLine),
    newest: newest.map(toLogLine).toReversed(),
    rehearsed: rehearsed.map(toLogLine),
  };
}

/** A run and the last lines of its log, for the page that watches it; one round trip. @param now ms */
export async function readRunLive(
  control: Database,
  runId: number,
  now: number,
): Promise<{ readonly run: Run; readonly newest: readonly StoredLine[] } | null> {
  const [[run], newest] = await readEach(control, [runQuery(runId), newestLines(runId)]);
  return run ? { run: asShown(toRun(run), now), newest: newest.map(toLogLine).toReversed() } : null;
}
