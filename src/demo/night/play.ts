import { startJob } from "../../administration/starts/start.ts";
import { jobs } from "../../control/schema.ts";
import type { RunnerPorts } from "../../runner/ports.ts";
import { Runner } from "../../runner/runner.ts";
import { tick } from "../../scheduler/tick.ts";
import type { Database } from "../../store/database.ts";
import { select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";
import { jobsOf } from "./jobs.ts";
import type { NightStage } from "./stage.ts";

const MINUTE = 60_000;
/** Behind the last client's midnight (ms): Notification is at 7, and mails that go out by tens follow it. */
const LENGTH = 8 * 60 * MINUTE;
/** Invocations of a runner at one instant; more mean that it finds no end. */
const MOST_INVOCATIONS = 100_000;

/** One incarnation of a runner: what it sees of the database, and whether it has ended before its time. */
export interface Life {
  readonly database: Database;
  ended(): boolean;
}

/** How the runners of a night live; default: as long as they have work. */
export type Lives = (database: Database) => Life;

const untroubled: Lives = (database) => ({ database, ended: () => false });

/** Plays a stage's night: each minute ticks, then every runner that has something to do works, at its second. */
export async function playNight(stage: NightStage, lives: Lives = untroubled): Promise<void> {
  const { catalogue, clock, database, worlds } = stage;
  const due = new Map<number, number>();
  const runners = new Runners(stage, lives, due);
  const end = Math.max(...worlds.map(({ midnight }) => midnight)) + LENGTH;
  for (let minute = clock.now(); minute <= end; minute += MINUTE) {
    clock.moveTo(minute);
    const { wake } = await tick({ control: database, catalogue }, minute, "timer");
    for (const clientId of wake) due.set(clientId, minute);
    await runners.workUntil(minute + MINUTE);
  }
}

/** Starts every job of the night once more by hand, in the order of the timetable, and lets it end. */
export async function playAgain(stage: NightStage): Promise<void> {
  const { clock, database, catalogue, worlds } = stage;
  const due = new Map<number, number>();
  const runners = new Runners(stage, untroubled, due);
  const stored = await read(database, select(jobs, ["id", "processor"], sql`ORDER BY id`));
  const order = jobsOf(catalogue).map(({ processor }) => processor);
  const inOrder = stored.toSorted((a, b) => order.indexOf(a.processor) - order.indexOf(b.processor));
  for (const job of inOrder) {
    const own = catalogue.find(job.processor)?.scope === "client";
    for (const clientId of own ? worlds.map(({ client }) => client.id) : [0]) {
      clock.moveTo(clock.now() + 1000);
      await startJob({ control: database, catalogue }, job.id, { clientId }, "demo", clock.now());
      due.set(clientId, clock.now());
    }
    await runners.workUntil(clock.now() + 1000);
  }
}

class Runners {
  readonly #stage: NightStage;
  readonly #lives: Lives;
  readonly #due: Map<number, number>;

  constructor(stage: NightStage, lives: Lives, due: Map<number, number>) {
    this.#stage = stage;
    this.#lives = lives;
    this.#due = due;
  }

  /** Lets every runner work that is due before an instant (ms), the earliest first. */
  async workUntil(instant: number): Promise<void> {
    const { clock } = this.#stage;
    for (;;) {
      const next = [...this.#due].sort(([, a], [, b]) => a - b)[0];
      if (!next || next[1] >= instant) return;
      const [clientId, at] = next;
      clock.moveTo(at);
      this.#due.delete(clientId);
      const again = await this.#work(clientId);
      if (again !== null) this.#due.set(clientId, Math.min(again, this.#due.get(clientId) ?? again));
    }
  }

  async #work(clientId: number): Promise<number | null> {
    const { clock, database } = this.#stage;
    const wakeRunner: RunnerPorts["wakeRunner"] = async (id) => {
      this.#due.set(id, clock.now());
    };
    for (let invocation = 0; invocation < MOST_INVOCATIONS; invocation += 1) {
      const life = this.#lives(database);
      const again = await new Runner(this.#stage.ports(life.database, wakeRunner), clientId).work();
      if (!life.ended()) return again;
    }
    throw new Error(`The runner of client ${clientId} finds no end`);
  }
}
