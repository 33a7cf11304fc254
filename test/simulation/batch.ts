import { liveThrough, type Outcome } from "./history.ts";
import type { FaultTally } from "./world/faults.ts";
import type { Defect } from "./world/world.ts";

/** What a batch of histories came to. */
export interface BatchReport {
  readonly histories: number;
  readonly occurrences: number;
  readonly runs: number;
  readonly faults: number;
  readonly epochs: { readonly strict: number; readonly overlapping: number };
  readonly looks: Outcome["looks"];
  readonly tally: FaultTally;
  /** The least that one history had. */
  readonly fewest: { readonly occurrences: number; readonly faults: number };
  /** The first history that broke an invariant, if any: the batch ends with it. */
  readonly broken: Outcome | null;
}

/** A report of nothing. */
export const nothing = (): BatchReport => ({
  histories: 0,
  occurrences: 0,
  runs: 0,
  faults: 0,
  epochs: { strict: 0, overlapping: 0 },
  looks: { quiet: 0, named: 0 },
  tally: new Map(),
  fewest: { occurrences: Number.POSITIVE_INFINITY, faults: Number.POSITIVE_INFINITY },
  broken: null,
});

const earliest = (one: Outcome | null, other: Outcome | null) =>
  one && other ? (one.seed < other.seed ? one : other) : (one ?? other);

/** Two reports as one; of two broken histories that with the lower seed. */
export function sum(one: BatchReport, other: BatchReport): BatchReport {
  const tally: FaultTally = new Map(one.tally);
  for (const [fault, count] of other.tally) tally.set(fault, (tally.get(fault) ?? 0) + count);
  return {
    histories: one.histories + other.histories,
    occurrences: one.occurrences + other.occurrences,
    runs: one.runs + other.runs,
    faults: one.faults + other.faults,
    epochs: {
      strict: one.epochs.strict + other.epochs.strict,
      overlapping: one.epochs.overlapping + other.epochs.overlapping,
    },
    looks: { quiet: one.looks.quiet + other.looks.quiet, named: one.looks.named + other.looks.named },
    tally,
    fewest: {
      occurrences: Math.min(one.fewest.occurrences, other.fewest.occurrences),
      faults: Math.min(one.fewest.faults, other.fewest.faults),
    },
    broken: earliest(one.broken, other.broken),
  };
}

/** Lives through `count` histories from seed `from` on, up to the first that breaks an invariant. */
export async function simulate(from: number, count: number, defect: Defect | null = null): Promise<BatchReport> {
  let report = nothing();
  for (let seed = from; seed < from + count && report.broken === null; seed += 1) {
    const outcome = await liveThrough(seed, { defect });
    const { occurrences, runs, faults, epochs, looks, tally } = outcome;
    const broken = outcome.broken.length > 0 ? outcome : null;
    report = sum(report, {
      histories: 1,
      occurrences,
      runs,
      faults,
      epochs,
      looks,
      tally,
      fewest: { occurrences, faults },
      broken,
    });
  }
  return report;
}

/** The report in lines: totals, then how often each fault struck and where. */
export function words(report: BatchReport): string[] {
  const by = (name: string) => [...report.tally].filter(([key]) => key.startsWith(`${name} at `));
  const kinds = [...report.tally].filter(([key]) => !key.includes(" at ")).sort((a, b) => b[1] - a[1]);
  return [
    `${report.histories} histories, ${report.occurrences} occurrences, ${report.runs} runs, ${report.faults} faults`,
    `At least ${report.fewest.occurrences} occurrences and ${report.fewest.faults} faults in each`,
    `${report.epochs.strict} epochs of triggers counted exactly, ${report.epochs.overlapping} that rows of an earlier one reach into`,
    `${report.looks.quiet} clients were looked at and quiet, ${report.looks.named} were named`,
    ...kinds.map(([name, count]) => {
      const stages = by(name)
        .sort((a, b) => b[1] - a[1])
        .map(([key, times]) => `${key.slice(name.length + 4)} ${times}`);
      return `  ${String(count).padStart(7)} ${name}${stages.length > 0 ? `: ${stages.join(", ")}` : ""}`;
    }),
  ];
}
