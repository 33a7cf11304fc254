import type { JobPolicies } from "../control/jobs/policies.ts";
import type { Calendar, QuartzExpression } from "../quartz/index.ts";

/** An occurrence is late, and its job's misfire policy decides, once it is this much behind (ms). */
export const LATE_AFTER_MS = 60_000;

/**
 * A quiet occurrence is late once it is this much behind (ms): it is looked at by the first tick after its second, and a tick may come a
 * minute late.
 */
export const QUIET_LATE_AFTER_MS = LATE_AFTER_MS + 60_000;

/** The tick plans this far ahead (ms), so that a tick up to a minute late delays nothing. */
export const PLAN_AHEAD_MS = 120_000;

/** Occurrences of one trigger that one tick counts, at most; more are recorded as "at least" this number. */
export const COUNTED_AT_MOST = 10_000;

/** Why the clock starts nothing at an instant. */
export type BlockReason = "stopped" | "paused" | "blackout";

/** A trigger with what its occurrences depend on. Instants in ms. */
export interface TriggerClock {
  readonly expression: QuartzExpression;
  /** IANA zone in force. */
  readonly zone: string;
  readonly calendar?: Calendar | undefined;
  /** The oldest occurrence without a fate. */
  readonly nextFireAt: number;
  readonly policies: Pick<JobPolicies, "misfire" | "misfireCap" | "transitions">;
  /** Why nothing starts at an instant; null when something may. */
  readonly blocked: (instant: number) => BlockReason | null;
  /** The skipped row that grew in the tick before, if any. */
  readonly growing: { readonly from: number; readonly reason: string } | null;
  /** Its occurrences are late once they are this much behind (ms). Default {@link LATE_AFTER_MS}. */
  readonly lateAfterMs?: number;
}

/** The fate that the tick gives to an occurrence, or to a range of skipped ones. */
export interface Fate {
  readonly scheduledAt: number;
  readonly state: "planned" | "skipped";
  readonly reason: "misfire" | "dropped" | "catch_up" | "invalid_expression" | BlockReason | null;
  /** Last occurrence of the range; null for a single one. */
  readonly untilAt: number | null;
  readonly occurrences: number;
  /** It lengthens the row that began at `scheduledAt` instead of making one. */
  readonly grows: boolean;
}

/** What a tick makes of one trigger. */
export interface Fates {
  readonly fates: readonly Fate[];
  /** The next occurrence without a fate; null when there is none. */
  readonly nextFireAt: number | null;
  readonly lastFatedAt: number;
  /** The skipped row that the next tick may lengthen. */
  readonly growing: { readonly from: number; readonly reason: string } | null;
}

/** What is to be judged, and by which instant. In ms. */
export interface Window {
  readonly now: number;
  /** Occurrences before this instant get their fate. */
  readonly until: number;
}

interface Range {
  readonly first: number;
  last: number;
  count: number;
}

/** Occurrences one after the other that were blocked for one reason. */
interface Stretch extends Range {
  readonly reason: BlockReason;
}

const planned = (at: number, reason: "catch_up" | null): Fate => ({
  scheduledAt: at,
  state: "planned",
  reason,
  untilAt: null,
  occurrences: 1,
  grows: false,
});

const skipped = (range: Range, reason: Fate["reason"], grows: number | null): Fate => ({
  scheduledAt: grows ?? range.first,
  state: "skipped",
  reason,
  untilAt: grows !== null || range.count > 1 ? range.last : null,
  occurrences: range.count,
  grows: grows !== null,
});

/**
 * Gives every occurrence from `nextFireAt` up to the window's end its fate. One that is blocked is skipped with its reason; the
 * others are planned unless they are late. Of the late ones `once` runs the latest as a catch-up, on its own day, and skips the
 * others; `skip` skips all; `all` runs the newest `misfireCap` and drops the others. Missed ones are one row, and so are blocked ones
 * that follow each other, however many.
 */
export function fatesOf(clock: TriggerClock, { now, until }: Window): Fates {
  const { expression, zone, policies } = clock;
  const options = { transitions: policies.transitions, ...(clock.calendar ? { calendar: clock.calendar } : {}) };
  const lateBefore = now - (clock.lateAfterMs ?? LATE_AFTER_MS);
  const stretches: Stretch[] = [];
  const late: number[] = [];
  const fates: Fate[] = [];
  let lastFatedAt = clock.nextFireAt;
  let firstReason: BlockReason | null | undefined;
  let lastReason: BlockReason | null = null;
  let seen = 0;
  let overflow: Range | null = null;

  let at: number | null = clock.nextFireAt;
  while (at !== null && at < until) {
    if (seen >= COUNTED_AT_MOST && at < lateBefore) {
      // Too many to look at one by one: the newest that may run are found from behind, the others are recorded as "at least" a number.
      const wanted = policies.misfire === "all" ? policies.misfireCap : 1;
      const newest: number[] = [];
      let back = expression.previous(lateBefore, zone, options);
      const stretch = stretches.at(-1);
      if (back !== null && back >= at && stretch && lastReason !== null && clock.blocked(back) === lastReason) {
        // What blocked them still does.
        stretch.last = back;
        lastFatedAt = back;
        at = expression.next(back, zone, options);
        continue;
      }
      for (
        let looked = 0;
        back !== null && back >= at && newest.length < wanted && looked < COUNTED_AT_MOST;
        looked += 1
      ) {
        if (clock.blocked(back) === null) newest.unshift(back);
        back = expression.previous(back, zone, options);
      }
      overflow = { first: late[0] ?? at, last: late.at(-1) ?? at, count: Math.max(1, late.length) };
      late.splice(0, late.length, ...newest);
      lastFatedAt = newest.at(-1) ?? at;
      at = expression.next(lastFatedAt, zone, options);
      lastReason = null;
      continue;
    }
    const reason = clock.blocked(at);
    if (reason) {
      const stretch = stretches.at(-1);
      if (stretch && lastReason === reason) {
        stretch.last = at;
        stretch.count += 1;
      } else stretches.push({ reason, first: at, last: at, count: 1 });
    } else if (at < lateBefore) late.push(at);
    else fates.push(planned(at, null));
    firstReason = firstReason === undefined ? reason : firstReason;
    lastReason = reason;
    seen += 1;
    lastFatedAt = at;
    at = expression.next(at, zone, options);
  }

  const run = policies.misfire === "skip" ? 0 : policies.misfire === "once" ? 1 : policies.misfireCap;
  const missed = late.slice(0, Math.max(0, late.length - run));
  const caughtUp = late.slice(missed.length).map((instant) => planned(instant, "catch_up"));
  const missedReason = policies.misfire === "all" ? "dropped" : "misfire";
  const missedRange = rangeOf(missed, overflow);
  const { growing } = clock;
  const skippedFates = stretches.map((stretch, index) => {
    const grows =
      index === 0 && growing !== null && growing.reason === stretch.reason && firstReason === stretch.reason;
    return skipped(stretch, stretch.reason, grows ? growing.from : null);
  });
  const stillGrowing = lastReason === null ? undefined : skippedFates.at(-1);
  return {
    fates: [...(missedRange ? [skipped(missedRange, missedReason, null)] : []), ...skippedFates, ...caughtUp, ...fates],
    nextFireAt: at,
    lastFatedAt,
    growing: stillGrowing ? { from: stillGrowing.scheduledAt, reason: String(stillGrowing.reason) } : null,
  };
}

function rangeOf(missed: readonly number[], overflow: Range | null): Range | null {
  const [first] = missed;
  const last = missed.at(-1);
  if (overflow) return { first: overflow.first, last: last ?? overflow.last, count: overflow.count };
  return first === undefined || last === undefined ? null : { first, last, count: missed.length };
}

/**
 * The stable offset (ms) of a client within a job's spread: FNV-1a of the client's id, so that clients start apart but each
 * at the same offset every time (handbook, rules: spreading).
 */
export function spreadOffset(clientId: number, spreadSeconds: number): number {
  if (spreadSeconds <= 0 || clientId === 0) return 0;
  let hash = 0x811c9dc5;
  for (const character of String(clientId)) {
    hash ^= character.charCodeAt(0);
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return (hash % (spreadSeconds + 1)) * 1000;
}
