import type { FieldName } from "../fields.ts";

/** What one item of a field's comma-separated list says. */
export type ElementKind =
  /** `*`, `99`: every value. */
  | "every"
  /** `5`, `MON`, `5/0`: one value. */
  | "value"
  /** `1-5`, `MON-FRI`. */
  | "range"
  /** `0/5`, `1-30/5`, or a wildcard with a step. */
  | "step"
  /** `?`, `98`: no condition. */
  | "unspecified"
  /** `L` and its relatives in day-of-month. */
  | "last"
  /** `15W`. */
  | "nearest"
  /** `6L`. */
  | "last-weekday"
  /** `6#3`. */
  | "nth"
  /** `5C`, `1C`: the first day of the calendar on or after it. */
  | "calendar"
  /** Accepted by Quartz without any effect, such as `L` in a list of hours. */
  | "nothing";

/** One item of a field's list. Positions count characters of the whole expression from 0. */
export interface Element {
  readonly kind: ElementKind;
  readonly start: number;
  readonly end: number;
  /** The first value; days before the last one for `last`. */
  readonly from: number;
  /** The last value of a range or step (smaller than `from` where it wraps); the ordinal for `nth`; 1 for a `last` with `W`. */
  readonly to: number;
  /** The step; 1 where none was written. */
  readonly step: number;
}

/** One field of a parsed expression. */
export interface Field {
  readonly name: FieldName;
  /** Where the field stands in the expression; `start` included, `end` not. Both are the length where no year is given. */
  readonly start: number;
  readonly end: number;
  readonly elements: readonly Element[];
  /** Its values as bits 0-31 and 32-59; both 0 for the year, whose values are in `years`. */
  readonly low: number;
  readonly high: number;
  /** The values written with `C`, which are not in `low`. */
  readonly calendar: number;
}
