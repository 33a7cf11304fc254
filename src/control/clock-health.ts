import { type RowOf, select } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { ticks } from "./schema.ts";

/** Clocks that differ by no more than this (ms) are right enough for everything but a mention. */
const TOLERANCE_MS = 5_000;

/** Beyond this (ms) the tick decides which clock it follows, so that it is known which one is off. */
const DECIDED_MS = 60_000;

/** A tick that takes a time so far (ms) beyond the one before doubts it. */
const JUMP_MS = 600_000;

/** What the clocks show, and which of them is off; the ticks know. Durations in ms. */
export interface ClockHealth {
  /** What is to be taken for the time, ms: the database's clock less what it is ahead by the newest tick; without one the reader's own. */
  readonly time: number;
  /** The reader's clock less the database's. */
  readonly differenceMs: number;
  /** How far each clock is ahead of the time (below 0: behind); 0 as long as it is less than a minute. */
  readonly ownAheadMs: number;
  readonly hostAheadMs: number;
  readonly databaseAheadMs: number;
  /** How far the time jumped between two ticks, as long as that is not confirmed; 0: it did not. */
  readonly jumpMs: number;
}

/** The queries behind {@link clockHealth}. */
export const clockQueries = [
  sql<{ at: number }>`SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS at`,
  select(ticks, ["at", "source", "hostAheadMs", "databaseAheadMs", "confirmed"], sql`ORDER BY id DESC LIMIT 5`),
] as const;

type ReadTick = RowOf<(typeof clockQueries)[1]>;

const decided = (ms: number) => (Math.abs(ms) > DECIDED_MS ? ms : 0);

/**
 * What the clocks show.
 *
 * @param clock the answer to the first of {@link clockQueries}
 * @param ticks the answer to the second: the newest ticks, newest first
 * @param own the reader's clock, ms
 */
export function clockHealth(
  clock: { readonly at: number } | undefined,
  ticks: readonly ReadTick[],
  own: number,
): ClockHealth {
  const database = clock?.at ?? own;
  const newest = ticks[0];
  const databaseAhead = newest?.databaseAheadMs ?? null;
  const time = databaseAhead === null || decided(own - database) === 0 ? own : database - decided(databaseAhead);
  const steps =
    (newest?.confirmed ?? 1) === 1
      ? []
      : ticks.slice(0, -1).map((one, index) => one.at - (ticks[index + 1]?.at ?? Number.NaN));
  return {
    time,
    differenceMs: own - database,
    ownAheadMs: decided(own - time),
    hostAheadMs: decided(newest?.hostAheadMs ?? 0),
    databaseAheadMs: decided(databaseAhead ?? 0),
    jumpMs: steps.find((step) => step > JUMP_MS) ?? 0,
  };
}

/** What is wrong with the clocks, each in one sentence; empty when all is well. */
export function clockProblems(clocks: ClockHealth): string[] {
  const { differenceMs, ownAheadMs, hostAheadMs, databaseAheadMs, jumpMs } = clocks;
  const off = [
    ["The database's clock", databaseAheadMs],
    ["The clock of the host that ticks", hostAheadMs],
    ["This host's clock", ownAheadMs],
  ] as const;
  const problems = off.flatMap(([whose, ms]) =>
    ms === 0 ? [] : [`${whose} is ${roughly(ms)} ${ms > 0 ? "ahead" : "behind"}`],
  );
  if (jumpMs > 0) {
    problems.push(
      `Between two ticks the clock went on by ${roughly(jumpMs)}: an outage, or a clock that is ahead. Nothing is judged missed before two further ticks confirm it`,
    );
  }
  if (problems.length === 0 && Math.abs(differenceMs) > TOLERANCE_MS) {
    problems.push(`This clock and the database's differ by ${Math.round(differenceMs / 1000)} s`);
  }
  return problems;
}

/** A duration in the unit that says it best: `90 s`, `12 min`, `5 h`. */
function roughly(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
