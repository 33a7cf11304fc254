import type { RunState } from "../../control/run-state.ts";

const words: Readonly<Record<RunState, string>> = {
  planned: "planned",
  queued: "queued",
  waiting: "waiting",
  running: "running",
  ok: "ok",
  no_action: "no action",
  partial: "partial",
  failed: "failed",
  cancelled: "cancelled",
  skipped: "skipped",
};

/** The state of a run in words; ids of states stay ids in addresses. */
export function stateWords(state: RunState): string {
  return words[state];
}

/** A state with its mark. The mark adds to the word; nothing is said by colour alone. */
export function State(props: { state: RunState }) {
  return <span class={`state ${props.state}`}>{words[props.state]}</span>;
}
