import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startRuns } from "../../src/control/runs/runs.ts";
import { boundFiles, prefixesOf } from "../../src/files/bound.ts";
import type { Files } from "../../src/files/files.ts";
import { folderFiles } from "../../src/files/folder.ts";
import type { Processor } from "../../src/processors/contract.ts";
import { freshFileDatabase } from "../harness/file-database.ts";
import { addClient, type RunnerOverrides } from "../harness/runner.ts";
import { insert } from "../learning/rows.ts";
import { Mailing } from "./communication/mailing.ts";

/** How a run of a {@link Stage} is started. */
export interface StageRun {
  readonly parameters?: Record<string, unknown>;
  readonly dryRun?: boolean;
  /** The day that the run is for. */
  readonly asOf?: string;
}

/** A client in Berlin with a learning suite, a file store and (once it is asked for) a real SMTP server; client 2 is in São Paulo. */
export class Stage extends Mailing {
  readonly files: Files;

  private constructor(database: Mailing["database"], processor: Processor, files: Files) {
    super(database, [processor]);
    this.files = files;
  }

  static async set(processor: Processor): Promise<Stage> {
    const database = await freshFileDatabase();
    await addClient(database, "north", "Europe/Berlin");
    await addClient(database, "south", "America/Sao_Paulo");
    await database.execute("UPDATE clients SET host = key || '.example.org'");
    const folder = await mkdtemp(join(tmpdir(), "minutehand-files-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return new Stage(database, processor, folderFiles(folder));
  }

  insert(table: string, ...rows: Parameters<typeof insert>[2][]): Promise<void> {
    return insert(this.database, table, ...rows);
  }

  /** Adds wordings of a locale by key; `clientId` 0: for all clients. */
  async texts(locale: string, values: Readonly<Record<string, string>>, clientId = 1): Promise<void> {
    await this.insert(
      "texts",
      ...Object.entries(values).map(([key, value]) => ({ client_id: clientId, key, locale, value })),
    );
  }

  /** What the runner of client 1 works with. */
  overrides(more: RunnerOverrides = {}): RunnerOverrides {
    return { filesFor: (run) => boundFiles(this.files, prefixesOf(run)), ...more };
  }

  /** Queues a run a second after the one before. Returns its id. */
  async begin({ parameters = {}, dryRun = false, asOf }: StageRun = {}): Promise<number> {
    const processor = this.processors[0] as Processor;
    await this.clock.advance(1000);
    const job = { jobId: 1, processor: processor.id, jobName: processor.id, load: processor.load, parameters };
    const place = { clientId: 1, nodeId: "", timeZone: "Europe/Berlin", asOf: asOf ?? null };
    const [id] = await startRuns(this.database, [{ ...job, ...place, dryRun, requestedBy: "test" }], this.clock.now());
    return id as number;
  }

  /** A run from its start to its end, whatever retries that takes. */
  async play(run: StageRun = {}, more: RunnerOverrides = {}) {
    const id = await this.begin(run);
    await this.work(this.overrides(more));
    return this.run(id);
  }

  /** Moves the clock to the same time of day a number of days later. */
  async sleep(days = 1): Promise<void> {
    await this.clock.advance(days * 86_400_000);
  }

  /** The content of a file, byte for byte; null: there is none. */
  async file(key: string): Promise<Uint8Array | null> {
    const stream = await this.files.read(key);
    return stream ? new Uint8Array(await new Response(stream).arrayBuffer()) : null;
  }
}
