import type { FieldName } from "../fields.ts";
import { type Reason, reasonText } from "./reason.ts";

/** Why an expression was refused. The message is written for the administrator who typed it. */
export class QuartzSyntaxError extends Error {
  override readonly name = "QuartzSyntaxError";
  /** What kind of mistake it is, for programs. */
  readonly code: Reason["code"];
  /** The field that holds the mistake; `null` where it is the expression as a whole. */
  readonly field: FieldName | null;
  /** Index of the mistake's first character in the expression, from 0. */
  readonly position: number;
  /** The mistake in an English sentence. */
  readonly reason: string;
  /** The same in every language that this library speaks. */
  readonly reasons: { readonly en: string; readonly de: string };
  /** Valid expressions that may have been meant, the likeliest first. */
  readonly suggestions: readonly string[];
  /** The numbers and words that the reason is made of. */
  readonly data: Reason;
  /** The expression that was refused. */
  readonly expression: string;

  constructor(
    expression: string,
    field: FieldName | null,
    position: number,
    data: Reason,
    suggestions: readonly string[] = [],
  ) {
    const reason = reasonText("en", data, suggestions);
    super(field === null ? reason : `${field} (position ${position}): ${reason}`);
    this.code = data.code;
    this.field = field;
    this.position = position;
    this.reason = reason;
    this.reasons = { en: reason, de: reasonText("de", data, suggestions) };
    this.suggestions = suggestions;
    this.data = data;
    this.expression = expression;
  }
}
