import type { BatchAnswer, WriteBatch } from "../../../src/store/writer/batch.ts";
import { Writer } from "../../../src/store/writer/writer.ts";
import type { Engine } from "./engine.ts";
import type { World } from "./world.ts";

/** Around this long a group travels (ms). */
const LATENCY_MS = 30;

/** What can befall the writer of a database and the groups that it sends. */
export const writerFaults = {
  /** The writer is lost; its group never arrives. */
  "writer lost before its group": 2,
  /** The writer is lost; its group is in. */
  "writer lost behind its group": 2,
  /** The group never arrives, and the writer is told so. */
  "group lost": 2,
  /** The group is in; the writer gets an error. */
  "group's answer lost": 3,
  /** The writer gets an error; the group arrives later all the same. */
  "group straggles": 3,
  /** It takes seconds. */
  "group stalls": 2,
  /** The transaction ends early. */
  "group ended early": 1,
  /** Another writer of the same database comes, and this one goes on with what it has. */
  "writer doubled": 2,
};
export type WriterFault = keyof typeof writerFaults;

/** A deliberate defect of the writer. */
export type WriterDefect =
  | "answers before the commit"
  | "takes neighbours along"
  | "sends a group again"
  | "asks for no fence"
  | "counts in the group";

/** What became known of the batches, by their tokens. */
export class WriterWitness {
  readonly broken: string[] = [];
  /** The network brought it twice: it may be in twice, as any write may. */
  readonly doubled = new Set<number>();
  readonly #committed = new Map<number, number>();
  readonly #forbidden = new Set<number>();

  committed(token: number): void {
    const times = (this.#committed.get(token) ?? 0) + 1;
    this.#committed.set(token, times);
    if (this.#forbidden.has(token)) this.broken.push(`batch ${token} was written after it had been forbidden`);
    if (times > 1 && !this.doubled.has(token)) this.broken.push(`batch ${token} was written ${times} times`);
  }

  forbidden(token: number): void {
    this.#forbidden.add(token);
  }

  answered({ token, statements }: WriteBatch, answer: BatchAnswer): void {
    const { kind } = answer;
    if (kind === "refused" && answer.refusal.index >= statements.length)
      this.broken.push(`batch ${token} was refused for statement ${answer.refusal.index} of ${statements.length}`);
    const is = this.#committed.has(token);
    if (kind === "answers" && !is) this.broken.push(`batch ${token} was answered and is not written`);
    if ((kind === "refused" || kind === "undone") && is && !this.doubled.has(token))
      this.broken.push(`batch ${token} was said not to be written, and is`);
  }
}

/** A batch as the simulation sends it. */
interface Sent {
  readonly batch: WriteBatch;
  /** Tells the database who is there, before its statements are executed. */
  readonly present: () => void;
}

/** The writer of a simulated database: the product's own, whose groups travel over a network that can do anything. */
export class SimWriter {
  readonly #world: World;
  readonly #engine: Engine;
  #writer: Writer;
  /** Who waits for an answer of the writer that is there; it hears nothing once that is lost. */
  #waiting = new Set<(error: Error) => void>();
  readonly #sent = new WeakMap<WriteBatch, Sent>();

  constructor(world: World, engine: Engine) {
    this.#world = world;
    this.#engine = engine;
    this.#writer = this.#make();
  }

  /** A batch has arrived at the writer. */
  write(batch: WriteBatch, present: () => void): Promise<BatchAnswer> {
    // A copy, since the network may bring it twice.
    const own = { ...batch };
    this.#sent.set(own, { batch: own, present });
    const writer = this.#writer;
    const waiting = this.#waiting;
    return new Promise((resolve, reject) => {
      waiting.add(reject);
      void writer.write(own).then((answer) => {
        if (waiting.delete(reject)) resolve(answer);
      });
    });
  }

  #make(): Writer {
    const { timeline } = this.#world;
    return new Writer({
      commit: (batches) => this.#commit(batches),
      now: () => timeline.now,
      soon: (work) => void timeline.at(timeline.now + 1, work),
    });
  }

  /** The writer is gone, and with it every answer that it owes. */
  #lose(): void {
    const waiting = this.#waiting;
    this.#replace();
    this.#world.say("the writer is lost");
    for (const reject of waiting) reject(new Error("the object was reset"));
    waiting.clear();
  }

  /** Another takes its place for those who come from now on. */
  #replace(): void {
    this.#waiting = new Set();
    this.#writer = this.#make();
  }

  #commit(batches: readonly WriteBatch[]): Promise<readonly BatchAnswer[]> {
    const world = this.#world;
    const { timeline, random } = world;
    const fault = world.drawWriterFault();
    const arrival = timeline.now + 1 + Math.floor(random.next() * LATENCY_MS);
    return new Promise((resolve, reject) => {
      const lost = () => reject(new TypeError("fetch failed"));
      const arrive = () => this.#arrive(batches);
      if (world.defect?.writer === "answers before the commit") {
        resolve(batches.map(() => ({ kind: "answers", answers: [] })));
      }
      switch (fault) {
        case null:
          timeline.at(arrival, () => (world.databaseDown ? lost() : resolve(arrive())));
          break;
        case "writer lost before its group":
          timeline.at(arrival, () => this.#lose());
          break;
        case "writer lost behind its group":
          timeline.at(arrival, () => {
            if (!world.databaseDown) arrive();
            this.#lose();
          });
          break;
        case "group lost":
          timeline.at(arrival, lost);
          break;
        case "group's answer lost":
          timeline.at(arrival, () => {
            if (!world.databaseDown) arrive();
            if (world.defect?.writer === "sends a group again" && !world.databaseDown) resolve(arrive());
            else lost();
          });
          break;
        case "group straggles":
          timeline.at(arrival, lost);
          timeline.at(arrival + random.between(50, 15_000), () => {
            if (!world.databaseDown) arrive();
          });
          break;
        case "group stalls":
          timeline.at(arrival + random.between(500, 20_000), () => {
            if (world.databaseDown) return lost();
            const answers = arrive();
            timeline.at(timeline.now + random.between(0, 10_000), () => resolve(answers));
          });
          break;
        case "group ended early":
          timeline.at(arrival, () =>
            resolve(batches.map(() => ({ kind: "undone", why: "the transaction ended early" }))),
          );
          break;
        case "writer doubled":
          this.#replace();
          timeline.at(arrival, () => (world.databaseDown ? lost() : resolve(arrive())));
          break;
        default:
          fault satisfies never;
      }
    });
  }

  /** The group has arrived at the database. */
  #arrive(batches: readonly WriteBatch[]): BatchAnswer[] {
    const sent = batches.map((batch) => this.#sent.get(batch) as Sent);
    const answers = this.#engine.group(sent, this.#world.defect?.writer ?? null);
    answers.forEach(({ written }, index) => {
      if (written) this.#world.writing.committed(batches[index]?.token ?? 0);
    });
    return answers.map(({ answer }) => answer);
  }
}
