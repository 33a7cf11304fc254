import type { PlannedRun } from "../../../src/control/runs/open-runs.ts";
import { type Catalogue, createCatalogue } from "../../../src/processors/catalogue.ts";
import type { Limits } from "../../../src/runner/budget.ts";
import type { RunnerPorts } from "../../../src/runner/ports.ts";
import { Runner } from "../../../src/runner/runner.ts";
import { tickByClocks } from "../../../src/scheduler/tick.ts";
import { withOutages } from "../../../src/store/outage.ts";
import { noConnectors } from "../../harness/runner/runner.ts";
import { SimProcess } from "./process.ts";
import { processorsOf } from "./processors.ts";
import type { World } from "./world.ts";

/** As hosts/cloudflare/ClientRunner.ts and Clock.ts have them (ms). */
const PAUSE_MS = 5_000;
const ALARM_AFTER_MS = 75_000;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Incarnation {
  readonly process: SimProcess;
  readonly runner: Runner;
  working: boolean;
}

/** Sets a process's clock wrong, now or later, where the history has that. */
function unsettleClock(world: World, process: SimProcess): void {
  if (!world.skewed) return;
  if (world.strikes("clock off by 10 minutes", 0.1)) process.clockOffset = world.random.pick([-10, 10]) * MINUTE;
  if (world.strikes("clock jumps by an hour", 0.04)) {
    const jump = world.random.pick([-1, 1]) * HOUR;
    world.timeline.at(world.timeline.now + world.random.between(0, 2 * MINUTE), () => {
      if (world.chaos) process.clockOffset += jump;
    });
  }
}

/** The release's processors, less the one that is unknown for a while. */
export function catalogueOf(world: World, process: SimProcess): Catalogue {
  const known = createCatalogue(processorsOf(world, process));
  const missingAtFirst = world.missing;
  // A runner lives on; an administrator's act is one request to one release.
  const missing = () => (process.kind === "runner" ? world.missing : missingAtFirst);
  return {
    find: (id) => (id === missing() ? null : known.find(id)),
    all: () => known.all(),
    before: (id) => (world.defect?.withoutOrder ? new Set() : known.before(id)),
  };
}

/** A client's runner as the edge runs it: one object with one alarm, of which the platform makes a new incarnation when it must. */
export class RunnerObject {
  readonly clientId: number;
  readonly #world: World;
  readonly #hosts: Hosts;
  #incarnation: Incarnation | null = null;
  #alarmAt: number | null = null;
  #takeBack: () => void = () => undefined;
  #pending = false;

  constructor(world: World, hosts: Hosts, clientId: number) {
    this.#world = world;
    this.#hosts = hosts;
    this.clientId = clientId;
  }

  /** True while a handler is at work or an alarm is set. */
  get restless(): boolean {
    return this.#alarmAt !== null || (this.#incarnation?.working ?? false);
  }

  /** @param time what a tick takes for the time at this moment, ms. @param planned what it planned; undefined: it has to look */
  wake(time?: number, planned?: readonly PlannedRun[]): void {
    const incarnation = this.#current();
    const { process, runner } = incarnation;
    if (time !== undefined) process.follow(time);
    if (!planned) {
      runner.poke();
      this.#arm(process.now() + 1, incarnation);
      return;
    }
    runner.expect(planned);
    if (incarnation.working || planned.length === 0) return;
    const dueAt = Math.min(...planned.map((run) => run.dueAt));
    this.#arm(Math.max(dueAt, process.now() + 1), incarnation);
  }

  /** A new release: the incarnation goes, mid-work or not. */
  redeploy(): void {
    this.#incarnation?.process.kill();
  }

  /** Corrects the clock of the one that is there. */
  settleClock(): void {
    if (this.#incarnation) this.#incarnation.process.clockOffset = 0;
  }

  #current(): Incarnation {
    if (this.#incarnation) return this.#incarnation;
    const world = this.#world;
    const process = new SimProcess(world, "runner", `runner/${this.clientId}`, this.clientId);
    unsettleClock(world, process);
    const incarnation = { process, runner: new Runner(this.#ports(process), this.clientId), working: false };
    process.onKilled = () => this.#gone(incarnation);
    process.onSuperseded = () => this.#gone(incarnation);
    this.#incarnation = incarnation;
    return incarnation;
  }

  #ports(process: SimProcess): RunnerPorts {
    const world = this.#world;
    const control = withOutages(process.database(world.shared));
    const own = withOutages(process.database(world.own));
    const absent = () => {
      throw new Error("The simulation has none");
    };
    return {
      control,
      storeOf: async (client) => (client.databaseUrl === null ? control : own),
      catalogue: catalogueOf(world, process),
      clock: process.clock,
      random: () => world.random.next(),
      // No two incarnations are the same, and no random number of the history is used up.
      randomBytes: (length) => new Uint8Array(length).map((_, index) => process.id >> (8 * index)),
      filesFor: () => new Proxy({}, { get: absent }) as ReturnType<RunnerPorts["filesFor"]>,
      fonts: { read: absent },
      connectorsFor: () => noConnectors,
      nodes: { push: async () => undefined },
      erasedKeySecret: absent,
      wakeRunner: async (clientId) => this.#hosts.send(clientId),
      report: (message, error) =>
        world.say(`${process.name}: ${message}${error instanceof Error ? ` (${error.message})` : ""}`),
      invocation: this.#hosts.invocation,
    };
  }

  /** The platform lost or left an incarnation; an alarm that was at work is repeated. */
  #gone(incarnation: Incarnation): void {
    if (this.#incarnation !== incarnation) return;
    this.#incarnation = null;
    const world = this.#world;
    if (!incarnation.working && !this.#pending) return;
    this.#pending = false;
    if (!world.strikes("alarm lost", 0.25)) this.#setAlarm(world.timeline.now + world.random.between(500, 10_000));
  }

  #arm(local: number, incarnation: Incarnation): void {
    // An object that was superseded may go on, but its storage refuses it.
    if (this.#incarnation !== incarnation) return;
    const instant = local - incarnation.process.clockOffset;
    if (this.#alarmAt === null || this.#alarmAt > instant) this.#setAlarm(instant);
  }

  #setAlarm(instant: number): void {
    const world = this.#world;
    this.#takeBack();
    this.#alarmAt = Math.max(instant, world.timeline.now);
    const late = world.strikes("alarm late", 0.01) ? MINUTE : 0;
    this.#takeBack = world.timeline.at(this.#alarmAt + late, () => {
      this.#alarmAt = null;
      if (world.strikes("alarm lost", 0.01)) return;
      if (world.strikes("alarm doubled", 0.02))
        world.timeline.at(world.timeline.now + world.random.between(0, 5_000), () => this.#alarm());
      this.#alarm();
    });
  }

  #alarm(): void {
    const incarnation = this.#current();
    if (incarnation.working) {
      // An alarm does not fire while the handler runs.
      this.#pending = true;
      return;
    }
    incarnation.working = true;
    const { nextAt } = incarnation.runner;
    const isKnown = nextAt !== null && nextAt <= incarnation.process.now();
    void incarnation.runner
      .work(isKnown ? [] : undefined)
      .catch((error: unknown) => {
        this.#world.say(`${incarnation.process.name} was interrupted: ${String(error)}`);
        return incarnation.process.now() + PAUSE_MS;
      })
      .then((next) => {
        incarnation.working = false;
        if (this.#incarnation !== incarnation) return;
        if (next !== null) this.#arm(Math.max(next, incarnation.process.now() + 1), incarnation);
        if (this.#pending) {
          this.#pending = false;
          this.#alarm();
        }
      });
  }
}

/** The platform: a runner for each client, the Cron Trigger, and the Clock with its own alarm. */
export class Hosts {
  readonly runners: ReadonlyMap<number, RunnerObject>;
  readonly invocation: Limits;
  readonly #world: World;
  #takeBack: () => void = () => undefined;

  constructor(world: World, clientIds: readonly number[]) {
    this.#world = world;
    this.invocation = { wallMs: world.random.pick([600_000, 60_000, 20_000]), calls: world.random.pick([8_000, 200]) };
    this.runners = new Map(clientIds.map((id) => [id, new RunnerObject(world, this, id)]));
  }

  /**
   * Sends a wake-up over the network.
   *
   * @param offset what the tick takes for the time less the true one, ms; undefined: no tick sends it
   * @param planned the runs that the tick planned; undefined: the runner has to look
   */
  send(clientId: number, offset?: number, planned?: readonly PlannedRun[]): void {
    const world = this.#world;
    if (world.strikes("wake-up lost", 0.03)) return;
    world.timeline.at(world.timeline.now + world.random.between(1, 50), () =>
      this.runners.get(clientId)?.wake(offset === undefined ? undefined : world.timeline.now + offset, planned),
    );
  }

  /** From now on the Cron Trigger fires each minute. */
  start(): void {
    const world = this.#world;
    const next = Math.ceil((world.timeline.now + 1) / MINUTE) * MINUTE;
    world.timeline.at(next, () => {
      this.#cron();
      this.start();
    });
  }

  #cron(): void {
    const world = this.#world;
    const { random, timeline } = world;
    if (world.strikes("tick missing", 0.08)) return;
    if (world.strikes("tick doubled", 0.06))
      timeline.at(timeline.now + random.between(0, 200), () => this.#tick("cron"));
    let delay = random.between(0, 900);
    if (world.strikes("tick late", 0.06)) delay += random.between(1_000, MINUTE);
    const from = timeline.now;
    // What an act reads before it writes takes about as long.
    const act = world.besideTick.shift();
    if (act) timeline.at(from + Math.max(0, delay - random.between(20, 90)), act);
    // It read its clock, then something else came first.
    const stale = world.strikes("tick disordered", 0.05);
    timeline.at(from + delay + (stale ? random.between(20_000, 100_000) : 0), () =>
      this.#tick("cron", stale ? from : undefined),
    );
  }

  #tick(source: string, readAt?: number): void {
    const world = this.#world;
    const process = new SimProcess(world, "tick", "tick");
    unsettleClock(world, process);
    if (world.skewed) {
      if (world.strikes("tick's clock hours ahead", 0.05)) process.clockOffset = world.random.between(3, 8) * HOUR;
      if (world.strikes("tick's clock hours behind", 0.03)) process.clockOffset = -world.random.between(3, 8) * HOUR;
      if (world.place !== "file" && world.strikes("database's clock hours ahead", 0.05)) this.#unsettleDatabase();
    }
    this.#takeBack();
    this.#takeBack = world.timeline.at(world.timeline.now + ALARM_AFTER_MS, () => {
      if (!world.strikes("alarm lost", 0.05)) this.#tick("alarm");
    });
    const planned = Math.floor(world.timeline.now / MINUTE) * MINUTE;
    const witness = world.place === "edge" && source === "cron" ? planned : null;
    const ownClock = world.place !== "file";
    const host = () => {
      const instant = world.timeline.now;
      const shown = readAt ?? process.now();
      const database = ownClock ? world.databaseOffset : null;
      world.asked.set(process.id, { instant, ahead: [shown - instant, database, witness && witness - instant] });
      return shown;
    };
    const clocks = { host, witness, ownClock };
    void tickByClocks(
      { control: withOutages(process.database(world.shared)), catalogue: catalogueOf(world, process) },
      clocks,
      source,
    ).then(
      (report) => {
        const offset = report.sure ? process.clockOffset - report.hostAheadMs : undefined;
        for (const clientId of report.wake) this.send(clientId, offset, report.handOver.get(clientId));
      },
      (error: unknown) => world.say(`${process.name} failed: ${String(error)}`),
    );
  }

  /** Puts the database's clock hours ahead for some minutes. */
  #unsettleDatabase(): void {
    const world = this.#world;
    world.databaseOffset = world.random.between(3, 8) * HOUR;
    world.timeline.at(world.timeline.now + world.random.between(1, 4) * MINUTE, () => {
      world.databaseOffset = 0;
    });
  }
}
