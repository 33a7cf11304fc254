import { openInspector } from "../inspector.ts";

/** What the platform gives an isolate, objects and buffers together. */
export const ISOLATE_BYTES = 128 * 2 ** 20;

/** Between two looks (ms); at every tenth the garbage is taken out first. */
const LOOK_EVERY_MS = 100;

/** What a Worker's isolate has held, in bytes, as the runtime counts it: objects and the buffers behind them. */
export interface HeapSeen {
  /** At its most, garbage included. */
  readonly peak: number;
  /** At its most of what could not be thrown away. */
  readonly live: number;
}

/** What V8 answers to `Runtime.getHeapUsage`, in bytes. */
interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/**
 * Watches the memory of a Worker while it is at work. All of its objects share one isolate.
 *
 * @param port of its runtime's inspector
 * @returns what ends it and says what was seen
 */
export async function watchHeap(port: number): Promise<() => Promise<HeapSeen>> {
  const inspector = await openInspector(port);
  const read = async () => {
    const usage = (await inspector.call("Runtime.getHeapUsage")) as HeapUsage | undefined;
    return usage ? usage.usedSize + (usage.embedderHeapUsedSize ?? 0) + (usage.backingStorageSize ?? 0) : 0;
  };
  let ended = false;
  const seen = { peak: 0, live: 0 };
  const watching = (async () => {
    for (let look = 0; !ended; look += 1) {
      seen.peak = Math.max(seen.peak, await read());
      if (look % 10 === 9) {
        await inspector.call("HeapProfiler.collectGarbage");
        seen.live = Math.max(seen.live, await read());
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  })();
  return async () => {
    ended = true;
    await watching;
    inspector.close();
    return seen;
  };
}
