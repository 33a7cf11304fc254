import { Worker } from "node:worker_threads";
import { type BatchReport, nothing, sum } from "./batch.ts";

/** Consecutive seeds that a thread lives through at once. */
export interface Share {
  readonly from: number;
  readonly count: number;
  /** Name of the defect that the product has. */
  readonly defect?: string | undefined;
}

/** Histories in a share; a defect is mostly found in the first few. */
const SHARE = 25;

/** What is to be lived through. */
export interface Order {
  readonly seed: number;
  readonly histories: number;
  readonly threads: number;
  readonly defect?: string | undefined;
  /** Hears of the total after each share. */
  readonly progress?: (total: BatchReport) => void;
}

/** Lives through histories on several threads; after the first broken invariant no further share is begun. */
export async function simulateOnThreads(order: Order): Promise<BatchReport> {
  const { seed, histories, threads, defect, progress } = order;
  let next = seed;
  let total = nothing();
  const work = async () => {
    const worker = new Worker(new URL("worker.ts", import.meta.url));
    while (next < seed + histories && total.broken === null) {
      const share: Share = { from: next, count: Math.min(SHARE, seed + histories - next), defect };
      next += share.count;
      const report = await answer(worker, share);
      total = sum(total, report);
      progress?.(total);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: threads }, work));
  return total;
}

function answer(worker: Worker, share: Share): Promise<BatchReport> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (report: BatchReport) => {
      worker.off("error", reject);
      resolve(report);
    });
    worker.postMessage(share);
  });
}
