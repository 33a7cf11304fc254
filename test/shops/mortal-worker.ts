import type { Runner } from "../../src/runner/runner.ts";
import type { Database } from "../../src/store/database.ts";
import { type Call, over, ProcessGone } from "../conformance/suite/faults.ts";

/** When a process dies: around its n-th write (from 1), before that is in or after it and before the answer. */
export interface Death {
  readonly write: number;
  readonly when: "before" | "after";
}

/** What a process is made of; its databases are those that it is given. */
export interface Process {
  readonly runner: Runner;
  request(path: string, init: RequestInit): Promise<Response>;
}

/**
 * The product as one process: the endpoint and the runner of a client, over the same lines to the same databases. When it dies in the midst of
 * its writes, both are gone at once, and a new one takes their place that remembers nothing.
 */
export class MortalWorker {
  readonly #databases: readonly Database[];
  readonly #begin: (databases: readonly Database[]) => Process;
  readonly #nextDeath: () => Death | null;
  #process: Process;
  #isDead: () => boolean = () => false;
  deaths = 0;

  /**
   * @param begin starts a process on its lines to `databases`
   * @param nextDeath how the next process will die; null: it will not
   */
  constructor(
    databases: readonly Database[],
    begin: (databases: readonly Database[]) => Process,
    nextDeath: () => Death | null,
  ) {
    this.#databases = databases;
    this.#begin = begin;
    this.#nextDeath = nextDeath;
    this.#process = this.#start();
  }

  /** Sends a request; null: the process died before it answered. */
  async post(path: string, body: string, headers: Record<string, string>): Promise<number | null> {
    const isDead = this.#isDead;
    const { status } = await this.#process.request(path, { method: "POST", body, headers });
    return isDead() ? null : status;
  }

  /** Lets the runner work once. Returns when it wants to work again (ms); null: it does not, or it is dead. */
  async work(): Promise<number | null> {
    const isDead = this.#isDead;
    try {
      return await this.#process.runner.work();
    } catch (error) {
      if (!isDead()) throw error;
      return null;
    }
  }

  /** Starts a new process if the old one has died. Returns whether it had. */
  revive(): boolean {
    if (!this.#isDead()) return false;
    this.deaths += 1;
    this.#process = this.#start();
    return true;
  }

  #start(): Process {
    const death = this.#nextDeath();
    let writes = 0;
    let dead = false;
    const pass = async ({ write, send }: Call) => {
      if (dead) throw new ProcessGone("the process is gone");
      if (write === 0 || ++writes !== death?.write) return send();
      dead = true;
      if (death.when === "after") await send();
      throw new ProcessGone("the process is gone");
    };
    this.#isDead = () => dead;
    return this.#begin(this.#databases.map((database) => over(database, pass)));
  }
}
