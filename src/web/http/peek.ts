/** Who sent a stream broke it off. */
export class BrokenStreamError extends Error {
  readonly code = "broken_stream";
  constructor(cause: unknown) {
    super("The stream did not arrive whole", { cause });
  }
}

/** A stream whose beginning is known. */
export interface Peeked {
  /** The first bytes: as many as were asked for, fewer only if there are no more. */
  readonly sample: Uint8Array;
  /** All of it, from the first byte on. */
  readonly whole: ReadableStream<Uint8Array>;
}

/**
 * Looks at the first `length` bytes of a stream without losing them; no more than they and the piece behind them is held in memory.
 * @throws {BrokenStreamError} when the sender breaks off; `whole` ends with it too
 */
export async function peek(stream: ReadableStream<Uint8Array>, length: number): Promise<Peeked> {
  const reader = stream.getReader();
  const read = () =>
    reader.read().catch((error: unknown) => {
      throw new BrokenStreamError(error);
    });
  const pieces: Uint8Array[] = [];
  let buffered = 0;
  while (buffered < length) {
    const { done, value } = await read();
    if (done) break;
    pieces.push(value);
    buffered += value.byteLength;
  }
  const sample = new Uint8Array(Math.min(buffered, length));
  let at = 0;
  for (const piece of pieces) {
    sample.set(piece.subarray(0, sample.length - at), at);
    at = Math.min(sample.length, at + piece.byteLength);
  }
  const whole = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const known = pieces.shift();
        if (known) return controller.enqueue(known);
        const { done, value } = await read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { sample, whole };
}
