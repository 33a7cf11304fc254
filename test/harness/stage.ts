import type { InValue } from "@libsql/client";
import { readLog } from "../../src/control/runs/run-logs.ts";
import { type Run, readRun, startRuns } from "../../src/control/runs/runs.ts";
import { boundFiles, prefixesOf } from "../../src/files/bound.ts";
import type { Processor } from "../../src/processors/contract.ts";
import { Runner } from "../../src/runner/runner.ts";
import type { Database } from "../../src/store/database.ts";
import { VirtualClock } from "./clock.ts";
import { freshFileDatabase } from "./database/file-database.ts";
import { type MemoryFiles, memoryFiles } from "./memory-files.ts";
import { addClient, type RunnerOverrides, runnerPorts } from "./runner/runner.ts";

/** Half past one in the morning of 2 March 2026 in Berlin, where client 1 is: the instant (ms) at which a stage's clock stands. */
export const NIGHT = Date.parse("2026-03-02T00:30:00Z");

/** A day, ms. */
export const DAY = 86_400_000;

/** A run to start; what is left out is the stage's first processor, for client 1 (0 for platform work), without parameters. */
export interface Start {
  readonly processor?: Processor;
  readonly parameters?: Record<string, unknown>;
  readonly dryRun?: boolean;
  /** The day that the run is for. */
  readonly asOf?: string | undefined;
  readonly clientId?: number;
  readonly nodeId?: string;
}

/** How a runner works on a stage. */
export interface Working {
  /** Ports of this runner instead of the stage's. */
  readonly ports?: RunnerOverrides | undefined;
  /** The database as this runner sees it. */
  readonly through?: Database | undefined;
  readonly clientId?: number | undefined;
  /** Nothing is begun after this instant (ms). Default: everything that is planned is done. */
  readonly until?: number | undefined;
}

/**
 * The place where tests run processors: client 1 (Berlin) and client 2 (São Paulo) in one libSQL database, a file store, and a
 * runner in virtual time. A run starts a second after the one before.
 */
export class Stage {
  readonly database: Database;
  readonly processors: readonly Processor[];
  readonly clock: VirtualClock;
  readonly files: MemoryFiles;
  /** What its runners get instead of the defaults of {@link runnerPorts}. */
  ports: RunnerOverrides;

  constructor(
    database: Database,
    processors: readonly Processor[],
    given: {
      now?: number;
      clock?: VirtualClock;
      files?: ReturnType<MemoryFiles["keep"]>;
      ports?: RunnerOverrides;
    } = {},
  ) {
    this.database = database;
    this.processors = processors;
    this.clock = given.clock ?? new VirtualClock(given.now ?? NIGHT);
    this.files = memoryFiles(this.clock.now, given.files);
    this.ports = { filesFor: (run) => boundFiles(this.files, prefixesOf(run)), ...given.ports };
  }

  /** A database with both clients for a new stage. Call it inside a test or a `beforeEach`. */
  static async fresh(): Promise<Database> {
    const database = await freshFileDatabase();
    await addClients(database);
    return database;
  }

  get processor(): Processor {
    return this.processors[0] as Processor;
  }

  /** Rows of a query as plain objects. */
  async rows<T = Record<string, unknown>>(sql: string, ...args: readonly InValue[]): Promise<T[]> {
    const result = await this.database.execute({ sql, args: [...args] });
    return result.rows.map((row) => Object.fromEntries(result.columns.map((column) => [column, row[column]])) as T);
  }

  /** Queues a run. Returns its id. */
  async start(start: Start = {}): Promise<number> {
    const { processor = this.processor, parameters = {}, dryRun = false } = start;
    await this.clock.advance(1000);
    const [id] = await startRuns(
      this.database,
      [
        {
          jobId: this.processors.indexOf(processor) + 1,
          processor: processor.id,
          jobName: processor.id,
          load: processor.load,
          parameters,
          clientId: start.clientId ?? (processor.scope === "client" ? 1 : 0),
          nodeId: start.nodeId ?? "",
          timeZone: "Europe/Berlin",
          asOf: start.asOf ?? null,
          dryRun,
          requestedBy: "test",
        },
      ],
      this.clock.now(),
    );
    return id as number;
  }

  /** A new runner, as a new process has it. */
  runner({ ports = {}, through = this.database, clientId }: Working = {}): Runner {
    const all = runnerPorts(through, this.processors, this.clock, { ...this.ports, ...ports });
    return new Runner(all, clientId ?? (this.processor.scope === "client" ? 1 : 0));
  }

  /** Lets a new runner work until nothing is planned any more, moving the clock to when it wants to be called again. */
  async toEnd(working: Working = {}): Promise<void> {
    const { until = Number.POSITIVE_INFINITY } = working;
    const runner = this.runner(working);
    for (let next: number | null = this.clock.now(); next !== null && next <= until; ) {
      await this.clock.advanceTo(Math.max(next, this.clock.now()));
      next = await runner.work();
    }
  }

  /** How a run stands, and the messages of its log. */
  async outcome(id: number): Promise<Run & { readonly log: readonly string[] }> {
    const run = await readRun(this.database, id);
    if (!run) throw new Error(`There is no run ${id}`);
    const log = await readLog(this.database, id);
    return { ...run, log: log.map(({ message }) => message) };
  }
}

/** Adds client 1, in Berlin, and client 2, in São Paulo. */
export async function addClients(database: Database): Promise<void> {
  await addClient(database, "north", "Europe/Berlin");
  await addClient(database, "south", "America/Sao_Paulo");
  await database.execute("UPDATE clients SET host = key || '.example.org'");
}
