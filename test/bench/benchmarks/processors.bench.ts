import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { catalogue } from "../../../src/processors/all.ts";
import type { Processor } from "../../../src/processors/contract.ts";
import { catalogueIds } from "../../../src/processors/ids.ts";
import { figure } from "../report/figures.ts";
import { machineLines } from "../report/machine.ts";
import { type BenchOptions, isAskedFor } from "../report/options.ts";
import { printTable, progress } from "../report/report.ts";
import { type Night, Nights } from "../volume/nights.ts";
import { seedVolume } from "../volume/seed.ts";
import { NIGHT } from "../volume/volume.ts";

const GROUPS: readonly Processor["group"][] = ["people", "enrolment", "courses", "paths", "skills"];

/** A run that finds nothing to do should have ended after this time. */
const PROMISED_MS = 60_000;

/**
 * The processors of people and learning on a file with 20,000 people and 400,000 registrations, opened as the Deno host opens it. Each
 * gets a fresh copy, on which it runs twice: first some rows of its own kind are due, mostly one in a hundred, then nothing is.
 */
export default async function bench(options: BenchOptions): Promise<void> {
  const people = options.quick ? 2_000 : 20_000;
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  const seeded = join(folder, "seeded.db");
  try {
    for (const line of machineLines()) console.log(line);
    progress("seeding");
    const start = performance.now();
    await seedVolume(seeded, { people, now: NIGHT });
    const size = (await stat(seeded)).size / 2 ** 20;
    console.log(
      `${figure(people)} people, ${figure(20 * people)} registrations: ${figure(size)} MB, seeded in ${figure((performance.now() - start) / 1000)} s`,
    );
    const results: { id: string; due: Night; idle: Night }[] = [];
    for (const processor of chosen(options)) {
      progress(processor.id);
      const copy = join(folder, "copy.db");
      for (const end of ["", "-wal", "-shm"]) await rm(`${copy}${end}`, { force: true });
      await copyFile(seeded, copy);
      const nights = new Nights(copy, join(folder, processor.id), processor);
      try {
        const [due, idle] = [await nights.run(), await nights.run()];
        for (const { state, message, counts } of [due, idle])
          progress(`  ${state} ${message} ${JSON.stringify(counts)}`);
        results.push({ id: processor.id, due, idle });
      } finally {
        nights.close();
      }
    }
    const columns = ["", "state", "changed", "failed", "s", "CPU s", "statements", "round trips"];
    const title = (words: string) => `${figure(people)} people, ${figure(20 * people)} registrations: ${words}`;
    printTable({ title: title("1 % is due"), columns, rows: results.map(({ id, due }) => row(id, due)) }, options);
    printTable(
      { title: title("nothing is due"), columns, rows: results.map(({ id, idle }) => row(id, idle)) },
      options,
    );
    const late = results.filter(({ idle }) => idle.state === "running" || idle.ms > PROMISED_MS).map(({ id }) => id);
    console.log(
      `\nNothing due: ${late.length === 0 ? "all have ended within 60 s" : `not within 60 s: ${late.join(", ")}`}; load after: ${loadavg()[0]?.toFixed(1)}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The processors that were asked for, in the order of the catalogue. One that runs on nodes reads nothing of people. */
function chosen(options: BenchOptions): Processor[] {
  return catalogueIds
    .flatMap((id) => catalogue.find(id) ?? [])
    .filter(({ id, group, scope }) => GROUPS.includes(group) && scope === "client" && isAskedFor(id, options));
}

function row(id: string, { state, counts, ms, cpuMs, statements, roundTrips }: Night): string[] {
  const figures = [counts.changed ?? 0, counts.failed ?? 0, ms / 1000, cpuMs / 1000, statements, roundTrips];
  return [id, state, ...figures.map(figure)];
}
