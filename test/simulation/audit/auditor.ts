import type { Cast } from "../generator.ts";
import type { AskedClocks, World } from "../world/world.ts";
import { auditBackfills, auditFates, auditLooks } from "./audit-fates.ts";
import { auditCalls, auditWrites } from "./audit-writes.ts";
import { fireAfter, shapeOf } from "./cron.ts";
import type { RunRow, Scene } from "./scene.ts";

/** The transitions of handbook, idea: every write happens once, written down a second time. */
const legal = new Set(
  `planned>running planned>waiting planned>skipped planned>cancelled queued>running queued>waiting queued>skipped queued>cancelled
  waiting>running waiting>queued waiting>waiting waiting>skipped waiting>cancelled waiting>failed running>running running>ok running>no_action
  running>partial running>failed running>cancelled running>waiting failed>waiting planned>withdrawn queued>withdrawn skipped>withdrawn
  >planned >skipped >queued`.split(/\s+/),
);
const terminal = new Set(["ok", "no_action", "partial", "failed", "cancelled", "skipped"]);

interface StateRow {
  readonly run_id: number;
  readonly old: string | null;
  readonly new: string;
  readonly reason: string | null;
  readonly started_before: number | null;
  readonly clock: number;
  readonly looked_at: number;
}

/** What is overdue after some quiet minutes: nothing should be. */
export function overdue(world: World): string[] {
  const { now } = world.timeline;
  const broken: string[] = [];
  // One that was saved or resumed a moment ago waits for the next tick.
  const passed = "SELECT id, next_fire_at FROM triggers WHERE next_fire_at < ? AND updated_at NOT BETWEEN ? AND ?";
  for (const row of world.shared.rows(passed, now, now - 75_000, now)) {
    broken.push(`trigger ${row.id} has its next fire in the past (${row.next_fire_at}, now ${now})`);
  }
  // Nothing that a clock hours ahead did keeps a job silent.
  for (const row of world.shared.rows<{ id: number; next_fire_at: number; cron: string }>(
    "SELECT t.id, t.next_fire_at, j.cron FROM triggers t JOIN jobs j ON j.id = t.job_id WHERE t.next_fire_at IS NOT NULL",
  )) {
    if (row.next_fire_at > fireAfter(shapeOf(row.cron), now + 130_000))
      broken.push(`trigger ${row.id} of "${row.cron}" stands at ${row.next_fire_at}, now ${now}`);
  }
  // A lost wake-up is made good by the next tick. Of one job only a number of runs is looked at; those behind them wait for their turn,
  // which comes when one in front of them ends, and that may have been a moment ago.
  const late = `SELECT id, state FROM runs r WHERE state IN ('planned', 'queued') AND due_at < ? AND created_at < ? AND
    (SELECT count(*) FROM runs o WHERE o.job_id = r.job_id AND o.client_id = r.client_id AND coalesce(o.ended_at, ?) > ? AND o.due_at < r.due_at) < 20`;
  for (const row of world.shared.rows(late, now - 75_000, now - 75_000, now, now - 75_000)) {
    broken.push(`run ${row.id} is due and still ${row.state}`);
  }
  if (!world.skewed) {
    for (const row of world.shared.rows(
      "SELECT id FROM runs WHERE state = 'running' AND heartbeat_at < ?",
      now - 90_000,
    )) {
      broken.push(`run ${row.id} is running and was not worked on for 90 s`);
    }
  }
  return broken;
}

/** Looks at everything that the history left behind. Shares no code with scheduler and runner. */
export function audit(world: World, cast: Cast): string[] {
  const broken: string[] = [];
  const runs = new Map(world.shared.rows<RunRow>("SELECT * FROM runs").map((run) => [run.id, run]));
  const scene: Scene = { world, cast, jobs: new Map(cast.jobs.map((job) => [job.id, job])), runs, broken };
  auditFates(scene);
  auditLooks(scene);
  auditClocks(scene);
  auditStates(scene);
  auditCompany(scene);
  auditPermits(scene);
  auditWrites(scene);
  auditCalls(scene);
  auditFollowers(scene);
  auditBackfills(scene);
  return broken;
}

/** No tick, whatever its clock, judges an occurrence missed before its moment came, unless no clock could know better. */
function auditClocks({ world, broken }: Scene): void {
  const ticks = world.shared.rows<{ actor: number }>("SELECT actor FROM seen_ticks GROUP BY actor ORDER BY min(id)");
  const order = ticks.map(({ actor }) => actor);
  for (const { run_id, last, instant, actor } of world.shared.rows<{
    run_id: number;
    last: number;
    instant: number;
    actor: number;
  }>("SELECT * FROM seen_missed_early")) {
    const asked = order.slice(0, order.indexOf(actor) + 1).flatMap((tick) => world.asked.get(tick) ?? []);
    if (!looksLikeAnOutage(asked.reverse())) broken.push(`run ${run_id} says at ${instant} that ${last} was missed`);
  }
}

/** A clock that is off by no more than this (ms) shows the true time. */
const TRUE_MS = 120_000;

/** Ticks nearer than this (ms) to each other are one. */
const APART_MS = 30_000;

/**
 * Whether three ticks in a row, half a minute apart, found every clock that there was wrong by the same: three of them bear a time out, and a
 * gap before them is what an outage leaves, too.
 *
 * @param asked newest first
 */
function looksLikeAnOutage([newest, ...before]: readonly AskedClocks[]): boolean {
  if (!newest || tellsTheTime(newest)) return false;
  let apart = newest.instant;
  let alike = 1;
  for (const one of before) {
    if (tellsTheTime(one) || !isOffAsMuch(one, newest)) return false;
    if (apart - one.instant < APART_MS) continue;
    apart = one.instant;
    alike += 1;
    if (alike === 3) return true;
  }
  return false;
}

const tellsTheTime = ({ ahead }: AskedClocks) => ahead.some((by) => by !== null && Math.abs(by) <= TRUE_MS);

const isOffAsMuch = (one: AskedClocks, other: AskedClocks) =>
  one.ahead.every((by, index) => Math.abs((by ?? 0) - (other.ahead[index] ?? 0)) <= TRUE_MS);

/** Only legal transitions, attempts within the policy, nothing too early or too late, an end for everything. */
function auditStates({ world, jobs, runs, broken }: Scene): void {
  const retries = new Map<number, number>();
  const finished = new Map<string, number>();
  for (const state of world.shared.rows<StateRow>("SELECT * FROM seen_states ORDER BY id")) {
    const run = runs.get(state.run_id);
    if (!legal.has(`${state.old ?? ""}>${state.new}`))
      broken.push(`run ${state.run_id} went from ${state.old} to ${state.new}`);
    if (state.new === "withdrawn" && state.started_before !== null)
      broken.push(`run ${state.run_id} had started and was withdrawn`);
    if (!run) continue;
    const job = jobs.get(run.job_id);
    if (state.old === "running" && state.new === "waiting" && state.reason === "retry") {
      const count = (retries.get(run.id) ?? 0) + 1;
      retries.set(run.id, count);
      if (job && count >= job.attempts) broken.push(`run ${run.id} is tried more often than ${job.attempts} times`);
    }
    if (state.old === "failed") retries.set(run.id, 0);
    if (state.old === "running" && terminal.has(state.new) && run.dry_run === 0) {
      const key = `${run.job_id}/${run.client_id}`;
      finished.set(key, (finished.get(key) ?? 0) + 1);
    }
    if (state.new === "running" && state.started_before === null) {
      if (state.looked_at < run.due_at)
        broken.push(`run ${run.id} started ${run.due_at - state.looked_at} ms too early`);
      const latest = job?.notLaterThanMinutes ?? null;
      // Its clock may have been put back between the look and the claim.
      const judged = Math.min(state.looked_at, state.clock);
      if (run.kind === "schedule" && latest !== null && judged > run.due_at + latest * 60_000) {
        broken.push(`run ${run.id} started although it was more than ${latest} minutes late`);
      }
    }
  }
  for (const stats of world.shared.rows<{ job_id: number; client_id: number; runs: number }>(
    "SELECT job_id, client_id, runs FROM job_stats",
  )) {
    const key = `${stats.job_id}/${stats.client_id}`;
    if (stats.runs !== (finished.get(key) ?? 0))
      broken.push(`job ${key} has statistics of ${stats.runs} runs, but ${finished.get(key) ?? 0} ended`);
  }
  for (const run of runs.values()) {
    if (terminal.has(run.state) !== (run.ended_at !== null))
      broken.push(`run ${run.id} is ${run.state} and ended at ${run.ended_at}`);
  }
}

/**
 * Overlap, one processor at a time, one heavy run at a time, order. A run that was to be cancelled before it was claimed is
 * claimed only to be ended, so it may meet any run, and any run may meet it; that it does not work any more is seen with the writes.
 */
function auditCompany({ world, jobs, runs, broken }: Scene): void {
  for (const { run_id, other_id, kind } of world.shared.rows<{ run_id: number; other_id: number; kind: string }>(
    "SELECT * FROM seen_company ORDER BY id",
  )) {
    const run = runs.get(run_id);
    if (!run) continue;
    const overlap =
      run.kind === "backfill"
        ? (JSON.parse(run.policies) as { overlap: string }).overlap
        : jobs.get(run.job_id)?.overlap;
    const allowed = overlap === "allow" && (kind === "job" || kind === "processor");
    if (!allowed) broken.push(`run ${run_id} started beside run ${other_id} (${kind})`);
  }
}

/** No more unexpired permits than the cap, by the clock of its taker. */
function auditPermits({ world, broken }: Scene): void {
  const setting = world.shared.rows<{ value: string }>(
    "SELECT value FROM settings WHERE client_id = 0 AND key = 'maxConcurrentHeavyRuns'",
  )[0];
  const cap = setting ? Number(setting.value) : 2;
  // With wrong clocks only the moment of giving can be judged: each process has its own idea of what has expired.
  // The taker's own clock is a minute before what it takes ends: it may have been put right since the request was sent.
  const taken = world.skewed
    ? "SELECT run_id, believed AS held FROM seen_permits WHERE believed > ? AND granted = 1"
    : "SELECT run_id, held FROM seen_permits WHERE held > ?";
  for (const row of world.shared.rows(taken, cap)) {
    broken.push(`run ${row.run_id} has permit ${row.held} of ${cap}`);
  }
}

/** A chained job follows each run once, and where it was not touched, each run. */
function auditFollowers({ world, cast, runs, broken }: Scene): void {
  const followers = world.shared.rows<{
    job_id: number;
    client_id: number;
    scheduled_at: number;
    caused_by_run_id: number;
  }>("SELECT job_id, client_id, scheduled_at, caused_by_run_id FROM runs WHERE kind = 'after'");
  const seen = new Map<string, number>();
  /** Job, client and planned instant of what follows: two runs of one instant are followed once. */
  const instants = new Set(followers.map((row) => `${row.job_id}/${row.client_id}/${row.scheduled_at}`));
  /** Planned instants that a backfill made up for: the clock may come to one of them later. */
  const backfilled = new Set(
    [...runs.values()]
      .filter(({ kind }) => kind === "backfill")
      .map((run) => `${run.job_id}/${run.client_id}/${run.scheduled_at}`),
  );
  for (const { job_id, caused_by_run_id } of followers) {
    const key = `${job_id} after ${caused_by_run_id}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    if (seen.get(key) === 2) broken.push(`job ${key} followed twice`);
  }
  // Whether a run began before a job was made cannot be said when clocks differ.
  if (world.skewed) return;
  const ends = new Map(
    world.shared
      .rows<{ run_id: number; instant: number }>(
        "SELECT run_id, max(instant) AS instant FROM seen_states GROUP BY run_id",
      )
      .map((row) => [row.run_id, row.instant]),
  );
  for (const job of cast.jobs) {
    const { after } = job;
    if (!after || !job.untouched) continue;
    const born = Number(
      world.shared.rows<{ created_at: number }>("SELECT created_at FROM jobs WHERE id = ?", job.id)[0]?.created_at,
    );
    const scope = Number(
      world.shared.rows<{ client_id: number }>("SELECT client_id FROM jobs WHERE id = ?", job.id)[0]?.client_id,
    );
    const paused =
      world.shared.rows("SELECT 1 FROM triggers WHERE job_id = ? AND paused_until IS NOT NULL", job.id).length > 0;
    if (paused) continue;
    for (const run of runs.values()) {
      const ended =
        run.state === "ok" ||
        run.state === "no_action" ||
        run.state === "partial" ||
        (run.state === "failed" && after.condition === "ended");
      if (
        run.job_id !== after.jobId ||
        run.dry_run === 1 ||
        !ended ||
        run.reopened > 0 ||
        (run.started_at ?? 0) <= born
      )
        continue;
      if ((ends.get(run.id) ?? 0) >= world.curtainAt) continue;
      if (scope !== 0 && scope !== run.client_id) continue;
      const twice = backfilled.has(`${run.job_id}/${run.client_id}/${run.scheduled_at}`);
      if (twice && instants.has(`${job.id}/${run.client_id}/${run.scheduled_at}`)) continue;
      if (!seen.has(`${job.id} after ${run.id}`))
        broken.push(`job ${job.id} did not follow run ${run.id}, which ended ${run.state}`);
    }
  }
}
