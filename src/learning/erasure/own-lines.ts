/** Bytes of a file, from the first to before the last. */
export interface Cut {
  readonly from: number;
  readonly to: number;
}

/** What a file has of some people. */
export interface OwnLines {
  /** The bytes of their lines or elements, in order, none overlapping. */
  readonly cuts: readonly Cut[];
  /** Whose they are. */
  readonly people: readonly number[];
  /** A line or element of another person or thing is there too. */
  readonly others: boolean;
  /** False: the file could not be read to its end. */
  readonly whole: boolean;
}

/** The bytes of a file without some cuts. */
export async function* withoutCuts(
  bytes: AsyncIterable<Uint8Array>,
  cuts: readonly Cut[],
): AsyncGenerator<Uint8Array, void> {
  let offset = 0;
  let next = 0;
  for await (const piece of bytes) {
    let at = 0;
    while (at < piece.length) {
      const cut = cuts[next];
      if (!cut || cut.from >= offset + piece.length) {
        yield piece.subarray(at);
        break;
      }
      const [from, to] = [cut.from - offset, cut.to - offset];
      if (from > at) yield piece.subarray(at, from);
      at = Math.max(at, Math.min(to, piece.length));
      if (to > piece.length) break;
      next += 1;
    }
    offset += piece.length;
  }
}
