import type { Database } from "../../../src/store/database.ts";
import { Engine, type Mutation, type Presence } from "./engine.ts";
import { type CallFault, callFaults, type FaultTally, type OtherFault } from "./faults.ts";
import type { SimProcess } from "./process.ts";
import type { Kind } from "./processors.ts";
import { kinds, poll } from "./processors.ts";
import { Random } from "./random.ts";
import { Timeline } from "./timeline.ts";
import { controlWitness, storeWitness } from "./witness.ts";
import { SimWriter, type WriterDefect, type WriterFault, WriterWitness, writerFaults } from "./writer.ts";

const presence: Presence = {
  actor: 0,
  admin: 1,
  client: 0,
  clock: 0,
  instant: 0,
  database: 0,
  lookedAt: 0,
  lookedInstant: 0,
  missing: "",
};
let engines: { readonly shared: Engine; readonly own: Engine } | null = null;

/** The databases, made once for each thread and emptied for each history. */
function enginesOf(): { readonly shared: Engine; readonly own: Engine } {
  engines ??= {
    shared: new Engine(["store", "control"], presence, storeWitness + controlWitness),
    own: new Engine(["store"], presence, storeWitness),
  };
  return engines;
}

/** A call that a test processor made into the outer world. */
export interface RemoteCall {
  readonly runId: number;
  readonly key: string;
  readonly repeatable: boolean;
}

/** What the clocks that a tick asked showed. */
export interface AskedClocks {
  /** When it asked, ms. */
  readonly instant: number;
  /** What each was ahead of the true time, ms: the host's, the database's, the Cron Trigger's; null: there was none. */
  readonly ahead: readonly (number | null)[];
}

/** A backfill that was granted. Instants in ms. */
export interface Backfill {
  readonly jobId: number;
  readonly cron: string;
  /** null: every client that the job serves. */
  readonly clientId: number | null;
  readonly from: number;
  readonly until: number;
  readonly dryRun: boolean;
  readonly made: number;
  readonly existed: number;
}

/** What a deliberate defect changes: statements before SQLite sees them, and the order that processors ask for. */
export interface Defect {
  readonly name: string;
  /** A history that notices it. */
  readonly seed: number;
  /** So few histories notice it that `npm test` does not look for it; `npm run simulate -- --defects` does. */
  readonly rare?: boolean;
  readonly mutation?: Mutation;
  /** The runner's catalogue knows no order. */
  readonly withoutOrder?: boolean;
  /** What the writer of a database does wrong. */
  readonly writer?: WriterDefect;
}

/** Everything that the parts of a history share. */
export class World {
  readonly seed: number;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly presence = presence;
  /** Control, and the store of clients without a database of their own. */
  readonly shared: Engine;
  /** The store of a client that has its own database. */
  readonly own: Engine;
  readonly tally: FaultTally = new Map();
  readonly calls: RemoteCall[] = [];
  /** What the writers wrote and answered. */
  readonly writing = new WriterWitness();
  readonly #writers: ReadonlyMap<Engine, SimWriter>;
  #tokens = 0;
  readonly backfills: Backfill[] = [];
  /** What each tick went by, by the number of its process. */
  readonly asked = new Map<number, AskedClocks>();
  /** Acts of administrators that wait for the next tick, to meet it halfway. */
  readonly besideTick: (() => void)[] = [];
  readonly tracing: boolean;
  readonly defect: Defect | null;
  /** Chance for jobs that poll, apart from the rest, so that histories without them stay as they are. */
  readonly polling: Random;
  /** In this history jobs poll. */
  readonly polls: boolean;
  /** Things go wrong. */
  chaos = false;
  /** In this history clocks may be wrong. */
  readonly skewed: boolean;
  /** How likely one call is struck. */
  readonly faultRate: number;
  databaseDown = false;
  /** What third clocks there are: a file has the host's, a server its own, and at the edge the Cron Trigger says when it called. */
  readonly place: "edge" | "server" | "file";
  /** What the database's own clock is ahead of the true time (ms). */
  databaseOffset = 0;
  struck = 0;
  /** Epochs of triggers whose fates were counted exactly, and those that an earlier epoch's rows reach into. */
  readonly epochs = { strict: 0, overlapping: 0 };
  /** When every job was taken off the clock (ms). */
  curtainAt = Number.POSITIVE_INFINITY;
  /** What an administrator's act threw although the database was there. */
  readonly failures: unknown[] = [];
  /** Acts that an outage kept from being undone; they are when something new has to happen, or all is over. */
  readonly undone: (() => Promise<unknown>)[] = [];
  readonly #startedAt: number;
  #missing: string | null = null;
  readonly #missed: { readonly processor: string; readonly until: number }[] = [];
  #processes = 0;

  constructor(seed: number, tracing: boolean, defect: Defect | null) {
    this.seed = seed;
    this.tracing = tracing;
    this.defect = defect;
    this.random = new Random(seed);
    this.polling = new Random(seed ^ 0x5eed);
    this.polls = this.polling.chance(0.4);
    this.#startedAt = Date.UTC(
      2026,
      5,
      1 + this.random.between(0, 20),
      this.random.between(0, 23),
      this.random.between(0, 59),
      7,
    );
    this.timeline = new Timeline(this.#startedAt);
    this.skewed = this.random.chance(0.4);
    this.faultRate = this.random.pick([0.04, 0.07, 0.1]);
    this.place = this.random.pick(["edge", "server", "file"] as const);
    ({ shared: this.shared, own: this.own } = enginesOf());
    this.shared.reset(defect?.mutation ?? null);
    this.own.reset(defect?.mutation ?? null);
    this.#writers = new Map([this.shared, this.own].map((engine) => [engine, new SimWriter(this, engine)]));
  }

  /** The one writer of a database. */
  writerOf(engine: Engine): SimWriter {
    return this.#writers.get(engine) as SimWriter;
  }

  nextToken(): number {
    this.#tokens += 1;
    return this.#tokens;
  }

  /** A processor that the release lacks for a while. */
  get missing(): string | null {
    return this.#missing;
  }

  set missing(processor: string | null) {
    if (this.#missing !== null) this.#missed.push({ processor: this.#missing, until: this.timeline.now });
    this.#missing = processor;
  }

  /** Ids of the processors that the release lacks or lacked at some time since `instant` (ms). */
  missingSince(instant: number): string {
    const ended = this.#missed.filter(({ until }) => until >= instant).map(({ processor }) => processor);
    return [...ended, this.#missing ?? ""].join(" ");
  }

  nextProcessId(): number {
    this.#processes += 1;
    return this.#processes;
  }

  /** Prints an event when the history is traced. */
  say(event: string): void {
    if (!this.tracing) return;
    console.log(`${this.seconds(this.timeline.now)} ${event}`);
  }

  /** An instant (ms) as the trace shows it: seconds since the history began. */
  seconds(instant: number): string {
    return ((instant - this.#startedAt) / 1000).toFixed(3).padStart(9);
  }

  /** Notes that a fault struck. */
  count(fault: CallFault | OtherFault | WriterFault, stage?: string): void {
    this.struck += 1;
    const add = (key: string) => this.tally.set(key, (this.tally.get(key) ?? 0) + 1);
    add(fault);
    if (stage) add(`${fault} at ${stage}`);
    else this.say(`*** ${fault}`);
  }

  /** The fault that befalls a call, if any. */
  drawFault(stage: string): CallFault | null {
    if (this.databaseDown || !this.chaos || !this.random.chance(this.faultRate)) return null;
    const fault = this.random.weighted(callFaults);
    this.count(fault, stage);
    return fault;
  }

  /** The fault that befalls a group of the writer, if any. */
  drawWriterFault(): WriterFault | null {
    if (this.databaseDown || !this.chaos || !this.random.chance(this.faultRate)) return null;
    const fault = this.random.weighted(writerFaults);
    this.count(fault);
    return fault;
  }

  /** True with this probability while things go wrong; then it is counted. */
  strikes(fault: OtherFault, probability: number): boolean {
    if (!this.chaos || !this.random.chance(probability)) return false;
    this.count(fault);
    return true;
  }

  /** The store of a client. */
  storeOf(process: SimProcess, databaseUrl: string | null): Database {
    return process.database(databaseUrl === null ? this.shared : this.own);
  }

  /** Kinds by id. */
  readonly kinds: ReadonlyMap<string, Kind> = new Map([...kinds, poll].map((one) => [one.id, one]));
}
