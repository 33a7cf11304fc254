import { createJob } from "../../src/administration/jobs/jobs.ts";
import { startJob } from "../../src/administration/starts/start.ts";
import { catalogue } from "../../src/processors/all.ts";
import type { Runner } from "../../src/runner/runner.ts";
import { tick } from "../../src/scheduler/tick.ts";
import type { Database } from "../../src/store/database.ts";
import { killing, over } from "../conformance/suite/faults.ts";
import { VirtualClock } from "../harness/clock.ts";
import { testRunner } from "../harness/runner/runner.ts";
import type { Academy } from "./academy.ts";
import { clock as at, type DayNumber, instantAt } from "./calendar.ts";
import { parts } from "./reckoner/night.ts";

/** How long (ms) before a job starts the tick is. */
const AHEAD_MS = 20_000;

/** A process that dies. */
export interface Death {
  /** At which of its writes of the night, from 1. */
  readonly write: number;
  readonly when: "before" | "after";
}

/** The product's nights in virtual time: its tick and its runners on one database. */
export class Product {
  readonly database: Database;
  readonly clock: VirtualClock;
  readonly #jobs = new Map<string, number>();
  /** Processes that died. */
  deaths = 0;

  /** @param now ms */
  constructor(database: Database, now: number) {
    this.database = database;
    this.clock = new VirtualClock(now);
  }

  /** Saves the timetable's jobs, each for both clients. */
  async saveJobs(): Promise<void> {
    for (const {
      processor,
      at: [hours, minutes],
      parameters = {},
    } of parts) {
      const job = { name: processor, processor, cron: `0 ${minutes} ${hours} * * ?`, parameters: { ...parameters } };
      const saved = await createJob({ control: this.database, catalogue }, job, "year", this.clock.now());
      if (saved.state !== "saved") throw new Error(`${processor}: ${JSON.stringify(saved)}`);
      const [row] = (await this.database.execute("SELECT max(id) AS id FROM jobs")).rows;
      this.#jobs.set(processor, Number(row?.id));
    }
  }

  /** Lives one client's night, each job at its time. */
  async night({ clientId, zone }: Academy, day: DayNumber, death: Death | null): Promise<void> {
    const instants = new Set(parts.map(({ at: [hours, minutes] }) => instantAt(day, at(hours, minutes), zone)));
    let mortal = death ? this.#mortal(death) : null;
    let runner = this.#runner(clientId, mortal?.database);
    for (const instant of [...instants].sort((a, b) => a - b)) {
      await this.#tickAt(instant - AHEAD_MS);
      await this.clock.advanceTo(instant);
      await this.#work(runner, mortal?.isDead);
      if (!mortal?.isDead()) continue;
      this.deaths += 1;
      mortal = null;
      runner = this.#runner(clientId);
      await this.#work(runner);
    }
  }

  /** Ticks behind an outage: what was missed is caught up. */
  async comeBack(instant: number, clientIds: readonly number[]): Promise<void> {
    await this.#tickAt(instant);
    for (const clientId of clientIds) await this.#work(this.#runner(clientId));
  }

  /** An administrator starts every job of the night again, in the order of the timetable. */
  async again({ clientId }: Academy): Promise<number[]> {
    const starts: number[] = [];
    for (const { processor } of parts) {
      await this.clock.advance(1000);
      starts.push(this.clock.now());
      const jobId = this.#jobs.get(processor) as number;
      const started = await startJob(
        { control: this.database, catalogue },
        jobId,
        { clientId },
        "year",
        this.clock.now(),
      );
      if (started.state !== "queued") throw new Error(`${processor}: ${JSON.stringify(started)}`);
      await this.#work(this.#runner(clientId));
    }
    return starts;
  }

  #runner(clientId: number, through: Database = this.database): Runner {
    return testRunner(through, catalogue.all(), this.clock, clientId);
  }

  async #tickAt(instant: number): Promise<void> {
    await this.clock.advanceTo(instant);
    await tick({ control: this.database }, instant, "timer");
  }

  /** Lets a runner work until nothing is due within some seconds, or it is dead. */
  async #work(runner: Runner, isDead = () => false): Promise<void> {
    for (let round = 0; round < 100; round += 1) {
      const next = await runner.work().catch((error) => {
        if (!isDead()) throw error;
        return null;
      });
      if (isDead()) return;
      if (next === null || next > this.clock.now() + 5_000) return;
      await this.clock.advanceTo(Math.max(next, this.clock.now()));
    }
    throw new Error("The runner finds no end");
  }

  /** The database of a process that dies. */
  #mortal({ write, when }: Death): { readonly database: Database; isDead(): boolean } {
    let dead = false;
    const fatal = killing(write, when);
    const database = over(this.database, async (call) => {
      dead ||= call.write === write;
      return fatal(call);
    });
    return { database, isDead: () => dead };
  }
}
