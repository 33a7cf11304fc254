/** The seven fields of a Quartz expression, in their order. */
export type FieldName = "seconds" | "minutes" | "hours" | "day-of-month" | "month" | "day-of-week" | "year";

/** The first year that Quartz searches. */
export const FIRST_YEAR = 1970;

/**
 * The last year in which an expression fires. Quartz takes "the year of the run + 100"; a library without a clock cannot,
 * so this is the year that the answers in `test/quartz/peers/vectors` were made with.
 */
export const HORIZON = 2126;

/** What a field of an expression may hold. */
export interface FieldRule {
  readonly name: FieldName;
  /** Smallest and largest value, both allowed. */
  readonly minimum: number;
  readonly maximum: number;
  /** The largest step after a wildcard or a value; steps after a range are not limited (Quartz 2.3.2). */
  readonly largestStep: number;
  /** The three-letter names that stand for values, the first for `minimum`; empty where the field has none. */
  readonly names: readonly string[];
}

export const MONTH_NAMES = [
  "JAN",
  "FEB",
  "MAR",
  "APR",
  "MAY",
  "JUN",
  "JUL",
  "AUG",
  "SEP",
  "OCT",
  "NOV",
  "DEC",
] as const;
export const DAY_NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;

/** Indexes into `FIELDS`. */
export const SECONDS = 0;
export const MINUTES = 1;
export const HOURS = 2;
export const DAY_OF_MONTH = 3;
export const MONTH = 4;
export const DAY_OF_WEEK = 5;
export const YEAR = 6;

const NO_NAMES: readonly string[] = [];

/** The rules of the seven fields, in the order of the expression. */
export const FIELDS: readonly [FieldRule, FieldRule, FieldRule, FieldRule, FieldRule, FieldRule, FieldRule] = [
  { name: "seconds", minimum: 0, maximum: 59, largestStep: 59, names: NO_NAMES },
  { name: "minutes", minimum: 0, maximum: 59, largestStep: 59, names: NO_NAMES },
  { name: "hours", minimum: 0, maximum: 23, largestStep: 23, names: NO_NAMES },
  { name: "day-of-month", minimum: 1, maximum: 31, largestStep: 31, names: NO_NAMES },
  { name: "month", minimum: 1, maximum: 12, largestStep: 12, names: MONTH_NAMES },
  { name: "day-of-week", minimum: 1, maximum: 7, largestStep: 7, names: DAY_NAMES },
  { name: "year", minimum: FIRST_YEAR, maximum: HORIZON, largestStep: Number.POSITIVE_INFINITY, names: NO_NAMES },
];
