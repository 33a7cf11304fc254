import type { FieldName } from "../fields.ts";
import type { WarningCode } from "../parse/warning.ts";

/** The languages that this library speaks. */
export type Locale = "en" | "de";

/** A text in every language that this library speaks. */
export type Texts = { readonly [locale in Locale]: string };

/** What may surprise about an expression. */
export type FindingCode =
  | WarningCode
  /** No date ever matches, such as February 30th. */
  | "never-fires"
  /** The last fire lies before the moment that was asked from. */
  | "last-fire-passed"
  /** A fire falls into a gap of the zone's clocks. */
  | "gap"
  /** A fire falls into an hour that the zone's clocks show twice. */
  | "overlap"
  /** `0/7`: the step does not divide the minute, hour, day ... evenly, so that the last distance is shorter. */
  | "uneven-step"
  /** `0/59` or `47-58/71`: the step leads past the last value, so that it changes nothing. */
  | "step-too-long"
  /** Fires less than a minute apart. */
  | "more-than-each-minute"
  /** `C` without a calendar: the day itself is taken. */
  | "calendar-missing"
  /** `31`, `29W`, `L-30`, `6#5`: a day that some months lack. */
  | "short-months";

/** One thing that an administrator should know about an expression before it is used. */
export interface Finding {
  readonly code: FindingCode;
  /** `error`: it will not run (again); `warning`: it hardly does what was meant; `info`: it is worth knowing. */
  readonly severity: "error" | "warning" | "info";
  /** The field it is about, and the index of its first character in the expression; null for the expression as a whole. */
  readonly field: FieldName | null;
  readonly position: number | null;
  /** The part of the expression it is about; empty for the expression as a whole. */
  readonly text: string;
  /** The finding in an English sentence. */
  readonly message: string;
  readonly messages: Texts;
  /** The instants (ms) it is about: the last fire, the fires at a gap or an overlap. */
  readonly instants: readonly number[];
}
