import type { Files } from "../../../files/files.ts";

/** Keys of all objects below a prefix, in their order. */
export async function* keysBelow(files: Files, prefix: string): AsyncGenerator<string, void> {
  for (let page: string | null | undefined; page !== null; ) {
    const found = await files.list(prefix, page ?? null);
    yield* found.entries.map(({ key }) => key);
    page = found.cursor;
  }
}

/** Pieces as a stream, each made when it is read. */
export function streamOf(pieces: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await pieces.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}
