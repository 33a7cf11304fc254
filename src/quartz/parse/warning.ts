import type { FieldName } from "../fields.ts";

/** What Quartz accepts in silence although it hardly does what was meant. */
export type WarningCode =
  /** `JAN-DEC/3`: Quartz drops a step after names. */
  | "step-dropped"
  /** `5xyz`: everything after the value is dropped. */
  | "trailing-characters"
  /** `99` is `*` and `98` is `?`. */
  | "reserved-value"
  /** Everything after the seventh field is dropped. */
  | "extra-field"
  /** `5/0` is `5`, `5-10/0` is `5`, a wildcard with a step of 0 or less is the wildcard. */
  | "step-ignored"
  /** `15W,20`, `6#3,2`: one of the days counts, the others are dropped. */
  | "list-dropped"
  /** `1-5` in day-of-week is Sunday to Thursday. */
  | "numeric-weekdays"
  /** `0,,30`, or `L` in a list of hours: an item without effect. */
  | "empty-item"
  /** `L` alone in day-of-week is every Saturday. */
  | "bare-last-weekday";

/** One thing that the parser noticed in a valid expression. */
export interface Warning {
  readonly code: WarningCode;
  readonly field: FieldName | null;
  /** Index of the first character of `text` in the expression. */
  readonly position: number;
  /** The part of the expression that is meant. */
  readonly text: string;
}
