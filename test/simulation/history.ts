import { audit, overdue } from "./audit/auditor.ts";
import { addJob, type Cast, lowerCurtain, planActs, raiseCurtain, undoTheRest } from "./generator.ts";
import type { FaultTally } from "./world/faults.ts";
import { Hosts } from "./world/host.ts";
import { type Defect, World } from "./world/world.ts";

const MINUTE = 60_000;

/** Number of each in a history, at least. */
const FAULTS_AT_LEAST = 10;
const OCCURRENCES_AT_LEAST = 20;

/** Minutes within which the world comes to rest when it is left alone: a clock that was an hour ahead left instants an hour away. */
const REST_WITHIN_MINUTES = 240;

/** Histories that see quiet minutes with every job on the clock; the others end at once, with everything under way. */
const QUIET_ENDS = 0.4;

/** So long (ms) it is quiet then: after an outage two further ticks have to confirm the time. */
const QUIET_MS = 240_000;

/** What a history came to. */
export interface Outcome {
  readonly seed: number;
  /** Broken invariants in words; none is what we want. */
  readonly broken: readonly string[];
  readonly tally: FaultTally;
  readonly faults: number;
  readonly occurrences: number;
  readonly runs: number;
  /** Epochs of triggers: counted exactly, and reached into by rows of an earlier one. */
  readonly epochs: { readonly strict: number; readonly overlapping: number };
  /** Quiet looks at a client's occurrences, and those that named it. */
  readonly looks: { readonly quiet: number; readonly named: number };
}

/** Lets `work` happen in virtual time, which it waits for. */
async function inVirtualTime<T>(world: World, work: Promise<T>): Promise<T> {
  let ended = false;
  const watched = work.finally(() => {
    ended = true;
  });
  watched.catch(() => undefined);
  while (!ended) await world.timeline.runUntil(world.timeline.now + 200);
  return watched;
}

const number = (world: World, sql: string) => Number(world.shared.rows<{ n: number }>(sql)[0]?.n);

/** Lives through one history and audits it. The same seed (and defect) gives the same one. */
export async function liveThrough(
  seed: number,
  options: { trace?: boolean; defect?: Defect | null } = {},
): Promise<Outcome> {
  const world = new World(seed, options.trace ?? false, options.defect ?? null);
  const { timeline } = world;
  let broken: string[] = [];
  try {
    const cast: Cast = await inVirtualTime(world, raiseCurtain(world));
    const hosts = new Hosts(world, cast.clientIds);
    hosts.start();
    world.chaos = true;
    // A trigger plans two minutes ahead before it joins the group that polls for it.
    const polling = world.polls ? world.polling.between(3, 6) * MINUTE : 0;
    const until = timeline.now + world.random.between(60, 110) * 1000 + polling;
    planActs(world, cast, hosts, until);
    await timeline.runUntil(until);
    for (let more = 0; ; more += 1) {
      const happened = number(world, "SELECT coalesce(sum(max(occurrences, 0)), 0) AS n FROM seen_fates");
      if (world.struck >= FAULTS_AT_LEAST && happened >= OCCURRENCES_AT_LEAST) break;
      // So much was paused, deleted, switched off or never on a clock that something new has to happen.
      if (more % 3 === 2 && !world.databaseDown && world.missing === null) {
        await inVirtualTime(world, undoTheRest(world));
        await inVirtualTime(world, addJob(world, cast, "Quick"));
      }
      await timeline.runUntil(timeline.now + MINUTE / 2);
    }
    world.chaos = false;
    world.databaseDown = false;
    world.databaseOffset = 0;
    world.missing = null;
    for (const runner of hosts.runners.values()) runner.settleClock();
    world.say("--- from here on nothing goes wrong");
    if (world.random.chance(QUIET_ENDS)) {
      await timeline.runUntil(timeline.now + QUIET_MS);
      broken = overdue(world);
    }
    world.curtainAt = timeline.now;
    await inVirtualTime(world, lowerCurtain(world, cast));
    world.say("--- no job is on the clock any more");
    for (let minute = 0; ; minute += 1) {
      const open = number(
        world,
        "SELECT count(*) AS n FROM runs WHERE state IN ('planned', 'queued', 'waiting', 'running')",
      );
      if (open === 0) break;
      if (minute === REST_WITHIN_MINUTES) {
        broken.push(`${open} runs are still open after ${REST_WITHIN_MINUTES} quiet minutes`);
        break;
      }
      await timeline.runUntil(timeline.now + MINUTE);
    }
    broken.push(
      ...audit(world, cast),
      ...world.writing.broken,
      ...world.failures.map((failure) => `an administrator's act threw: ${String(failure)}`),
    );
  } catch (error) {
    broken.push(`the history threw: ${error instanceof Error ? error.stack : String(error)}`);
  }
  if (options.trace) describe(world, broken);
  return {
    seed,
    broken,
    tally: world.tally,
    faults: world.struck,
    epochs: world.epochs,
    looks: {
      quiet: number(world, "SELECT count(*) AS n FROM seen_looks WHERE runs = 0"),
      named: number(world, "SELECT count(*) AS n FROM seen_looks WHERE runs > 0"),
    },
    occurrences: number(world, "SELECT coalesce(sum(max(occurrences, 0)), 0) AS n FROM seen_fates"),
    runs: number(world, "SELECT count(*) AS n FROM runs WHERE started_at IS NOT NULL"),
  };
}

/** Prints the lives of the runs that a broken invariant names. */
function describe(world: World, broken: readonly string[]): void {
  const named = new Set(broken.flatMap((words) => [...words.matchAll(/\brun (\d+)/g)].map(([, id]) => Number(id))));
  for (const id of [...named].slice(0, 6)) {
    const run =
      "SELECT id, job_id, client_id, kind, processor, scheduled_at, due_at, until_at, occurrences, state, reason, parameters, counts FROM runs WHERE id = ?";
    console.log(JSON.stringify(world.shared.rows(run, id)[0]));
    for (const state of world.shared.rows(
      "SELECT old, new, reason, clock, looked_at, instant, actor FROM seen_states WHERE run_id = ? ORDER BY id",
      id,
    )) {
      console.log(
        `   ${world.seconds(Number(state.instant))} by #${state.actor}: ${state.old} > ${state.new} ${state.reason ?? ""}`,
      );
    }
  }
}
