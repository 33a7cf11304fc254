import type { FieldName } from "../fields.ts";
import type { Texts } from "../lint/finding.ts";

/** Whether one field allows a wall time. */
export interface FieldMatch {
  readonly field: FieldName;
  /** The field as it is written; `*` for a year that is not written. */
  readonly text: string;
  /** The wall time's value in the field's own numbers: months 1-12, days of the week 1-7 from Sunday. */
  readonly value: number;
  readonly matches: boolean;
}

/** What a change of clocks did to an instant. */
export type ChangeOfClocks =
  /** The clocks were put forward at this instant; `from` to `until` (wall times) did not exist. */
  | { readonly kind: "gap"; readonly from: string; readonly until: string; readonly missed: string | null }
  /** The wall time is shown twice; this is its first or second time, `other` (ms) is the instant of the other one. */
  | { readonly kind: "overlap"; readonly pass: "first" | "second"; readonly other: number };

/** Why an expression fires, or does not fire, at an instant. */
export interface Explanation {
  /** ms since 1970-01-01 UTC. */
  readonly instant: number;
  readonly zone: string;
  readonly fires: boolean;
  /** The wall time with its offset, `2026-03-29T03:00:00+02:00`. */
  readonly wallTime: string;
  /** The seven fields in their order. */
  readonly fields: readonly FieldMatch[];
  readonly change: ChangeOfClocks | null;
  /** The whole in English sentences. */
  readonly message: string;
  readonly messages: Texts;
}
