import { parseArgs } from "node:util";
import { words } from "./batch.ts";
import { defects } from "./defects.ts";
import { liveThrough } from "./history.ts";
import { simulateOnThreads } from "./pool.ts";

/** Histories within which a defect has to be seen, and a rare one. */
const NOTICED_WITHIN = 2_000;
const RARE_NOTICED_WITHIN = 5_000;

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
    trace: { type: "boolean", default: false },
    defects: { type: "boolean", default: false },
  },
});
const [histories, seed, threads] = [values.histories, values.seed, values.threads].map(Number) as [
  number,
  number,
  number,
];
if (![histories, seed, threads].every((value) => Number.isInteger(value) && value > 0)) {
  console.error(
    "Use: npm run simulate -- [--histories N] [--seed S] [--threads T] [--trace | --defects], with whole numbers from 1",
  );
  process.exit(2);
}

function accuse(broken: readonly string[], guilty: number): void {
  console.error(`Seed ${guilty} broke ${broken.length === 1 ? "an invariant" : `${broken.length} invariants`}:`);
  for (const line of broken.slice(0, 20)) console.error(`  ${line}`);
  console.error(`See it again: npm run simulate -- --seed ${guilty} --histories 1 --trace`);
}

/** Histories with every event on a line. */
async function trace(): Promise<boolean> {
  for (let one = seed; one < seed + histories; one += 1) {
    const outcome = await liveThrough(one, { trace: true });
    if (outcome.broken.length > 0) {
      accuse(outcome.broken, one);
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
  const elapsed = () => (performance.now() - startedAt) / 1000;
  let printed = 0;
  const total = await simulateOnThreads({
    seed,
    histories,
    threads,
    progress: (sofar) => {
      if (sofar.histories - printed < 1000) return;
      printed = sofar.histories;
      console.log(`${printed} histories, ${(printed / elapsed()).toFixed(1)} a second`);
    },
  });
  console.log(
    `Seeds from ${seed}: ${elapsed().toFixed(0)} s, ${(total.histories / elapsed()).toFixed(1)} histories a second`,
  );
  for (const line of words(total)) console.log(line);
  if (total.broken) accuse(total.broken.broken, total.broken.seed);
  return total.broken === null;
}

/** Every defect in turn, from the same seed on: after how many histories it is noticed. */
async function defective(): Promise<boolean> {
  let noticed = 0;
  for (const { name, rare } of defects) {
    const within = rare ? RARE_NOTICED_WITHIN : NOTICED_WITHIN;
    const { broken } = await simulateOnThreads({ seed, histories: within, threads, defect: name });
    if (broken) noticed += 1;
    console.log(
      broken
        ? `${name}: seed ${broken.seed}, history ${broken.seed - seed + 1}: ${broken.broken[0]}`
        : `${name}: NOT NOTICED in ${within} histories`,
    );
  }
  console.log(`${noticed} of ${defects.length} defects noticed`);
  return noticed === defects.length;
}

process.exitCode = (await (values.trace ? trace() : values.defects ? defective() : all())) ? 0 : 1;
