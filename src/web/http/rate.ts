/** Addresses that are counted at the same time, at most: the memory that strangers can take. */
const MOST_COUNTED = 10_000;

/** Counts how often a caller asks within a time, in memory. */
export class Rate {
  readonly #asked = new Map<string, { from: number; times: number }>();

  /**
   * Counts one more, unless there were `most` within `windowMs`: then false.
   *
   * @param who '' is everybody of whom nothing is known
   * @param now ms
   */
  take(who: string, most: number, windowMs: number, now: number): boolean {
    const known = this.#asked.get(who);
    if (known && now - known.from < windowMs) {
      if (known.times >= most) return false;
      known.times += 1;
      return true;
    }
    this.#asked.delete(who);
    if (this.#asked.size >= MOST_COUNTED) this.#forget(windowMs, now);
    this.#asked.set(who, { from: now, times: 1 });
    return true;
  }

  /** Those whose time is over; if there are none, the one that began first. */
  #forget(windowMs: number, now: number): void {
    for (const [who, { from }] of this.#asked) {
      if (now - from < windowMs && this.#asked.size < MOST_COUNTED) break;
      this.#asked.delete(who);
    }
  }
}
