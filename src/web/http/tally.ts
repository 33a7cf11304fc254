/** Counts what is open at the same time, by who has it open. */
export class Tally {
  readonly #open = new Map<string, Set<{ readonly until: number }>>();

  /**
   * Opens one more; null when `most` are open already. What it gives back closes it.
   *
   * @param now ms
   * @param forMs after this it counts no longer even if it was not closed: an invocation may be killed
   */
  take(who: string, most: number, now: number, forMs: number): (() => void) | null {
    const open = this.#open.get(who) ?? new Set();
    for (const one of open) if (one.until <= now) open.delete(one);
    if (open.size >= most) return null;
    const mine = { until: now + forMs };
    this.#open.set(who, open.add(mine));
    return () => {
      open.delete(mine);
      if (open.size === 0 && this.#open.get(who) === open) this.#open.delete(who);
    };
  }
}

/** A stream that says once when it has ended, was cancelled or failed. */
export function tellingEnd(stream: ReadableStream<Uint8Array>, ended: () => void): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          ended();
          controller.close();
        } catch (error) {
          ended();
          controller.error(error);
        }
      },
      async cancel(reason) {
        ended();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
