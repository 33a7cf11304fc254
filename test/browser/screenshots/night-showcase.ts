import { appendLog } from "../../../src/control/runs/run-logs.ts";
import { createNightJobs } from "../../../src/demo/night/jobs.ts";
import { catalogue } from "../../../src/processors/all.ts";
import type { Stage } from "../../web/stage/stage.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;
/** Nights that lie behind. */
const NIGHTS = 21;

/** 01:12 UTC on a Tuesday: 02:12 in Berlin, in the middle of the night's jobs. */
export const NIGHT = Date.UTC(2026, 10, 24, 1, 12, 20);

/** Jobs of the night with the minute of the day (UTC) and the seconds that they take. */
const nightly = [
  ["UserImport", 0, 41],
  ["ExpiredCoursesToCompleted", 15, 2],
  ["XMLGroupImport", 35, 18],
  ["CancelInactiveUsersJob", 58, 7],
  ["ParticipantAutomaticRegistration", 90, 260],
  ["OSReportSubscription", 240, 95],
] as const;

/** The outcome of a job in a night: mostly the same, as nights are. */
function fateOf(job: number, night: number): { state: string; message: string | null; reason: string | null } {
  const dice = (job * 37 + night * 11) % 29;
  if (dice === 3) return { state: "failed", message: "The remote service did not answer in time", reason: "error" };
  if (dice === 7 || dice === 19) return { state: "partial", message: "12 of 4,310 lines failed", reason: null };
  if (dice === 11) return { state: "skipped", message: "An earlier run was still at work", reason: "duplicate" };
  if (dice % 6 === 5) return { state: "no_action", message: null, reason: null };
  return { state: "ok", message: null, reason: null };
}

/**
 * Three weeks of the demo's jobs, and a run of this night that is at work at {@link NIGHT}: for the README's pictures.
 * @returns the id of that run
 */
export async function furnishNight(stage: Stage): Promise<number> {
  const { database, berlin, newYork } = stage;
  await database.batch([
    { sql: "UPDATE clients SET name = 'Berlin Utilities' WHERE id = ?", args: [berlin] },
    { sql: "UPDATE clients SET name = 'New York Training Collective' WHERE id = ?", args: [newYork] },
  ]);
  await createNightJobs(database, catalogue, NIGHT);
  const jobs = await database.execute("SELECT id, name, processor, load FROM jobs");
  const run = async (
    processor: string,
    state: string,
    at: number,
    seconds: number | null,
    message: string | null,
    reason: string | null,
  ) => {
    const job = jobs.rows.find((row) => row.processor === processor);
    const started = state === "skipped" ? null : at + 240;
    const result = await database.execute({
      sql: `INSERT INTO runs (job_id, client_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, time_zone, state, reason,
          message, counts, attempt, started_at, ended_at, heartbeat_at, created_at)
        VALUES (?, ?, 'schedule', ?, ?, ?, ?, ?, '{}', 'Europe/Berlin', ?, ?, ?, '{"scanned":4310,"changed":37}', 1, ?, ?, ?, ?) RETURNING id`,
      args: [
        job?.id ?? 0,
        berlin,
        at,
        at,
        processor,
        job?.name ?? processor,
        job?.load ?? "light",
        state,
        reason,
        message,
        started,
        started === null || seconds === null ? null : started + seconds * 1000,
        state === "running" ? NIGHT : null,
        at - 2 * MINUTE,
      ],
    });
    return Number(result.rows[0]?.id);
  };
  const today = NIGHT - (NIGHT % DAY);
  for (let night = NIGHTS; night >= 0; night -= 1) {
    for (const [job, [processor, minute, seconds]] of nightly.entries()) {
      const at = today - night * DAY + minute * MINUTE;
      if (at > NIGHT) continue;
      const { state, message, reason } = fateOf(job, night);
      await run(processor, state, at, seconds + ((night * 7) % 5), message, reason);
    }
  }
  await database.batch(
    nightly.map(([processor, , seconds]) => ({
      sql: `UPDATE job_totals SET runs = 22, durations = ?, last_duration_ms = ? WHERE job_id = (SELECT id FROM jobs WHERE processor = ?)`,
      args: [JSON.stringify([0, 3, 1, 4, 2].map((more) => (seconds + more) * 1000)), seconds * 1000, processor],
    })),
  );
  const runningId = await run("TargetGroupPersonAssignment", "running", today + 60 * MINUTE, null, null, null);
  await database.batch([
    {
      sql: `UPDATE runs SET progress_done = 31400, progress_total = 50000, counts = '{"scanned":31400,"added":412,"removed":96,"skipped":30892}'
        WHERE id = ?`,
      args: [runningId],
    },
    appendLog(runningId, [
      { at: today + 60 * MINUTE + 300, level: "info", message: "Took up 184 target groups", data: null },
      {
        at: today + 66 * MINUTE,
        level: "warn",
        message: "The rule of Field service names a group that is gone",
        data: null,
      },
      { at: today + 71 * MINUTE, level: "info", message: "116 of 184 target groups are done", data: null },
    ]),
  ]);
  await run("MailMonitorStaggering", "queued", today + 73 * MINUTE, null, null, null);
  await database.execute({
    sql: "INSERT INTO ticks (at, source, planned) VALUES (?, 'cron', 3)",
    args: [NIGHT - 20_000],
  });
  return runningId;
}
