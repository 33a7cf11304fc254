import type { Calendar } from "../days/calendar.ts";
import type { TransitionRule } from "./rule.ts";

/** How fires are counted. */
export interface FireOptions {
  /** What happens where clocks are changed. Default: `"safe"`. */
  readonly transitions?: TransitionRule;
  /** The days that `C` looks for. Default: none, and `5C` is the 5th itself. */
  readonly calendar?: Calendar;
}
