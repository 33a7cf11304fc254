import { Wake } from "../../connectors/clock.ts";
import type { PlannedRun } from "../../control/runs/open-runs.ts";
import type { Limits } from "../../runner/budget.ts";
import { stayAlive } from "../../runner/control/heartbeat.ts";
import type { RunnerPorts } from "../../runner/ports.ts";
import type { Database, Statement } from "../../store/database.ts";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { statement } from "../../store/statement.ts";
import { RunnerLoop } from "./loop.ts";
import { Turns } from "./turns.ts";

/** Heartbeats of a process within `staleAfter`; at each it also looks after the runs of others. */
const LOOKS = 9;

/** How the processes on one database get on. */
export interface Company {
  /** `at once`: there is one process, so the earlier owner of a run is gone. `when silent`: there may be others. */
  readonly takesOver: "at once" | "when silent";
  /** Time (ms) without a sign of life after which an owner is gone. */
  readonly staleAfterMs: number;
}

/**
 * All runners of this process: one loop for each client that has something to do, and one for the platform. Besides, it
 * says at intervals that its runs are alive, and looks for open runs that no loop here works on: another process may have
 * died, or may have queued one.
 */
export class Loops {
  readonly #ports: RunnerPorts;
  readonly #loops = new Map<number, RunnerLoop>();
  readonly #everyMs: number;
  readonly #over = new Wake();
  #watching: Promise<void> | null = null;
  #silent = false;
  #awakeMs = 0;
  #lookedAt = performance.now();

  /** @param ports what its runners work with; `wakeRunner` is this object's own affair */
  constructor(ports: Omit<RunnerPorts, "wakeRunner">, company: Company) {
    const over = this.#over;
    // Nothing limits how long a process may work, until it is asked to end: then nothing is allowed any more.
    const invocation: Limits = {
      get wallMs() {
        return over.called ? 0 : Number.POSITIVE_INFINITY;
      },
      calls: Number.POSITIVE_INFINITY,
    };
    const turns = new Turns(ports.clock);
    this.#ports = {
      ...ports,
      ...company,
      monotonic: () => this.#awake(),
      invocation,
      wakeRunner: async (clientId) => this.wake(clientId),
      turn: () => turns.take(),
    };
    this.#everyMs = company.staleAfterMs / LOOKS;
  }

  /** Lets a client's runner look (0: the platform's). @param planned what was planned for it: then it need not look */
  wake(clientId: number, planned?: readonly PlannedRun[]): void {
    if (this.#over.called) return;
    let loop = this.#loops.get(clientId);
    if (!loop) {
      loop = new RunnerLoop(this.#ports, clientId);
      this.#loops.set(clientId, loop);
    }
    loop.wake(planned);
  }

  /** Begins to watch; what is open already is taken up. */
  start(): void {
    this.#watching ??= this.#watch();
  }

  /** Ends all loops behind their next steps and hands their runs over. */
  async stop(): Promise<void> {
    this.#over.call();
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
    await this.#watching;
  }

  /**
   * How long (ms) this process has been awake. While it stood still, asleep or without a processor, it heard of no other process: that
   * time says nothing about the others, who may have stood still as well.
   */
  #awake(): number {
    return this.#awakeMs + Math.min(performance.now() - this.#lookedAt, 2 * this.#everyMs);
  }

  async #watch(): Promise<void> {
    const { clock } = this.#ports;
    while (!this.#over.called) {
      await this.#look();
      await clock.sleepUntil(clock.now() + this.#everyMs, this.#over);
    }
  }

  async #look(): Promise<void> {
    const { clock, control, report } = this.#ports;
    this.#awakeMs = this.#awake();
    this.#lookedAt = performance.now();
    const owned = [...this.#loops.values()].flatMap((loop) => loop.atWork);
    try {
      if (owned.length > 0) await stayAlive(control, owned, clock.now());
      const ids = owned.map(({ id }) => id);
      for (const clientId of await clientsWithWork(control, ids, clock.now())) this.wake(clientId);
      this.#silent = false;
    } catch (error) {
      // Once for each outage, and not at every look.
      if (!this.#silent) report("The watch over the runs failed; it goes on", error);
      this.#silent = true;
    }
  }
}

/** The statement behind {@link clientsWithWork}. The unary plus keeps the planner on an index of open runs. */
export function openElsewhere(ids: readonly number[], now: number): Statement {
  return statement(sql`SELECT DISTINCT +client_id AS client_id FROM runs
      WHERE state IN ('planned', 'queued', 'waiting', 'running') AND due_at <= ${now} AND coalesce(not_before_at <= ${now}, 1)
        AND id NOT IN ${among(ids)}`);
}

async function clientsWithWork(control: Database, ids: readonly number[], now: number): Promise<number[]> {
  const result = await control.execute(openElsewhere(ids, now));
  return result.rows.map((row) => Number(row.client_id));
}
