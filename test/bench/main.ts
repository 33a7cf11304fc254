import { readdir } from "node:fs/promises";

/**
 * Runs one benchmark: `npm run bench -- quartz`. Each `<name>.bench.ts` beside this file exports a function that measures and
 * prints; without a name, the names are listed.
 */
const [name] = process.argv.slice(2);
const suffix = ".bench.ts";
const names = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length))
  .sort();

if (name !== undefined && names.includes(name)) {
  const { default: bench } = (await import(`./${name}${suffix}`)) as { default: () => Promise<void> | void };
  await bench();
} else {
  if (name !== undefined) console.error(`There is no benchmark "${name}".`);
  console.log(`Benchmarks: ${names.join(", ")}. Run one with: npm run bench -- ${names[0] ?? "<name>"}`);
  process.exitCode = name === undefined ? 0 : 1;
}
