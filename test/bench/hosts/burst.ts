import type { Client } from "@libsql/client";
import { createJob } from "../../../src/administration/jobs/jobs.ts";
import { catalogue } from "../../../src/processors/all.ts";
import { busyShare } from "../report/cpu.ts";
import { progress } from "../report/report.ts";
import type { CpuTimes, HostKind, HostSetting, MeasuredHost, Troubles } from "./measured-host.ts";
import { countSyncs } from "./syncs.ts";

/** The job that does nothing here: its first read finds no course. Light, once a day, so it is never looked at in quiet groups. */
const NOTHING_TO_DO = "ExpiredCoursesToCompleted";

/** Runs that are due in one second. */
export interface BurstSize {
  readonly clients: number;
  /** Jobs of each client, each with one run; at most 4, which is what a client has at work at once. */
  readonly perClient: number;
}

/** What the run rows, the logs and the kernel say of a burst. */
export interface Burst {
  readonly due: number;
  /** Runs that ended within the time. */
  readonly ended: number;
  /** Ended in another way than `no_action`, or not planned at all. */
  readonly wrong: number;
  /** From the due second to each run's start (ms). */
  readonly lags: readonly number[];
  /** From the due second to the last end (ms); NaN where none ended. */
  readonly lastEndMs: number;
  /** Runs ended in a second, from the first start to the last end. */
  readonly rate: number;
  /** ms for each run that ended. */
  readonly cpuPerRun: CpuTimes;
  readonly troubles: Troubles;
  /** Share of the machine's processors that was busy meanwhile, 0 to 1. */
  readonly busy: number;
  /**
   * From the call of a tick to its answer, before which the runners are woken, and until the runs stood in the database (ms); NaN for what
   * had not happened a second before the runs were due. Null where the host ticks by itself.
   */
  readonly tick: { readonly answeredMs: number; readonly plannedMs: number } | null;
  /** The top ten functions; empty without a profile. */
  readonly profile: readonly string[];
  /** How often for each run a process asked the disk to keep what was written; NaN where that was not counted. */
  readonly syncsPerRun: number;
}

/** Waits (ms); not at all for a time that has passed. */
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** Adds clients, and jobs for all of them that fire each day at this instant (ms), through the same function as the job form. */
async function fill(database: Client, { clients, perClient }: BurstSize, at: number): Promise<void> {
  const now = Date.now();
  await database.execute(
    `INSERT INTO clients (key, name, time_zone, created_at, updated_at)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${clients})
      SELECT 'client-' || i, 'Client ' || i, 'UTC', ${now}, ${now} FROM n`,
  );
  const due = new Date(at);
  const cron = `${due.getUTCSeconds()} ${due.getUTCMinutes()} ${due.getUTCHours()} * * ?`;
  for (let job = 1; job <= perClient; job += 1) {
    const saved = await createJob(
      { control: database, catalogue },
      { name: `Nothing ${job}`, processor: NOTHING_TO_DO, cron, policies: { overlap: "allow" } },
      "bench",
      now,
    );
    if (saved.state !== "saved") throw new Error(`The job was not saved: ${JSON.stringify(saved)}`);
  }
}

/** A database that does not answer a question within this time (ms) is asked again later. */
const ANSWER_MS = 5_000;

/** Counts runs; NaN where the database is too busy to say. */
async function count(database: Client, where: string): Promise<number> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => resolve(Number.NaN), ANSWER_MS);
  });
  const asked = database.execute(`SELECT count(*) AS n FROM runs WHERE ${where}`).then(
    ({ rows }) => Number(rows[0]?.n),
    // Also after the question was given up and the database closed.
    () => Number.NaN,
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

const OPEN = "state IN ('planned', 'queued', 'waiting', 'running')";

/** An instant (ms, a full second) at least `leadMs` ahead, away from the full minute at which hosts tick. */
export function dueInstant(leadMs: number): number {
  const at = Math.ceil((Date.now() + leadMs) / 1000) * 1000;
  const second = (at / 1000) % 60;
  if (second < 5) return at + (5 - second) * 1000;
  return second > 45 ? at + (65 - second) * 1000 : at;
}

/** Ticks from outside and watches the runs appear, until an instant (ms) at most: a tick that wakes many may take longer. */
async function watchedTick(host: MeasuredHost, due: number, until: number): Promise<Burst["tick"]> {
  const start = performance.now();
  let answeredMs = Number.NaN;
  let plannedMs = Number.NaN;
  let failure: unknown = null;
  const ticking = host.tick().then(
    () => {
      answeredMs = performance.now() - start;
    },
    (error: unknown) => {
      failure = error;
    },
  );
  while (Number.isNaN(plannedMs) && Date.now() < until) {
    if ((await count(host.database, "1")) >= due) plannedMs = performance.now() - start;
    else await pause(10);
  }
  await Promise.race([ticking, pause(until - Date.now())]);
  if (failure !== null) progress(`the tick was answered with an error: ${String(failure)}`);
  return { answeredMs, plannedMs };
}

/** The machine was too busy: a host was not ready, or had not planned, when its runs came due. */
export class NotReadyError extends Error {}

/** How a burst is measured. */
export interface BurstOptions extends HostSetting {
  /** How long (ms) after the due second is waited for the last end. */
  readonly limitMs: number;
  /** Counts how often the processes ask the disk to keep what was written, which slows them down much. Default false. */
  readonly countSyncs?: boolean;
}

/** A tick plans two minutes ahead; with more time than this (ms) it might leave the runs to the next one. */
const MOST_LEAD_MS = 90_000;

/** Measures once more, with twice the time to get ready, where that proved too little. @param leadMs the time at first */
export async function withTime<Result>(leadMs: number, measure: (leadMs: number) => Promise<Result>): Promise<Result> {
  for (let given = leadMs; ; given = Math.min(2 * given, MOST_LEAD_MS)) {
    try {
      return await measure(given);
    } catch (error) {
      if (!(error instanceof NotReadyError) || given >= MOST_LEAD_MS) throw error;
      progress(`${error.message}: the machine is busy; once more, with more time`);
    }
  }
}

/**
 * Opens a host with a fresh database, lets its own tick plan runs for one second and its own runners do them, and reads from the
 * rows what came of it.
 */
export function burst(kind: HostKind, size: BurstSize, options: BurstOptions): Promise<Burst> {
  const { delayMs = 0 } = options;
  return withTime(kind.leadMs(size.clients) + 40 * delayMs, (leadMs) => burstOnce(kind, size, options, leadMs));
}

async function burstOnce(kind: HostKind, size: BurstSize, options: BurstOptions, leadMs: number): Promise<Burst> {
  const due = size.clients * size.perClient;
  const host = await kind.open(options);
  try {
    let at: number;
    let ticked: Burst["tick"] = null;
    if (kind.ticksAtStart) {
      at = dueInstant(leadMs);
      await fill(host.database, size, at);
      await host.start();
    } else {
      await host.start();
      // The first tick also sweeps, once an hour.
      await host.tick();
      at = dueInstant(leadMs);
      await fill(host.database, size, at);
      ticked = await watchedTick(host, due, at - 1000);
    }
    await pause(at - Date.now() - 1000);
    const planned = ticked === null || Number.isNaN(ticked.plannedMs) ? (await count(host.database, "1")) >= due : true;
    if (!planned || Date.now() > at - 400)
      throw new NotReadyError(`${kind.name} was not ready before its runs were due`);
    await pause(at - Date.now() - 300);
    const stopProfile = host.profile ? await host.profile() : null;
    const stopCounting = options.countSyncs ? await countSyncs(host.processes()) : null;
    const busy = busyShare();
    const before = host.cpu();
    await pause(at - Date.now());
    const limit = at + options.limitMs;
    const isOver = async () => (await count(host.database, OPEN)) === 0;
    let over = await isOver();
    while (Date.now() < limit && !over) {
      await pause(100);
      over = await isOver();
    }
    const after = host.cpu();
    const share = busy();
    const profile = (await stopProfile?.()) ?? [];
    const syncs = (await stopCounting?.()) ?? Number.NaN;
    if (!over) await host.kill();
    const rows = await host.database.execute(
      "SELECT state, due_at, started_at, ended_at FROM runs WHERE kind = 'schedule' ORDER BY started_at",
    );
    const started = rows.rows.filter((row) => row.started_at !== null);
    const ended = started.filter((row) => row.ended_at !== null);
    const lastEnd = ended.reduce((last, row) => Math.max(last, Number(row.ended_at)), 0);
    const firstStart = Number(started[0]?.started_at ?? at);
    const perRun = (ms: number) => (ended.length > 0 ? ms / ended.length : Number.NaN);
    const result: Burst = {
      due,
      ended: ended.length,
      wrong: rows.rows.filter((row) => row.ended_at !== null && row.state !== "no_action").length,
      lags: started.map((row) => Number(row.started_at) - at),
      lastEndMs: ended.length > 0 ? lastEnd - at : Number.NaN,
      rate: ended.length > 0 ? (1000 * ended.length) / Math.max(1, lastEnd - firstStart) : 0,
      cpuPerRun: { host: perRun(after.host - before.host), server: perRun(after.server - before.server) },
      troubles: await host.troubles(),
      busy: share,
      tick: ticked,
      profile,
      syncsPerRun: perRun(syncs),
    };
    progress(
      `${kind.name}: ${result.ended} of ${due} ended, ${result.rate.toFixed(0)}/s, CPU ${result.cpuPerRun.host.toFixed(2)} + ${result.cpuPerRun.server.toFixed(2)} ms a run, last end after ${(result.lastEndMs / 1000).toFixed(2)} s, ${JSON.stringify(result.troubles)}`,
    );
    return result;
  } finally {
    await host.close();
  }
}
