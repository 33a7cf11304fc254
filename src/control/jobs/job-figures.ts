import type { Row } from "@libsql/client";
import type { RunState } from "../runs/run-state.ts";

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

/** Reads a row of `job_stats` or `job_totals`; null where a left join found none. */
export function toFigures(row: Row): JobFigures | null {
  if (row.fates === null || row.fates === undefined) return null;
  const durations = JSON.parse(String(row.durations)) as number[];
  const letters = [...String(row.fates)].toReversed();
  return {
    fates: letters.flatMap((letter) => fateOf[letter] ?? []),
    last:
      row.last_run_id === null
        ? null
        : {
            runId: Number(row.last_run_id),
            state: String(row.last_state) as Fate,
            endedAt: Number(row.last_ended_at),
            took: Number(row.last_duration_ms),
          },
    lastFailedAt: row.last_failed_at === null ? null : Number(row.last_failed_at),
    median: percentile(durations, 0.5),
    p95: percentile(durations, 0.95),
  };
}
