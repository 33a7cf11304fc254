import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withJsxModule } from "../crowd/jsx-loader.ts";
import { figure } from "../report/figures.ts";
import { machineLines } from "../report/machine.ts";
import { type BenchOptions, isAskedFor } from "../report/options.ts";
import { printTable, progress } from "../report/report.ts";
import { measureTicks, type TickCost } from "../scale/tick-scale.ts";

/**
 * Whether cost follows what is due rather than what is stored: a tick beside 1,000, 100,000 and 1,000,000 stored triggers, and a run, the
 * lists and retention beside 10,000 and 1,000,000 stored runs. All in libSQL files.
 */
export default async function bench(options: BenchOptions): Promise<void> {
  for (const line of machineLines()) console.log(line);
  if (isAskedFor("tick", options)) await ticks(options);
  if (isAskedFor("runs", options)) await besideRuns(options);
}

async function ticks(options: BenchOptions): Promise<void> {
  const sizes = options.quick ? [1000, 20_000] : [1000, 100_000, 1_000_000];
  const folder = await mkdtemp(join(tmpdir(), "minutehand-bench-"));
  let costs: TickCost[];
  try {
    progress(`ticks beside ${sizes.map(figure).join(", ")} triggers`);
    costs = await measureTicks(folder, sizes, options.rounds ?? (options.quick ? 5 : 21));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const fewest = (due: number) => costs.find((cost) => cost.due === due)?.leastCpuMs ?? Number.NaN;
  printTable(
    {
      title: "A tick beside stored triggers, of which none or 1,000 are due",
      columns: ["stored triggers", "due", "median ms", "least CPU ms", "growth of CPU", "round trips", "statements"],
      rows: costs.map(({ stored, due, ms, leastCpuMs, roundTrips, statements }) =>
        [stored, due, ms, leastCpuMs, leastCpuMs / fewest(due), roundTrips, statements].map((value) => figure(value)),
      ),
    },
    options,
  );
  const growth = Math.max(...costs.map(({ due, leastCpuMs }) => leastCpuMs / fewest(due)));
  const statements = Math.max(...costs.map((cost) => cost.statements));
  console.log(`\n${holds(growth <= 1.3)} a tick grows at most 1.3 times: ${figure(growth)}`);
  console.log(`${holds(statements <= 10)} 1,000 due take at most 10 statements: ${statements}`);
}

async function besideRuns(options: BenchOptions): Promise<void> {
  const sizes = options.quick ? [4000, 20_000] : [10_000, 1_000_000];
  const rounds = options.rounds ?? (options.quick ? 5 : 15);
  type Measuring = typeof import("../scale/beside-runs.ts");
  const [few = [], many = []] = await withJsxModule(
    "/test/bench/scale/beside-runs.ts",
    async (module: Measuring, folder) => {
      const all = [];
      for (const runs of sizes) {
        progress(`beside ${figure(runs)} runs`);
        all.push(await module.measureBesideRuns(folder, runs, rounds));
      }
      return all;
    },
  );
  printTable(
    {
      title: `Beside ${sizes.map(figure).join(" and ")} stored runs (medians)`,
      columns: ["", "ms", "ms", "growth", "statements", "statements", "round trips"],
      rows: few.map((small, index) => {
        const large = many[index] ?? small;
        const growth = large.ms / small.ms;
        return [
          small.what,
          ...[small.ms, large.ms, growth, small.statements, large.statements, large.roundTrips].map(figure),
        ];
      }),
    },
    options,
  );
}

const holds = (is: boolean) => (is ? "holds   " : "does not");
