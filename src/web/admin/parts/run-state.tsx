import type { RunState } from "../../../control/runs/run-state.ts";
import { useReader } from "../../reader/reader.ts";
import type { English } from "../../words/text.ts";

const words = {
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
} as const satisfies Record<RunState, English>;

/** The state of a run in words, for `t`; ids of states stay ids in addresses. */
export function stateWords(state: RunState) {
  return words[state];
}

/** A state with its mark. The mark adds to the word; nothing is said by colour alone. */
export function State(props: { state: RunState }) {
  const { t } = useReader();
  return <span class={`state ${props.state}`}>{t(words[props.state])}</span>;
}
