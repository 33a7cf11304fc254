import type { Processor } from "../../../src/processors/contract.ts";
import type { Database } from "../../../src/store/database.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { NIGHT, Stage } from "../../harness/stage.ts";
import { Suite } from "./suite.ts";

export { DAY, NIGHT } from "../../harness/stage.ts";
export const TODAY = "2026-03-02";

/** How a run ended. */
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
    return new Night(await Stage.fresh());
  }

  /** Runs a processor to its end, whatever retries that takes. */
  async run(
    processor: Processor,
    { parameters = {}, dryRun = false, asOf, through }: NightOptions = {},
  ): Promise<Outcome> {
    const stage = new Stage(this.database, [processor], { clock: this.clock });
    const { clientId } = this;
    const id = await stage.start({ parameters, dryRun, asOf, clientId });
    await stage.toEnd({ through, clientId });
    const { state, reason, message, counts, errors } = await stage.outcome(id);
    return { state, reason, message: String(message), counts, errors };
  }
}

/** Counts that are not 0. */
export const moved = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).filter(([, amount]) => amount !== 0));
