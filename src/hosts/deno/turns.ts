import type { Clock } from "../../connectors/clock.ts";

/** Turns at once. What is at work at once is what the collector copies again and again: beyond some hundreds a run costs twice as much. */
const MOST = 100;
/** A turn keeps others waiting for this long (ms), and at most for twice as long. */
const PATIENCE_MS = 50;

/** A turn, with the round of the watch in which it was taken. */
interface Turn {
  readonly round: number;
}

/**
 * The turns in which a process' runners begin work. Where thousands are due at one second, most wait for some that are soon over, in the
 * order in which they came; a turn that is not soon over counts no longer, so that no client's work delays another's.
 */
export class Turns {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #taken = new Set<Turn>();
  /** Oldest first. */
  readonly #waiting: ((turn: Turn) => void)[] = [];
  #round = 0;
  #isWatching = false;

  /** @param most turns at once */
  constructor(clock: Clock, most = MOST) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Takes a turn as soon as there is one. Returns what ends it; a second call of that does nothing. */
  async take(): Promise<() => void> {
    const turn = this.#taken.size < this.#most ? this.#give() : await this.#next();
    return () => {
      if (this.#taken.delete(turn)) this.#letIn();
    };
  }

  #give(): Turn {
    const turn = { round: this.#round };
    this.#taken.add(turn);
    return turn;
  }

  #next(): Promise<Turn> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isWatching) void this.#watch();
    });
  }

  #letIn(): void {
    const free = Math.min(this.#most - this.#taken.size, this.#waiting.length);
    if (free > 0) for (const enter of this.#waiting.splice(0, free)) enter(this.#give());
  }

  /** Ends what has taken too long, again and again while a runner waits. Its own rounds count: the clock may be put right meanwhile. */
  async #watch(): Promise<void> {
    this.#isWatching = true;
    while (this.#waiting.length > 0) {
      this.#round += 1;
      await this.#clock.sleepUntil(this.#clock.now() + PATIENCE_MS);
      for (const turn of this.#taken) if (turn.round < this.#round) this.#taken.delete(turn);
      this.#letIn();
    }
    this.#isWatching = false;
  }
}
