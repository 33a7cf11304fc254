/**
 * The states of a run and the only transitions there are (design.md, section 4). Every statement that moves a run names
 * the states it may come from through {@link statesBefore}.
 *
 * ```
 * planned -> queued -> running -> ok | no_action | partial | failed | cancelled
 *    |          |  \      |  ^
 *    |          |   waiting -+      (retry, order, permit; with not_before_at)
 *    +----------+------+-> skipped | cancelled
 * ```
 *
 * A failed run can be taken up again by hand (failed -> waiting); every other end is final.
 */
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

const transitions: Readonly<Record<RunState, readonly RunState[]>> = {
  planned: ["queued", "skipped", "cancelled"],
  queued: ["running", "waiting", "skipped", "cancelled"],
  waiting: ["running", "queued", "skipped", "cancelled", "failed"],
  running: ["ok", "no_action", "partial", "failed", "cancelled", "waiting"],
  ok: [],
  no_action: [],
  partial: [],
  failed: ["waiting"],
  cancelled: [],
  skipped: [],
};

/** States in which a run has ended. */
export const terminalStates: readonly RunState[] = ["ok", "no_action", "partial", "failed", "cancelled", "skipped"];

/** States of a run that still has something to do. */
export const openStates: readonly RunState[] = runStates.filter((state) => !terminalStates.includes(state));

/** The states from which a run may go to `next`. */
export function statesBefore(next: RunState): readonly RunState[] {
  return runStates.filter((state) => transitions[state].includes(next));
}

/** True if a run in `state` has ended. */
export function isTerminal(state: RunState): boolean {
  return terminalStates.includes(state);
}

/** The same as {@link statesBefore}, as a quoted SQL list: `'queued', 'waiting'`. The words are constants, not input. */
export function statesBeforeSql(next: RunState): string {
  return statesBefore(next)
    .map((state) => `'${state}'`)
    .join(", ");
}
