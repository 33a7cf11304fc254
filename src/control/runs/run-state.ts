import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";

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

/**
 * The state in which a run is shown: one that is planned and due is queued. Nothing is written when a run comes due; stored as queued
 * are only runs that were due when they were made (by hand, behind another run, by an event, of a backfill).
 *
 * @param now ms
 */
export function shownState(run: { readonly state: RunState; readonly dueAt: number }, now: number): RunState {
  return run.state === "planned" && run.dueAt <= now ? "queued" : run.state;
}

/** A run, or a part of one, as it is shown ({@link shownState}). @param now ms */
export function asShown<R extends { readonly state: RunState; readonly dueAt: number }>(run: R, now: number): R {
  const state = shownState(run, now);
  return state === run.state ? run : { ...run, state };
}

/** The states in which runs are stored that are shown as `state`. */
export function storedStates(state: RunState): readonly RunState[] {
  return state === "queued" ? ["queued", "planned"] : [state];
}

/**
 * The condition that a run is shown in a state ({@link shownState}).
 *
 * @param run what stands before a column: the table's name in the query with a dot, or the unary plus, which keeps the planner off its index
 * @param now ms
 */
export function isShownAs(state: RunState, now: number, run: SQL = sql``): SQL {
  if (state === "planned") return sql`${run}state = 'planned' AND ${run}due_at > ${now}`;
  if (state === "queued") return sql`(${run}state = 'queued' OR ${run}state = 'planned' AND ${run}due_at <= ${now})`;
  return sql`${run}state = ${state}`;
}

/** True if a run in `state` has ended. */
export function isTerminal(state: RunState): boolean {
  return terminalStates.includes(state);
}
