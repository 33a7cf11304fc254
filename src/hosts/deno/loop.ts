import { Wake } from "../../connectors/clock.ts";
import type { PlannedRun } from "../../control/runs/open-runs.ts";
import { handOver } from "../../runner/control/heartbeat.ts";
import type { RunnerPorts } from "../../runner/ports.ts";
import { Runner } from "../../runner/runner.ts";

/** After an unexpected error the runner looks again this much later (ms). */
const PAUSE_MS = 5_000;

/** One client's runner as a loop: it works, sleeps until the next run is due, and rests while nothing is planned. */
export class RunnerLoop {
  readonly #ports: RunnerPorts;
  readonly #runner: Runner;
  #bell = new Wake();
  #going: Promise<void> | null = null;
  #stopping = false;

  constructor(ports: RunnerPorts, clientId: number) {
    this.#ports = ports;
    this.#runner = new Runner(ports, clientId);
  }

  /** The runs that it works on now. */
  get atWork(): Runner["atWork"] {
    return this.#runner.atWork;
  }

  /** There is something to take. @param planned the runs, which it takes up when they are due; left out: it looks now */
  wake(planned?: readonly PlannedRun[]): void {
    if (this.#stopping) return;
    this.#bell.call();
    if (planned) this.#runner.expect(planned);
    else this.#runner.poke();
    this.#going ??= this.#go();
  }

  /**
   * Ends the loop: each run stops behind its next step and is handed over. The ports' `invocation` must allow nothing any
   * more.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#bell.call();
    this.#runner.poke();
    await this.#going;
    const { unfinished } = this.#runner;
    if (unfinished.length > 0) await handOver(this.#ports.control, unfinished);
  }

  async #go(): Promise<void> {
    try {
      while (!this.#stopping) {
        this.#bell = new Wake();
        const next = await this.#work();
        if (this.#bell.called) continue;
        if (next === null) break;
        await this.#ports.clock.sleepUntil(next, this.#bell);
      }
    } finally {
      // However it ended; the next call of `wake` starts it again.
      this.#going = null;
    }
  }

  async #work(): Promise<number | null> {
    try {
      return await this.#runner.work([]);
    } catch (error) {
      this.#ports.report(`The runner of client ${this.#runner.clientId} was interrupted`, error);
      return this.#ports.clock.now() + PAUSE_MS;
    }
  }
}
