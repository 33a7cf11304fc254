import type { Clock } from "../../../src/connectors/clock.ts";
import { readRun, startRuns } from "../../../src/control/runs/runs.ts";
import { boundFiles, prefixesOf } from "../../../src/files/bound.ts";
import { folderFiles } from "../../../src/files/folder.ts";
import { openFileDatabase } from "../../../src/hosts/deno/file-database.ts";
import { systemClock } from "../../../src/hosts/system-clock.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import { Runner } from "../../../src/runner/runner.ts";
import { countingDatabase } from "../../../src/store/database.ts";
import type { VirtualClock } from "../../harness/clock.ts";
import { runnerPorts } from "../../harness/runner/runner.ts";
import { NIGHT } from "./volume.ts";

/** A run that takes longer (ms) is no longer waited for, once its slice is over. */
const PATIENCE_MS = 240_000;

/** What a run took. */
export interface Night {
  /** Of the run; `running`: it was given up. */
  readonly state: string;
  readonly message: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly ms: number;
  /** Time (ms) of this process on the processor, SQLite's included. */
  readonly cpuMs: number;
  readonly statements: number;
  readonly roundTrips: number;
}

/** Runs of one processor on one database file, by a clock that goes on from the seeded night. */
export class Nights {
  readonly #database;
  readonly #objects: string;
  readonly #processor: Processor;
  readonly #clock: Clock;

  constructor(path: string, objects: string, processor: Processor) {
    this.#database = openFileDatabase(path, 5_000);
    this.#objects = objects;
    this.#processor = processor;
    const offset = NIGHT - Date.now();
    this.#clock = {
      now: () => Date.now() + offset,
      sleepUntil: (instant, wake) => systemClock.sleepUntil(instant - offset, wake),
    };
  }

  /** Runs it once with its defaults, as a scheduled run would. */
  async run(): Promise<Night> {
    const { id: processor, load } = this.#processor;
    const [id] = await startRuns(
      this.#database,
      [
        {
          jobId: 1,
          processor,
          jobName: processor,
          load,
          parameters: {},
          clientId: 1,
          nodeId: "",
          timeZone: "Europe/Berlin",
          asOf: null,
          dryRun: false,
          requestedBy: "bench",
        },
      ],
      this.#clock.now(),
    );
    const tally = { roundTrips: 0, statements: 0 };
    const ports = runnerPorts(
      countingDatabase(this.#database, tally),
      [this.#processor],
      this.#clock as unknown as VirtualClock,
      {
        filesFor: (run) => boundFiles(folderFiles(this.#objects), prefixesOf(run)),
        report: (message, error) => console.error(message, error),
      },
    );
    const runner = new Runner(ports, 1);
    const start = performance.now();
    const cpu = process.cpuUsage();
    while ((await runner.work()) !== null && performance.now() - start < PATIENCE_MS);
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    const run = await readRun(this.#database, id as number);
    return {
      state: run?.state ?? "",
      message: run?.message ?? "",
      counts: (run?.counts ?? {}) as Record<string, number>,
      ms,
      cpuMs: (user + system) / 1000,
      ...tally,
    };
  }

  close(): void {
    this.#database.close();
  }
}
