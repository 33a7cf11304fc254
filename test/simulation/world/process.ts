import type { InStatement } from "@libsql/client";
import type { Clock, Wake } from "../../../src/connectors/clock.ts";
import type { Database, Statement } from "../../../src/store/database.ts";
import type { BatchAnswer, WriteBatch } from "../../../src/store/writer/batch.ts";
import { forbid } from "../../../src/store/writer/fence.ts";
import { writtenThrough } from "../../../src/store/writer/written-through.ts";
import { busy, type Engine } from "./engine.ts";
import { stageOf } from "./faults.ts";
import type { World } from "./world.ts";
import type { SimWriter } from "./writer.ts";

/** Around this long a call travels (ms). */
const LATENCY_MS = 30;

/** What a process does: a runner's incarnation, one tick, an administrator. */
export type ProcessKind = "runner" | "tick" | "admin";

/** When a runner last read its open runs. */
interface Look {
  /** By its own clock, as the call left (ms). */
  readonly clock: number;
  /** The true instant of the answer (ms). */
  readonly instant: number;
}

/**
 * One incarnation of something that runs. It reads its own clock, calls the database over a network that can do anything,
 * can be killed (nothing of it ever goes on) and can be paused (it goes on later as if nothing had been).
 */
export class SimProcess {
  readonly id: number;
  readonly kind: ProcessKind;
  readonly clientId: number;
  readonly name: string;
  /** What its clock is ahead of the true time (ms). */
  clockOffset = 0;
  dead = false;
  /** Another one has taken its place. */
  superseded = false;
  /** Called when a fault kills it or sets it aside. */
  onKilled: () => void = () => undefined;
  onSuperseded: () => void = () => undefined;
  readonly #world: World;
  #look: Look = { clock: 0, instant: 0 };
  #paused = false;
  #held: (() => void)[] = [];

  /** @param clientId the one client that it works for; 0 when it works for all */
  constructor(world: World, kind: ProcessKind, name: string, clientId = 0) {
    this.#world = world;
    this.id = world.nextProcessId();
    this.kind = kind;
    this.clientId = clientId;
    this.name = `${name}#${this.id}`;
  }

  readonly now = (): number => this.#world.timeline.now + this.clockOffset;

  readonly clock: Clock = {
    now: this.now,
    sleepUntil: (instant, wake) => this.sleepUntil(instant, wake),
  };

  sleepUntil(instant: number, wake?: Wake): Promise<void> {
    if (instant <= this.now() || wake?.called) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#world.timeline.at(instant - this.clockOffset, () => this.deliver(resolve));
      wake?.onCall(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Puts its clock right by what a tick takes for the time (ms), as hosts do: a minute is nothing. */
  follow(time: number): void {
    const off = time - this.now();
    if (Math.abs(off) > 60_000) this.clockOffset += off;
  }

  /** Waits so long (ms), whatever its clock does. */
  pause(duration: number): Promise<void> {
    return new Promise((resolve) => {
      this.#world.timeline.at(this.#world.timeline.now + duration, () => this.deliver(resolve));
    });
  }

  /** Lets something reach this process: never when it is dead, later when it stands still. */
  deliver(act: () => void): void {
    if (this.dead) return;
    if (this.#paused) this.#held.push(act);
    else act();
  }

  kill(): void {
    if (this.dead) return;
    this.dead = true;
    this.#held = [];
    this.#world.say(`${this.name} is killed`);
    this.onKilled();
  }

  /** Stands still for so long (ms); meanwhile another takes its place. */
  standStill(duration: number): void {
    if (this.#paused || this.dead) return;
    this.#paused = true;
    this.superseded = true;
    this.#world.say(`${this.name} stands still for ${duration} ms`);
    this.#world.timeline.at(this.#world.timeline.now + duration, () => {
      this.#paused = false;
      if (this.dead) return;
      this.#world.say(`${this.name} goes on`);
      for (const act of this.#held.splice(0)) act();
    });
    this.onSuperseded();
  }

  /**
   * A database as this process reaches it: reads go straight, writes through the database's writer. An administrator writes straight
   * too, and no fault but an outage strikes these calls: what was done is known.
   */
  database(engine: Engine): Database {
    const world = this.#world;
    const direct = {
      execute: ((statement: InStatement) => this.#call([statement], () => engine.execute(statement))) as never,
      batch: ((statements: Statement[]) =>
        this.#call(statements, () => {
          const results = engine.batch(statements);
          if (statements[0]?.sql === forbid(0, 0).sql) world.writing.forbidden(Number(statements[0].args[0]));
          return results;
        })) as Database["batch"],
    };
    const written = writtenThrough({
      direct,
      write: (batch) => this.#write(world.writerOf(engine), batch),
      token: () => world.nextToken(),
      now: this.now,
      pause: (ms) => this.pause(ms),
      random: () => world.random.next(),
    });
    return this.kind === "admin" ? { ...written, ...direct } : written;
  }

  async #write(writer: SimWriter, batch: WriteBatch): Promise<BatchAnswer> {
    const { writing } = this.#world;
    const answer = await this.#call(
      batch.statements,
      (present) => writer.write(batch, present),
      () => writing.doubled.add(batch.token),
    );
    if (!batch.rehearsal) writing.answered(batch, answer);
    return answer;
  }

  #present(look: Look): void {
    const { presence, timeline } = this.#world;
    presence.actor = this.id;
    presence.admin = this.kind === "admin" ? 1 : 0;
    presence.client = this.clientId;
    presence.clock = this.now();
    presence.instant = timeline.now;
    presence.database = timeline.now + this.#world.databaseOffset;
    presence.lookedAt = look.clock;
    presence.lookedInstant = look.instant;
    presence.missing = this.#world.missingSince(look.instant);
  }

  /**
   * @param perform what happens at the other end; it may take its time
   * @param onDoubled told when the network brings it twice
   */
  #call<T>(
    statements: readonly InStatement[],
    perform: (present: () => void) => T | Promise<T>,
    onDoubled: () => void = () => undefined,
  ): Promise<T> {
    const world = this.#world;
    const { timeline, random } = world;
    const stage = stageOf(statements.map((one) => (typeof one === "string" ? one : one.sql)));
    if (this.dead) return new Promise(() => undefined);
    const fault = this.kind === "admin" ? null : world.drawFault(stage);
    const sentAt = timeline.now;
    const sentClock = this.now();
    // What a call does follows from what its sender knew when it left, however late it arrives.
    const before = this.#look;
    const arrival = sentAt + 1 + Math.floor(random.next() * LATENCY_MS);
    if (world.tracing) world.say(`${this.name} ${stage}${fault ? ` (${fault})` : ""}`);

    return new Promise<T>((resolve, reject) => {
      const fails = (error: unknown) => this.deliver(() => reject(error));
      /** Executes the call at the database, whatever has become of the caller. */
      const arrive = (): { answer: () => void } => {
        if (world.databaseDown) return { answer: () => fails(new TypeError("fetch failed")) };
        let seen: Look | null = null;
        // A claim without a look before it looks itself.
        const present = () => {
          if (stage === "look" || stage === "start") seen = { clock: sentClock, instant: timeline.now };
          this.#present(stage === "start" && seen ? seen : before);
        };
        present();
        try {
          const value = perform(present);
          if (value instanceof Promise) {
            // Its answer travels back once there is one.
            const back = () => timeline.now + 1 + Math.floor(random.next() * LATENCY_MS);
            const travelled = value.then(
              (answer) => () =>
                void timeline.at(back(), () =>
                  this.deliver(() => {
                    if (seen) this.#look = seen;
                    resolve(answer);
                  }),
                ),
              (error: unknown) => () => void timeline.at(back(), () => fails(error)),
            );
            return { answer: () => void travelled.then((travel) => travel()) };
          }
          return {
            answer: () =>
              this.deliver(() => {
                if (seen) this.#look = seen;
                resolve(value);
              }),
          };
        } catch (error) {
          return { answer: () => fails(error) };
        }
      };
      switch (fault) {
        case null:
          // What a killed process had sent is on its way all the same, half of the time.
          timeline.at(arrival, () => {
            if (!this.dead || random.chance(0.5)) arrive().answer();
          });
          break;
        case "crash before":
          timeline.at(sentAt, () => this.kill());
          break;
        case "crash after":
          timeline.at(arrival, () => {
            arrive();
            this.kill();
          });
          break;
        case "error before":
          timeline.at(arrival, () => fails(new TypeError("fetch failed")));
          break;
        case "answer lost":
          timeline.at(arrival, () => {
            arrive();
            fails(new TypeError("fetch failed"));
          });
          break;
        case "straggler":
          timeline.at(arrival, () => fails(new TypeError("fetch failed")));
          timeline.at(arrival + random.between(50, 15_000), () => arrive());
          break;
        case "busy":
          timeline.at(arrival, () => fails(busy()));
          break;
        case "slow":
          timeline.at(arrival + random.between(500, 20_000), () => {
            if (!this.dead || random.chance(0.5)) {
              const { answer } = arrive();
              timeline.at(timeline.now + random.between(0, 10_000), answer);
            }
          });
          break;
        case "doubled":
          onDoubled();
          timeline.at(arrival, () => {
            const { answer } = arrive();
            timeline.at(timeline.now + (random.chance(0.5) ? 0 : random.between(1, 10_000)), () => void arrive());
            answer();
          });
          break;
        case "pause before": {
          const duration = random.between(5_000, 90_000);
          timeline.at(sentAt, () => this.standStill(duration));
          timeline.at(sentAt + duration + 1, () => {
            if (!this.dead) arrive().answer();
          });
          break;
        }
        case "pause after":
          timeline.at(arrival, () => {
            const { answer } = arrive();
            this.standStill(random.between(5_000, 90_000));
            answer();
          });
          break;
        default:
          fault satisfies never;
      }
    });
  }
}
