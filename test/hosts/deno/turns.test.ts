import { expect, it } from "vitest";
import { Turns } from "../../../src/hosts/deno/turns.ts";
import { VirtualClock } from "../../harness/clock.ts";

/** Runners that ask for turns, by their number. */
class Crowd {
  readonly clock = new VirtualClock(0);
  readonly turns = new Turns(this.clock, 3);
  readonly #ends = new Map<number, () => void>();

  ask(...numbers: number[]): Promise<void> {
    for (const number of numbers) void this.turns.take().then((end) => this.#ends.set(number, end));
    return this.clock.advanceTo(this.clock.now());
  }

  end(number: number): Promise<void> {
    this.#ends.get(number)?.();
    return this.clock.advanceTo(this.clock.now());
  }

  /** Who has had a turn so far, in order. */
  get seen(): number[] {
    return [...this.#ends.keys()];
  }
}

it("as many runners begin at once as there are turns; the others follow in the order in which they came, as soon as a turn ends", async () => {
  const crowd = new Crowd();
  await crowd.ask(1, 2, 3, 4, 5, 6);
  expect(crowd.seen).toEqual([1, 2, 3]);
  await crowd.end(2);
  expect(crowd.seen).toEqual([1, 2, 3, 4]);
  await crowd.end(1);
  await crowd.end(3);
  expect(crowd.seen).toEqual([1, 2, 3, 4, 5, 6]);
});

it("a turn that ends twice makes room for one", async () => {
  const crowd = new Crowd();
  await crowd.ask(1, 2, 3, 4, 5);
  await crowd.end(1);
  await crowd.end(1);
  expect(crowd.seen).toEqual([1, 2, 3, 4]);
});

it("who comes while others wait does not pass them", async () => {
  const crowd = new Crowd();
  await crowd.ask(1, 2, 3, 4);
  await Promise.all([crowd.end(1), crowd.ask(5)]);
  expect(crowd.seen).toEqual([1, 2, 3, 4]);
});

it("turns that are not over within 50 ms keep no other waiting, and make no room a second time when they end", async () => {
  const crowd = new Crowd();
  await crowd.ask(1, 2, 3, 4, 5, 6, 7, 8);
  expect(crowd.seen).toEqual([1, 2, 3]);
  await crowd.clock.advanceTo(50);
  expect(crowd.seen).toEqual([1, 2, 3, 4, 5, 6]);
  await crowd.end(1);
  expect(crowd.seen).toEqual([1, 2, 3, 4, 5, 6]);
  await crowd.end(4);
  expect(crowd.seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it("waits for nothing while no runner does", async () => {
  const crowd = new Crowd();
  await crowd.ask(1, 2, 3);
  expect(crowd.clock.waiting).toEqual([]);
  await crowd.ask(4);
  expect(crowd.clock.waiting).toHaveLength(1);
  await crowd.clock.advanceTo(1000);
  expect(crowd.clock.waiting).toEqual([]);
});
