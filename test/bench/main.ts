import { readdir } from "node:fs/promises";
import { BenchOptionError, type BenchOptions, readBenchOptions } from "./report/options.ts";

/**
 * Runs one benchmark: `npm run bench -- firing`. Each `benchmarks/<name>.bench.ts` exports a function that measures and
 * prints; without a name, the names are listed. Options stand behind the name (`report/options.ts`); not every benchmark knows each.
 */
const [name, ...args] = process.argv.slice(2);
const suffix = ".bench.ts";
const names = (await readdir(`${import.meta.dirname}/benchmarks`))
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length))
  .sort();

if (name !== undefined && names.includes(name)) {
  try {
    const options = readBenchOptions(args);
    type Bench = { default: (options: BenchOptions) => Promise<void> | void };
    const { default: bench } = (await import(`./benchmarks/${name}${suffix}`)) as Bench;
    await bench(options);
  } catch (error) {
    if (!(error instanceof BenchOptionError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
} else {
  if (name !== undefined) console.error(`There is no benchmark "${name}".`);
  console.log(`Benchmarks: ${names.join(", ")}. Run one with: npm run bench -- ${names[0] ?? "<name>"}`);
  process.exitCode = name === undefined ? 0 : 1;
}
