import { setImmediate } from "node:timers";

interface Event {
  readonly at: number;
  readonly order: number;
  act: (() => void) | null;
}

const earlier = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Virtual time: a heap of events. After each one everything that can go on does, before the next one happens; a statement on
 * the simulated database is answered within an event, so microtasks are all there is to wait for.
 */
export class Timeline {
  #now: number;
  #order = 0;
  readonly #heap: Event[] = [];

  /** @param start ms */
  constructor(start: number) {
    this.#now = start;
  }

  /** The true instant (ms); the processes' clocks may differ from it. */
  get now(): number {
    return this.#now;
  }

  /** Does `act` at `instant` (ms), at once when that has passed. Returns a function that takes it back. */
  at(instant: number, act: () => void): () => void {
    const event: Event = { at: Math.max(instant, this.#now), order: this.#order++, act };
    const heap = this.#heap;
    heap.push(event);
    for (let index = heap.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!earlier(heap[index] as Event, heap[parent] as Event)) break;
      [heap[index], heap[parent]] = [heap[parent] as Event, heap[index] as Event];
      index = parent;
    }
    return () => {
      event.act = null;
    };
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    heap[0] = last;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = index;
      if (left < heap.length && earlier(heap[left] as Event, heap[least] as Event)) least = left;
      if (right < heap.length && earlier(heap[right] as Event, heap[least] as Event)) least = right;
      if (least === index) return first;
      [heap[index], heap[least]] = [heap[least] as Event, heap[index] as Event];
      index = least;
    }
  }

  /** Lets everything happen up to `instant` (ms). */
  async runUntil(instant: number): Promise<void> {
    await settled();
    for (let next = this.#heap[0]; next !== undefined && next.at <= instant; next = this.#heap[0]) {
      this.#pop();
      if (next.act === null) continue;
      this.#now = next.at;
      next.act();
      await settled();
    }
    this.#now = Math.max(this.#now, instant);
  }
}

/** A macrotask comes after all microtasks. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
