import { fireAfter, firesBetween, shapeOf } from "./cron.ts";
import type { Cast, JobModel } from "./generator.ts";
import { isBad } from "./processors.ts";
import type { World } from "./world.ts";

/** The transitions of design.md section 4, written down a second time. */
const legal = new Set(
  `planned>queued planned>skipped planned>cancelled queued>running queued>waiting queued>skipped queued>cancelled
  waiting>running waiting>queued waiting>waiting waiting>skipped waiting>cancelled waiting>failed running>running running>ok running>no_action
  running>partial running>failed running>cancelled running>waiting failed>waiting planned>withdrawn queued>withdrawn
  >planned >skipped >queued`.split(/\s+/),
);
const terminal = new Set(["ok", "no_action", "partial", "failed", "cancelled", "skipped"]);

interface RunRow {
  readonly id: number;
  readonly job_id: number;
  readonly client_id: number;
  readonly kind: string;
  readonly processor: string;
  readonly scheduled_at: number;
  readonly due_at: number;
  readonly until_at: number | null;
  readonly state: string;
  readonly occurrences: number;
  readonly dry_run: number;
  readonly parameters: string;
  readonly counts: string;
  readonly ended_at: number | null;
  readonly started_at: number | null;
  readonly reopened: number;
}

interface StateRow {
  readonly run_id: number;
  readonly old: string | null;
  readonly new: string;
  readonly reason: string | null;
  readonly started_before: number | null;
  readonly clock: number;
  readonly looked_at: number;
}

interface Scene {
  readonly world: World;
  readonly cast: Cast;
  readonly jobs: ReadonlyMap<number, JobModel>;
  readonly runs: ReadonlyMap<number, RunRow>;
  readonly broken: string[];
}

/** What is overdue after some quiet minutes: nothing should be. */
export function overdue(world: World): string[] {
  const { now } = world.timeline;
  const broken: string[] = [];
  for (const row of world.shared.rows("SELECT id, next_fire_at FROM triggers WHERE next_fire_at < ?", now)) {
    broken.push(`trigger ${row.id} has its next fire in the past (${row.next_fire_at}, now ${now})`);
  }
  // Of one job only so many are looked at; those behind them wait for their turn.
  const late = `SELECT id, state FROM runs r WHERE state IN ('planned', 'queued') AND due_at < ? AND created_at < ? AND
    (SELECT count(*) FROM runs o WHERE o.job_id = r.job_id AND o.client_id = r.client_id AND o.ended_at IS NULL AND o.due_at < r.due_at) < 20`;
  for (const row of world.shared.rows(late, now - 30_000, now - 30_000)) {
    broken.push(`run ${row.id} is due and still ${row.state}`);
  }
  if (!world.skewed) {
    for (const row of world.shared.rows(
      "SELECT id FROM runs WHERE state = 'running' AND heartbeat_at < ?",
      now - 90_000,
    )) {
      broken.push(`run ${row.id} is running and nobody has worked on it for 90 s`);
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
  auditStates(scene);
  auditCompany(scene);
  auditPermits(scene);
  auditWrites(scene);
  auditCalls(scene);
  auditFollowers(scene);
  return broken;
}

/** Every occurrence of every epoch of every trigger has one fate. */
function auditFates({ world, runs, broken }: Scene): void {
  const epochs = world.shared.rows<{
    id: number;
    job_id: number;
    client_id: number;
    cron: string | null;
    next_at: number | null;
    clock: number;
    ended: number;
  }>("SELECT * FROM seen_epochs ORDER BY id");
  const moves = Map.groupBy(
    world.shared.rows<{ epoch: number; old_next: number; next_at: number | null; fated_at: number }>(
      "SELECT * FROM seen_moves ORDER BY id",
    ),
    ({ epoch }) => epoch,
  );
  const fates = Map.groupBy(
    world.shared.rows<{
      epoch: number;
      run_id: number;
      scheduled_at: number;
      until_at: number | null;
      occurrences: number;
      grown: number;
    }>("SELECT * FROM seen_fates ORDER BY id"),
    ({ epoch }) => epoch,
  );
  /** Up to which instant rows of earlier epochs stand that were not withdrawn. */
  const standing = new Map<string, number>();
  for (const epoch of epochs) {
    const key = `${epoch.job_id}/${epoch.client_id}`;
    const place = `job ${epoch.job_id} of client ${epoch.client_id}, epoch ${epoch.id}`;
    const moved = moves.get(epoch.id) ?? [];
    const fated = fates.get(epoch.id) ?? [];
    if (epoch.next_at === null || epoch.cron === null) {
      if (moved.length > 0 || fated.length > 0) broken.push(`${place}: it has no clock, but ${fated.length} fates`);
      continue;
    }
    const shape = shapeOf(epoch.cron);
    if (fireAfter(shape, epoch.clock) !== epoch.next_at) {
      broken.push(
        `${place}: "${shape.text}" fires after ${epoch.clock} at ${fireAfter(shape, epoch.clock)}, not at ${epoch.next_at}`,
      );
      continue;
    }
    const last = moved.reduce((most, move) => Math.max(most, move.fated_at), 0);
    let next: number | null = epoch.next_at;
    for (const move of moved) {
      if (move.old_next !== next) broken.push(`${place}: it was moved from ${move.old_next}, but stood at ${next}`);
      next = move.next_at;
    }
    if (next !== null && last > 0 && next !== fireAfter(shape, last))
      broken.push(`${place}: it stands at ${next}, but the last fate is of ${last}`);
    const expected = firesBetween(shape, epoch.clock, last);
    const known = new Set(expected);
    // What an earlier epoch skipped ahead of its time, or started by a clock that was ahead, has its row and keeps it.
    const strict = (standing.get(key) ?? 0) > epoch.clock ? 0 : expected.length;
    if (expected.length > 0) world.epochs[strict === 0 ? "overlapping" : "strict"] += 1;
    const single = new Set<number>();
    let sum = 0;
    for (const fate of fated) {
      const ends = [fate.grown ? null : fate.scheduled_at, fate.until_at];
      for (const end of ends)
        if (end !== null && !known.has(end))
          broken.push(`${place}: run ${fate.run_id} stands for ${end}, which "${shape.text}" does not plan`);
      if (fate.until_at === null) {
        if (fate.occurrences !== 1)
          broken.push(`${place}: run ${fate.run_id} is one instant and stands for ${fate.occurrences}`);
        if (single.has(fate.scheduled_at)) broken.push(`${place}: ${fate.scheduled_at} has two rows`);
        single.add(fate.scheduled_at);
      } else if (
        fate.occurrences < 1 ||
        fate.occurrences > firesBetween(shape, fate.scheduled_at - 1, fate.until_at).length
      ) {
        broken.push(`${place}: run ${fate.run_id} stands for ${fate.occurrences} occurrences, more than its range has`);
      }
      sum += fate.occurrences;
    }
    if (sum > expected.length) broken.push(`${place}: ${expected.length} occurrences have ${sum} fates`);
    if (sum < strict) {
      const rows = fated.map(
        (fate) =>
          `${fate.grown ? "+" : ""}${fate.occurrences} from ${fate.scheduled_at} until ${fate.until_at} in run ${fate.run_id}`,
      );
      broken.push(
        `${place}: of ${strict} occurrences of "${shape.text}" up to ${last} only ${sum} have a fate: ${rows.join(", ")}`,
      );
    }
    for (const fate of fated) {
      if (runs.has(fate.run_id))
        standing.set(key, Math.max(standing.get(key) ?? 0, fate.until_at ?? fate.scheduled_at));
    }
  }
}

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
      if (run.kind === "schedule" && latest !== null && state.looked_at > run.due_at + latest * 60_000) {
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

/** Overlap, one processor at a time, one heavy run at a time, order. */
function auditCompany({ world, jobs, runs, broken }: Scene): void {
  // A run may be claimed beside others only to be ended: then that is the next thing that becomes of it.
  const closed = new Set<number>();
  const next = new Map<number, StateRow>();
  for (const state of world.shared.rows<StateRow>("SELECT * FROM seen_states ORDER BY id DESC")) {
    const following = next.get(state.run_id);
    // Who takes it over has to end it as well.
    if (state.old !== "running" || state.new !== "running") next.set(state.run_id, state);
    if (state.new === "running" && (following?.new === "cancelled" || following?.reason === "superseded"))
      closed.add(state.run_id);
  }
  for (const { run_id, other_id, kind } of world.shared.rows<{ run_id: number; other_id: number; kind: string }>(
    "SELECT * FROM seen_company ORDER BY id",
  )) {
    const run = runs.get(run_id);
    if (!run) continue;
    const allowed = jobs.get(run.job_id)?.overlap === "allow" && (kind === "job" || kind === "processor");
    if (!allowed && !closed.has(run_id)) broken.push(`run ${run_id} started beside run ${other_id} (${kind})`);
  }
}

/** No more unexpired permits than the cap, as the clock of whoever takes one has it. */
function auditPermits({ world, broken }: Scene): void {
  const setting = world.shared.rows<{ value: string }>(
    "SELECT value FROM settings WHERE client_id = 0 AND key = 'maxConcurrentHeavyRuns'",
  )[0];
  const cap = setting ? Number(setting.value) : 2;
  // With wrong clocks only the moment of giving can be judged: each process has its own idea of what has expired.
  const condition = world.skewed ? "AND granted = 1" : "";
  for (const row of world.shared.rows(`SELECT run_id, held FROM seen_permits WHERE held > ? ${condition}`, cap)) {
    broken.push(`run ${row.run_id} has the ${row.held}th permit of ${cap}`);
  }
}

/** What was written: once, by who held the lease, for the run's own client, and counted. */
function auditWrites({ world, runs, broken }: Scene): void {
  for (const engine of [world.shared, world.own]) {
    for (const row of engine.rows(
      "SELECT run_id, unit, actor, holder FROM seen_writes WHERE actor <> holder OR holder IS NULL",
    )) {
      broken.push(
        `run ${row.run_id}: process ${row.actor} wrote ${row.unit}, but process ${row.holder} held the lease`,
      );
    }
    for (const row of engine.rows("SELECT run_id FROM checkpoints WHERE done = 0")) {
      if (runs.get(Number(row.run_id))?.state === "ok")
        broken.push(`run ${row.run_id} is ok, but its checkpoint is not done`);
    }
  }
  const ofOwn = new Set(
    world.shared.rows<{ id: number }>("SELECT id FROM clients WHERE database_url IS NOT NULL").map(({ id }) => id),
  );
  const written = new Map<number, string[]>();
  const failed = new Map<number, string[]>();
  for (const engine of [world.shared, world.own]) {
    for (const row of engine.rows<{ run_id: number; client_id: number; unit: string }>(
      "SELECT run_id, client_id, unit FROM sim_writes",
    )) {
      const run = runs.get(row.run_id);
      if (run?.client_id !== row.client_id || ofOwn.has(row.client_id) !== (engine === world.own)) {
        broken.push(`run ${row.run_id} of client ${run?.client_id} wrote a row of client ${row.client_id}`);
      }
      written.set(row.run_id, [...(written.get(row.run_id) ?? []), row.unit]);
    }
    for (const row of engine.rows<{ run_id: number; ref: string }>("SELECT run_id, ref FROM failures")) {
      failed.set(row.run_id, [...(failed.get(row.run_id) ?? []), row.ref]);
    }
  }
  for (const run of runs.values()) {
    const units = (written.get(run.id) ?? []).map((unit) => unit.split(":").slice(0, 2).join(":"));
    if (run.dry_run === 1) {
      if (units.length > 0) broken.push(`dry run ${run.id} wrote ${units.join(", ")}`);
      continue;
    }
    const distinct = new Set(units);
    if (distinct.size < units.length) broken.push(`run ${run.id} wrote twice: ${units.join(", ")}`);
    const refused = failed.get(run.id) ?? [];
    if (new Set(refused).size < refused.length)
      broken.push(`run ${run.id} recorded a failure twice: ${refused.join(", ")}`);
    const kind = world.kinds.get(run.processor);
    if (!kind || (run.state !== "ok" && run.state !== "partial" && run.state !== "no_action")) continue;
    const planned = Number((JSON.parse(run.parameters) as { units: number }).units);
    for (let unit = 0; unit < planned; unit += 1) {
      const bad = kind.does === "units" && isBad(kind, run.id, unit);
      const name = kind.does === "units" ? `unit:${unit}` : `call:${unit}`;
      if (bad !== refused.includes(`unit:${unit}`))
        broken.push(`run ${run.id}: whether ${name} failed is not recorded`);
      if (bad === distinct.has(name))
        broken.push(`run ${run.id} is ${run.state}, but ${name} is ${bad ? "" : "not "}written`);
    }
    const counts = JSON.parse(run.counts) as Record<string, number>;
    if (
      (counts.changed ?? 0) !== units.length ||
      (counts.failed ?? 0) !== refused.length ||
      (counts.scanned ?? 0) !== planned
    ) {
      broken.push(
        `run ${run.id} counted ${run.counts}; it wrote ${units.length} and failed ${refused.length} of ${planned}`,
      );
    }
  }
}

/** A call that may not be repeated is made at most once, and none at all in a dry run. */
function auditCalls({ world, runs, broken }: Scene): void {
  const made = new Map<string, number>();
  for (const { runId, key, repeatable } of world.calls) {
    const name = `${runId} ${key}`;
    made.set(name, (made.get(name) ?? 0) + 1);
    if (!repeatable && made.get(name) === 2) broken.push(`run ${runId} made ${key} twice`);
    if (runs.get(runId)?.dry_run === 1) broken.push(`dry run ${runId} made ${key}`);
  }
  for (const engine of [world.shared, world.own]) {
    for (const row of engine.rows<{ run_id: number; unit: string }>(
      "SELECT run_id, unit FROM sim_writes WHERE unit LIKE 'call:%:done'",
    )) {
      const key = row.unit.split(":").slice(0, 2).join(":");
      if (!made.has(`${row.run_id} ${key}`)) broken.push(`run ${row.run_id} noted ${key} as done, but never made it`);
    }
  }
}

/** A chained job follows each run once, and where nobody touched it, each run. */
function auditFollowers({ world, cast, runs, broken }: Scene): void {
  const followers = world.shared.rows<{ job_id: number; caused_by_run_id: number }>(
    "SELECT job_id, caused_by_run_id FROM runs WHERE kind = 'after'",
  );
  const seen = new Map<string, number>();
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
      if (!seen.has(`${job.id} after ${run.id}`))
        broken.push(`job ${job.id} did not follow run ${run.id}, which ended ${run.state}`);
    }
  }
}
