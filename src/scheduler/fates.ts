import type { Calendar, QuartzExpression } from "../quartz/index.ts";

/** An occurrence is late, and its job's misfire policy decides, once it is this much behind (ms). */
export const LATE_AFTER_MS = 60_000;

/** The tick plans this far ahead (ms), so that a tick up to a minute late delays nothing. */
export const PLAN_AHEAD_MS = 120_000;

/** More late occurrences than this are counted as "at least" so many. */
export const COUNTED_AT_MOST = 10_000;

/** A trigger with what its occurrences depend on. Instants in ms. */
export interface TriggerClock {
  readonly expression: QuartzExpression;
  /** IANA zone in force. */
  readonly zone: string;
  readonly transitions: "safe" | "quartz";
  readonly calendar?: Calendar | undefined;
  /** The oldest occurrence without a fate. */
  readonly nextFireAt: number;
  readonly misfire: "once" | "skip";
}

/** The fate that the tick gives to an occurrence, or to a range of late ones. */
export interface Fate {
  readonly scheduledAt: number;
  readonly state: "planned" | "skipped";
  readonly reason: "misfire" | "catch_up" | "invalid_expression" | null;
  /** Last occurrence of the range; null for a single one. */
  readonly untilAt: number | null;
  readonly occurrences: number;
}

/** What a tick makes of one trigger. */
export interface Fates {
  readonly fates: readonly Fate[];
  /** The next occurrence without a fate; null when there is none. */
  readonly nextFireAt: number | null;
  readonly lastFatedAt: number;
}

/**
 * Gives every occurrence from `nextFireAt` up to `now + PLAN_AHEAD_MS` its fate (design.md, section 5). Those not late are
 * planned. Of the late ones `once` runs the latest as a catch-up, on its own day, and skips the others as one row; `skip`
 * skips all.
 */
export function fatesOf(clock: TriggerClock, now: number): Fates {
  const { expression, zone } = clock;
  const options = { transitions: clock.transitions, ...(clock.calendar ? { calendar: clock.calendar } : {}) };
  const horizon = now + PLAN_AHEAD_MS;
  const lateBefore = now - LATE_AFTER_MS;
  const fates: Fate[] = [];

  let at: number | null = clock.nextFireAt;
  let lastFatedAt = clock.nextFireAt;
  let late = 0;
  let latest = 0;
  let beforeLatest = 0;
  while (at !== null && at < lateBefore && late < COUNTED_AT_MOST) {
    beforeLatest = latest;
    latest = at;
    late += 1;
    at = expression.next(at, zone, options);
  }
  if (at !== null && at < lateBefore) {
    const last = expression.previous(lateBefore, zone, options) ?? at;
    beforeLatest = expression.previous(last, zone, options) ?? latest;
    latest = last;
    at = expression.next(last, zone, options);
  }
  if (late > 0) {
    const skipped = clock.misfire === "once" ? late - 1 : late;
    const until = clock.misfire === "once" ? beforeLatest : latest;
    if (skipped > 0) {
      fates.push({
        scheduledAt: clock.nextFireAt,
        state: "skipped",
        reason: "misfire",
        untilAt: skipped > 1 ? until : null,
        occurrences: skipped,
      });
    }
    if (clock.misfire === "once") {
      fates.push({ scheduledAt: latest, state: "planned", reason: "catch_up", untilAt: null, occurrences: 1 });
    }
    lastFatedAt = latest;
  }
  while (at !== null && at < horizon) {
    fates.push({ scheduledAt: at, state: "planned", reason: null, untilAt: null, occurrences: 1 });
    lastFatedAt = at;
    at = expression.next(at, zone, options);
  }
  return { fates, nextFireAt: at, lastFatedAt };
}

/**
 * The stable offset (ms) of a client within a job's spread: FNV-1a of the client's id, so that clients start apart but each
 * at the same offset every time (spec 0.4).
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
