import type { Client } from "@libsql/client";
import { startRuns } from "../../../src/control/runs/runs.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import type { Database } from "../../../src/store/database.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshFileDatabase } from "../../harness/file-database.ts";
import { addClient, testRunner } from "../../harness/runner.ts";
import { Suite } from "./suite.ts";

/** Half past one in Berlin, on 2 March 2026. */
export const NIGHT = Date.parse("2026-03-02T00:30:00Z");
export const TODAY = "2026-03-02";
export const DAY = 86_400_000;

/** The outcome of a run. */
export interface Outcome {
  readonly state: string;
  readonly reason: string | null;
  readonly message: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly errors: readonly { readonly ref: string; readonly code: string; readonly message: string }[];
}

export interface NightOptions {
  readonly parameters?: Record<string, unknown>;
  readonly dryRun?: boolean;
  /** The day that the run is for. */
  readonly asOf?: string;
  /** What the runner sees of the database. */
  readonly through?: Database;
}

/** Client 1 (Europe/Berlin) and its nights: each run of a processor starts a second after the one before. */
export class Night extends Suite {
  readonly clock = new VirtualClock(NIGHT);

  static async fall(): Promise<Night> {
    const database = await freshFileDatabase();
    await addClient(database, "north", "Europe/Berlin");
    await addClient(database, "south", "America/Sao_Paulo");
    return new Night(database as Client);
  }

  /** Runs a processor to its end, whatever retries that takes. */
  async run(processor: Processor, options: NightOptions = {}): Promise<Outcome> {
    await this.clock.advance(1000);
    const [id] = await startRuns(
      this.database,
      [
        {
          jobId: 1,
          processor: processor.id,
          jobName: processor.id,
          load: processor.load,
          parameters: options.parameters ?? {},
          clientId: this.clientId,
          nodeId: "",
          timeZone: "Europe/Berlin",
          asOf: options.asOf ?? null,
          dryRun: options.dryRun === true,
          requestedBy: "test",
        },
      ],
      this.clock.now(),
    );
    const runner = testRunner(options.through ?? this.database, [processor], this.clock, this.clientId);
    for (let next: number | null = this.clock.now(); next !== null; ) {
      await this.clock.advanceTo(Math.max(next, this.clock.now()));
      next = await runner.work();
    }
    const [row] = await this.rows("SELECT * FROM runs WHERE id = ?", id as number);
    return {
      state: String(row?.state),
      reason: row?.reason === null ? null : String(row?.reason),
      message: String(row?.message),
      counts: JSON.parse(String(row?.counts)) as Record<string, number>,
      errors: JSON.parse(String(row?.errors)) as Outcome["errors"],
    };
  }
}
