/** Counts what is open at the same time, by who has it open. */
export class Tally {
  readonly #open = new Map<string, number>();

  /** Opens one more; null when `most` are open already. What it gives back closes it; further calls do nothing. */
  take(who: string, most: number): (() => void) | null {
    const open = this.#open.get(who) ?? 0;
    if (open >= most) return null;
    this.#open.set(who, open + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (this.#open.get(who) ?? 1) - 1;
      if (left === 0) this.#open.delete(who);
      else this.#open.set(who, left);
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
