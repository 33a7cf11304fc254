import type { BlockReason } from "../../scheduler/fates.ts";
import type { Blackout } from "./blackouts.ts";

/** What keeps a trigger's clock from starting anything, the switch that stops everything aside. Instants in ms. */
export interface Holds {
  /** Null: it is not paused. `until` null: until an administrator resumes it. */
  readonly pause: { readonly until: number | null; readonly note: string } | null;
  /** Those that concern its client, in any order. */
  readonly blackouts: readonly Pick<Blackout, "startsAt" | "endsAt" | "note">[];
}

/** Why an occurrence would be skipped. */
export interface Hold {
  readonly kind: Exclude<BlockReason, "stopped">;
  /** From this instant (ms) on it holds nothing; null: until an administrator resumes the job. */
  readonly until: number | null;
  readonly note: string;
}

/** What holds an occurrence at an instant (ms), as the tick judges it: a pause before a blackout; null: it may start. */
export function holdAt(holds: Holds, instant: number): Hold | null {
  const { pause, blackouts } = holds;
  if (pause && (pause.until === null || instant < pause.until)) return { kind: "paused", ...pause };
  const over = blackouts
    .filter(({ startsAt, endsAt }) => startsAt <= instant && instant < endsAt)
    .toSorted((a, b) => b.endsAt - a.endsAt)[0];
  return over ? { kind: "blackout", until: over.endsAt, note: over.note } : null;
}

/**
 * The first occurrence after an instant that is not held; null: none to come, or not before an administrator resumes the job. It asks for
 * one occurrence behind each hold, not for those within it.
 *
 * @param next the first occurrence strictly after an instant (ms)
 * @param now ms
 */
export function nextStart(next: (after: number) => number | null, holds: Holds, now: number): number | null {
  for (let at = next(now); at !== null; ) {
    const hold = holdAt(holds, at);
    if (hold === null) return at;
    if (hold.until === null) return null;
    at = next(hold.until - 1);
  }
  return null;
}

/** The blackouts that concern a client; 0: the platform. */
export function blackoutsOf(blackouts: readonly Blackout[], clientId: number): readonly Blackout[] {
  return blackouts.filter((blackout) => blackout.clientId === 0 || blackout.clientId === clientId);
}
