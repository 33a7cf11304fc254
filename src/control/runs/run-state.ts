/** The states of a run. What moves it from one to another stands in {@link ./transitions.ts}. */
export const runStates = [
  "planned",
  "queued",
  "waiting",
  "running",
  "ok",
  "no_action",
  "partial",
  "failed",
  "cancelled",
  "skipped",
] as const;
export type RunState = (typeof runStates)[number];

/** How a run came to be. */
export const runKinds = ["schedule", "manual", "after", "event", "backfill"] as const;
export type RunKind = (typeof runKinds)[number];

/** States in which a run has ended. */
export const terminalStates: readonly RunState[] = ["ok", "no_action", "partial", "failed", "cancelled", "skipped"];

/** States of a run that still has something to do. */
export const openStates: readonly RunState[] = runStates.filter((state) => !terminalStates.includes(state));

/** True if a run in `state` has ended. */
export function isTerminal(state: RunState): boolean {
  return terminalStates.includes(state);
}
