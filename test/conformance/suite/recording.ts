import { copyFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { OpenedDatabase } from "../../../src/hosts/assemble.ts";
import type { Processor, QuietQuestion } from "../../../src/processors/contract.ts";
import { parameterSchema } from "../../../src/processors/parameters.ts";
import type { Runner } from "../../../src/runner/runner.ts";
import { readSites, type Sites } from "../../../src/scheduler/align.ts";
import { countingDatabase, type Database, type DatabaseTally } from "../../../src/store/database.ts";
import { sql } from "../../../src/store/sql.ts";
import { read } from "../../../src/store/statement.ts";
import { openFileDatabase, writeMigrated } from "../../harness/database/file-database.ts";
import type { MemoryFiles } from "../../harness/memory-files.ts";
import { addClients, Stage } from "../../harness/stage.ts";
import { type Call, over } from "./faults.ts";
import { NOW, type Scenario } from "./scenario.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

/** Waits up to this long (ms) are pauses after an outage. */
const PAUSE_MS = 5_000;

/** A moment in the undisturbed run, around its n-th write (from 1). */
export type Moment = `${"before" | "after"} ${number}`;

/** A moment to which one can return: a copy of the database, the files, and the time (ms). */
export interface Kept {
  readonly file: string;
  readonly files: ReturnType<MemoryFiles["keep"]>;
  readonly now: number;
}

let opened = 0;

/** A stage in a file of its own, whose processes reach the database over a line. Close it. */
export class Scene extends Stage {
  readonly #opened: OpenedDatabase;
  readonly #file: string;
  readonly #scenario: Scenario;
  /** What happens to the calls of a process. Default: they are sent. */
  pass: (call: Call) => Promise<unknown> = ({ send }) => send();
  /** The database as a process sees it. */
  readonly line: Database;

  private constructor(
    scenario: Scenario,
    database: OpenedDatabase,
    file: string,
    given: { now: number; files?: Kept["files"] },
  ) {
    super(database, [scenario.processor], given);
    this.#opened = database;
    this.#file = file;
    this.#scenario = scenario;
    this.line = over(database, (call) => this.pass(call));
  }

  /** Opens a copy of a kept moment in `folder`; without one, both clients and nothing else. */
  static async open(scenario: Scenario, folder: string, kept?: Kept): Promise<Scene> {
    const file = join(folder, `${++opened}.db`);
    if (kept) copyFileSync(kept.file, file);
    else await writeMigrated(file);
    const database = openFileDatabase(file);
    if (!kept) await addClients(database);
    // Starting a run moves the clock by a second.
    const scene = new Scene(scenario, database, file, kept ?? { now: NOW - 1000 });
    const { files, clock, line } = scene;
    Object.assign(scene.ports, await scenario.ports?.({ database: line, files, clock }));
    return scene;
  }

  /** Queues a run of the scenario. Returns its id. */
  queue(dryRun = false): Promise<number> {
    const { parameters, nodeId = "" } = this.#scenario;
    return this.start({ parameters, nodeId, dryRun });
  }

  /** Whether the polls of the scenario's processor name its client, or the platform. */
  async namedBy(quiet: NonNullable<Processor["quiet"]>): Promise<boolean> {
    const parameters = parameterSchema(this.processor).parse(this.#scenario.parameters) as QuietQuestion["parameters"];
    const clients =
      this.processor.scope === "global"
        ? sql`SELECT 0 AS client_id`
        : sql`SELECT id AS client_id FROM clients WHERE id = 1`;
    const question = { now: this.clock.now(), release: "", timeZone: "Europe/Berlin", parameters, clients };
    return (await read(this.database, quiet(question))).length > 0;
  }

  /** Copies the present moment. No other connection writes meanwhile. */
  async keep(): Promise<Kept> {
    const [checkpoint] = await this.rows<{ busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)");
    if (checkpoint?.busy !== 0) throw new Error("A connection uses the database that is to be copied");
    const file = `${this.#file}.${++opened}`;
    copyFileSync(this.#file, file);
    return { file, files: this.files.keep(), now: this.clock.now() };
  }

  snapshot(): Promise<Snapshot> {
    return takeSnapshot(this.database, this.files);
  }

  /** A new process. @param through default: the line */
  process(through: Database = this.line): Runner {
    return this.runner({ through });
  }

  /** Lets a process work until nothing is left to do. */
  async live(process = this.process()): Promise<void> {
    for (let rounds = 0; rounds < 50; rounds += 1) {
      const next = await process.work();
      if (next === null) return;
      // The pause after an outage is skipped, so that what comes after it can be compared with an undisturbed run.
      if (next > this.clock.now() + PAUSE_MS) await this.clock.advanceTo(next);
    }
    throw new Error("The runner finds no end");
  }

  async close(): Promise<void> {
    this.#opened.close();
    for (const end of ["", "-wal", "-shm"]) await rm(`${this.#file}${end}`, { force: true });
  }
}

/** An undisturbed run, and what tests start from. */
export interface Recording {
  /** The work is there, and no run. */
  readonly seeded: Kept;
  /** The run is over. */
  readonly ended: Kept;
  /** Moments in it, as they were asked for. */
  readonly moments: ReadonlyMap<Moment, Kept>;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly runId: number;
  readonly outcome: Awaited<ReturnType<Stage["outcome"]>>;
  /** How often it wrote. */
  readonly writes: number;
  readonly cost: DatabaseTally;
  readonly places: Sites;
}

/**
 * Puts a scenario's work down, once, and lives through its run, once. Of a process that is killed in the run nothing is left
 * but what stands in the database and in the file store, so a test of such a death starts from the moment kept here, and need
 * not live up to it.
 *
 * @param wanted the moments to keep
 */
export async function record(
  scenario: Scenario,
  folder: string,
  wanted: (moment: Moment) => boolean,
): Promise<Recording> {
  const scene = await Scene.open(scenario, folder);
  try {
    await scenario.seed(scene, 0);
    const seeded = await scene.keep();
    const before = await scene.snapshot();
    const places = await readSites(scene.database);
    const runId = await scene.queue();
    const moments = new Map<Moment, Kept>();
    const keep = async (moment: Moment) => {
      if (wanted(moment)) moments.set(moment, await scene.keep());
    };
    let writes = 0;
    scene.pass = async ({ write, send }) => {
      if (write === 0) return send();
      writes = write;
      await keep(`before ${write}`);
      const answer = await send();
      await keep(`after ${write}`);
      return answer;
    };
    const cost = { roundTrips: 0, statements: 0 };
    await scene.live(scene.process(countingDatabase(scene.line, cost)));
    const [after, outcome] = [await scene.snapshot(), await scene.outcome(runId)];
    return { seeded, ended: await scene.keep(), moments, before, after, runId, outcome, writes, cost, places };
  } finally {
    await scene.close();
  }
}
