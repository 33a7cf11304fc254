import type { LeftJoined, Selected } from "../../store/select.ts";
import type { RunState } from "../runs/run-state.ts";
import type { jobTotals } from "../schema.ts";

/** How a run ended, as the figures keep it. */
export type Fate = Extract<RunState, "ok" | "no_action" | "partial" | "failed" | "cancelled" | "skipped">;

const fateOf: Readonly<Record<string, Fate>> = {
  o: "ok",
  n: "no_action",
  p: "partial",
  f: "failed",
  c: "cancelled",
  s: "skipped",
};

/** What is kept of a job's runs for one client or for all together, dry runs aside. Instants and durations in ms. */
export interface JobFigures {
  /** The newest at most 20, oldest first. */
  readonly fates: readonly Fate[];
  /** The last run that was taken up and ended; skipped ones are none. Null: none yet. */
  readonly last: {
    readonly runId: number;
    readonly state: Fate;
    readonly endedAt: number;
    readonly took: number;
  } | null;
  readonly lastFailedAt: number | null;
  /** Of the newest at most 50 runs; null when there was none. */
  readonly median: number | null;
  /** 19 of 20 runs took no longer. */
  readonly p95: number | null;
}

/** The smallest of some numbers that a share of them does not exceed (nearest rank); null of none. @param share 0..1 */
export function percentile(numbers: readonly number[], share: number): number | null {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** Durations from which a job's median and p95 are taken; the database keeps as many at least (trigger `runs_ended`). */
export const DURATIONS_SHOWN = 50;

/** The columns of `job_totals`, and of `job_stats`, that make {@link JobFigures}. */
export const figureColumns = [
  "fates",
  "durations",
  "lastRunId",
  "lastState",
  "lastEndedAt",
  "lastDurationMs",
  "lastFailedAt",
] as const;

/** A row of `job_stats` or `job_totals` with {@link figureColumns}. */
export type FigureRow = Selected<typeof jobTotals, (typeof figureColumns)[number]>;

/** What a left join found of a job's figures; null: none. */
export function toFigures(row: LeftJoined<FigureRow>): JobFigures | null {
  if (row.fates === null) return null;
  const durations = (JSON.parse(row.durations ?? "[]") as number[]).slice(0, DURATIONS_SHOWN);
  const letters = [...row.fates].toReversed();
  return {
    fates: letters.flatMap((letter) => fateOf[letter] ?? []),
    last:
      row.lastRunId === null
        ? null
        : {
            runId: row.lastRunId,
            state: row.lastState as Fate,
            endedAt: row.lastEndedAt ?? 0,
            took: row.lastDurationMs ?? 0,
          },
    lastFailedAt: row.lastFailedAt,
    median: percentile(durations, 0.5),
    p95: percentile(durations, 0.95),
  };
}
