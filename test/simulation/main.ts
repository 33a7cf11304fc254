import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { type BatchReport, nothing, sum, words } from "./batch.ts";
import { liveThrough } from "./history.ts";

/** Histories that a thread takes at once. */
const SHARE = 50;

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
    trace: { type: "boolean", default: false },
  },
});
const [histories, seed, threads] = [values.histories, values.seed, values.threads].map(Number) as [
  number,
  number,
  number,
];
if (![histories, seed, threads].every((value) => Number.isInteger(value) && value > 0)) {
  console.error(
    "Use: npm run simulate -- [--histories N] [--seed S] [--threads T] [--trace], with whole numbers from 1",
  );
  process.exit(2);
}

function accuse(seed: number, broken: readonly string[]): void {
  console.error(`Seed ${seed} broke ${broken.length === 1 ? "an invariant" : `${broken.length} invariants`}:`);
  for (const words of broken.slice(0, 20)) console.error(`  ${words}`);
  console.error(`See it again: npm run simulate -- --seed ${seed} --histories 1 --trace`);
}

/** One history with every event on a line. */
async function trace(): Promise<boolean> {
  for (let one = seed; one < seed + histories; one += 1) {
    const outcome = await liveThrough(one, { trace: true });
    if (outcome.broken.length > 0) {
      accuse(one, outcome.broken);
      return false;
    }
    console.log(
      `Seed ${one}: ${outcome.occurrences} occurrences, ${outcome.runs} runs, ${outcome.faults} faults, nothing broken`,
    );
  }
  return true;
}

/** All histories on several threads; the first broken invariant ends it. */
async function all(): Promise<boolean> {
  const startedAt = performance.now();
  let next = seed;
  let total: BatchReport = nothing();
  let printed = 0;
  const work = async () => {
    const worker = new Worker(new URL("worker.ts", import.meta.url));
    while (next < seed + histories && total.broken === null) {
      const from = next;
      const count = Math.min(SHARE, seed + histories - from);
      next += count;
      const report = await new Promise<BatchReport>((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
        worker.postMessage({ from, count });
      });
      worker.removeAllListeners("error");
      total = sum(total, report);
      if (total.histories - printed >= 1000) {
        printed = total.histories;
        console.log(`${printed} histories, ${Math.round(printed / ((performance.now() - startedAt) / 1000))} a second`);
      }
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: threads }, work));
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `Seeds from ${seed}: ${seconds.toFixed(0)} s, ${(total.histories / seconds).toFixed(1)} histories a second`,
  );
  for (const line of words(total)) console.log(line);
  if (total.broken) accuse(total.broken.seed, total.broken.broken);
  return total.broken === null;
}

process.exitCode = (await (values.trace ? trace() : all())) ? 0 : 1;
