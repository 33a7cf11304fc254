import type { Processor } from "../../src/processors/contract.ts";
import type { RunnerOverrides } from "../harness/runner/runner.ts";
import { DAY, type Start, Stage as TestStage } from "../harness/stage.ts";
import { insert } from "../learning/rows.ts";
import { Mailing } from "./communication/mailing.ts";

/** How a run of a {@link Stage} is started. */
export type StageRun = Pick<Start, "parameters" | "dryRun" | "asOf">;

/** A client in Berlin with a learning suite and (once it is asked for) a real SMTP server; client 2 is in São Paulo. */
export class Stage extends Mailing {
  static async set(processor: Processor): Promise<Stage> {
    return new Stage(await TestStage.fresh(), [processor]);
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

  /** Queues a run a second after the one before. Returns its id. */
  begin(run: StageRun = {}): Promise<number> {
    return this.start(run);
  }

  /** A run from its start to its end, whatever retries that takes. */
  async play(run: StageRun = {}, more: RunnerOverrides = {}) {
    const id = await this.begin(run);
    await this.work(more);
    return this.run(id);
  }

  /** Moves the clock to the same time of day a number of days later. */
  async sleep(days = 1): Promise<void> {
    await this.clock.advance(days * DAY);
  }

  /** The content of a file, byte for byte; null: there is none. */
  async file(key: string): Promise<Uint8Array | null> {
    const stream = await this.files.read(key);
    return stream ? new Uint8Array(await new Response(stream).arrayBuffer()) : null;
  }
}
