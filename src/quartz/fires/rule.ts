/** What happens where clocks are changed; see the README of this folder for both in dates. */
export type TransitionRule =
  /**
   * Nothing is lost and nothing doubled: a fixed time in a gap fires when the gap ends, one that exists twice fires the first
   * time; wildcards, ranges and steps go on through both passes; hours that cover all 24 skip the gap. The default.
   */
  | "safe"
  /** As Quartz does: a time in a gap is skipped, one that exists twice fires the second time only. */
  | "quartz";
