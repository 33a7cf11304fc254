import { appendLog } from "../../src/control/runs/run-logs.ts";
import type { RunState } from "../../src/control/runs/run-state.ts";
import type { Database } from "../../src/store/database.ts";
import type { Stage } from "../web/stage/stage.ts";

const MINUTE = 60_000;

/** Ids of what {@link furnish} puts in, for the addresses of pages. */
export interface Showcase {
  readonly jobId: number;
  readonly destructiveJobId: number;
  readonly runningId: number;
  readonly partialId: number;
}

interface Entry {
  readonly jobId: number;
  readonly jobName: string;
  readonly clientId: number;
  readonly state: RunState;
  readonly minutesAgo: number;
  readonly seconds?: number;
  readonly message?: string;
  readonly counts?: Record<string, number>;
  readonly dryRun?: boolean;
}

async function addRun(database: Database, now: number, entry: Entry): Promise<number> {
  const at = now - entry.minutesAgo * MINUTE;
  const started = ["planned", "queued", "waiting", "skipped"].includes(entry.state) ? null : at + 412;
  const ended = started !== null && entry.seconds !== undefined ? started + entry.seconds * 1000 : null;
  const result = await database.execute({
    sql: `INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, message,
        counts, dry_run, started_at, ended_at, created_at)
      VALUES (?, ?, ?, ?, ?, 'EveryKind', ?, 'heavy', '{"chunkSize":200,"mode":"passive"}', 'Europe/Berlin', ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    args: [
      entry.jobId,
      entry.clientId,
      entry.dryRun ? "manual" : "schedule",
      at,
      at,
      entry.jobName,
      entry.state,
      entry.message ?? null,
      JSON.stringify(entry.counts ?? {}),
      entry.dryRun ? 1 : 0,
      started,
      ended,
      now,
    ],
  });
  return Number(result.rows[0]?.id);
}

/** Fills a stage with what pages look like on a working day. Everything lies relative to `stage.now`. */
export async function furnish(stage: Stage): Promise<Showcase> {
  const { database, now, berlin, newYork } = stage;
  await database.batch([
    { sql: "UPDATE clients SET name = 'Berlin Utilities' WHERE id = ?", args: [berlin] },
    { sql: "UPDATE clients SET name = 'New York Training Collective' WHERE id = ?", args: [newYork] },
  ]);
  const importName = "Import people of the night";
  const jobId = await stage.addJob({
    name: importName,
    description: "The personnel system drops its file shortly before midnight.",
    processor: "EveryKind",
    clientId: berlin,
    cron: "0 10 0 * * ?",
    parameters: { title: "Night", mode: "passive" },
  });
  const courses = await stage.addJob({ name: "Complete expired courses", processor: "PlainJob", cron: "0 25 0 * * ?" });
  await stage.addJob({ name: "Texts to all nodes", processor: "NodeJob", cron: "0 0/15 * * * ?", timeZone: "UTC" });
  await stage.addJob({
    name: "Last Friday's digest",
    processor: "PlainJob",
    clientId: newYork,
    cron: "0 15 10 ? * 6L",
    active: false,
  });
  const destructiveJobId = await stage.addJob({ name: "Erase people who asked for it", processor: "DestructiveJob" });

  const entry = { jobId, jobName: importName, clientId: berlin };
  await addRun(database, now, {
    ...entry,
    state: "ok",
    minutesAgo: 2890,
    seconds: 41.2,
    counts: { scanned: 512, changed: 12, skipped: 500 },
  });
  await addRun(database, now, {
    ...entry,
    state: "skipped",
    minutesAgo: 1600,
    message: "Minutehand was not running at the planned time",
  });
  await addRun(database, now, {
    ...entry,
    state: "failed",
    minutesAgo: 1450,
    seconds: 3.4,
    message: "Unknown column: telephone; remove it or name it attr.telephone",
  });
  await addRun(database, now, {
    ...entry,
    jobId: courses,
    jobName: "Complete expired courses",
    clientId: newYork,
    state: "no_action",
    minutesAgo: 700,
    seconds: 0.3,
  });
  await addRun(database, now, {
    ...entry,
    state: "cancelled",
    minutesAgo: 90,
    seconds: 12,
    dryRun: true,
    message: "Cancelled by ada@example.com",
  });
  const partialId = await addRun(database, now, {
    ...entry,
    state: "partial",
    minutesAgo: 31,
    seconds: 64,
    message: "20 of 500 lines failed",
    counts: { scanned: 500, changed: 480, skipped: 0, failed: 20, created: 455, updated: 25 },
  });
  const runningId = await addRun(database, now, {
    ...entry,
    state: "running",
    minutesAgo: 2,
    counts: { scanned: 31_400, changed: 31_102, failed: 2 },
  });
  await addRun(database, now, {
    ...entry,
    state: "waiting",
    minutesAgo: 1,
    message: "Waits for the heavy run before it",
  });
  await addRun(database, now, {
    ...entry,
    jobId: courses,
    jobName: "Complete expired courses",
    state: "planned",
    minutesAgo: -1,
  });

  const folder = `c/${berlin}/import/user_csv`;
  // A result file's name begins with the start of the run that wrote it.
  const stamp = new Date(now - 31 * MINUTE + 412).toISOString().replace(/[-:T]|\..*$/g, "");
  const result = `${folder}/done/${stamp}_people of november.csv.result.csv`;
  const errors = Array.from({ length: 6 }, (_, index) => ({
    ref: `people of november.csv:${17 + index * 23} P-${1040 + index}`,
    code: index % 2 === 0 ? "bad_email" : "missing_value",
    message:
      index % 2 === 0 ? "grace.hopper(at)berlin.example is no e-mail address" : "familyName is empty; it is required",
  }));
  await database.batch([
    { sql: "UPDATE runs SET progress_done = 31400, progress_total = 50000 WHERE id = ?", args: [runningId] },
    { sql: "UPDATE runs SET errors = ? WHERE id = ?", args: [JSON.stringify(errors), partialId] },
    { sql: "INSERT INTO ticks (at, source) VALUES (?, 'cron')", args: [now - 20_000] },
    {
      sql: `INSERT INTO job_stats (job_id, client_id, failures_in_a_row, last_failed_at) VALUES (?, ?, 3, ?)
        ON CONFLICT DO UPDATE SET failures_in_a_row = excluded.failures_in_a_row, last_failed_at = excluded.last_failed_at`,
      args: [courses, newYork, now - 9 * MINUTE],
    },
    appendLog(partialId, [
      { at: now - 31 * MINUTE, level: "info", message: "Took up people of november.csv (61 kB)", data: null },
      {
        at: now - 31 * MINUTE + 900,
        level: "info",
        message: "Every line has a known encoding and the header is complete",
        data: { lines: 500 },
      },
      {
        at: now - 30 * MINUTE,
        level: "warn",
        message: "20 lines failed; each is named in the result file",
        data: { result },
      },
    ]),
  ]);
  await stage.files.write(`${folder}/people of december.csv`, "sourcedId;username\n".repeat(3000));
  await stage.files.write(`${folder}/full_staff_2026-11-23.csv`, "sourcedId;username\n".repeat(90_000));
  await stage.files.write(`${folder}/done/${stamp}_people of november.csv`, "sourcedId;username\n".repeat(500));
  await stage.files.write(result, "line;ref;result;message\n".repeat(500));
  await stage.files.write(
    `${folder}/failed/20261122113000_export_from_the_personnel_system_final_version_2.csv`,
    "sourcedId,username\n",
  );
  return { jobId, destructiveJobId, runningId, partialId };
}
