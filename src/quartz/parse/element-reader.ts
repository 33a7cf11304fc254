import { addYear, addYears, noYears, type Years } from "../days/days.ts";
import { DAY_OF_MONTH, DAY_OF_WEEK, FIELDS, type FieldRule, HORIZON, HOURS, MONTH, YEAR } from "../fields.ts";
import type { Element, ElementKind, Field } from "./element.ts";
import { digitAt, isTooLarge, wholeInteger } from "./integer.ts";
import { QuartzSyntaxError } from "./QuartzSyntaxError.ts";
import type { Reason } from "./reason.ts";
import type { Warning, WarningCode } from "./warning.ts";

/** Quartz's own markers for `*` and `?`, which it also takes when they are written out. */
const EVERY = 99;
const UNSPECIFIED = 98;

/** The highest bit of a field's set that lies in its low half. */
const ALL_LOW = [-1, -1, 0xffffff, -2, 0x1ffe, 0xfe, 0] as const;
const ALL_HIGH = [0x0fffffff, 0x0fffffff, 0, 0, 0, 0, 0] as const;

const COMMA = 0x2c;
const HYPHEN = 0x2d;
const SLASH = 0x2f;
const STAR = 0x2a;
const QUESTION = 0x3f;
const HASH = 0x23;
const LETTER_C = 0x43;
const LETTER_L = 0x4c;
const LETTER_W = 0x57;

/** Reads the fields of one expression, item by item, and fills their sets. */
export class ElementParser {
  /** Whether the field that was read last has a `?`. */
  unspecified = false;
  /** The years of the year field; `null` for all of them. */
  years: Years = null;

  readonly #text: string;
  readonly #upper: string;
  readonly #warnings: Warning[];

  #index = 0;
  #rule: FieldRule = FIELDS[0];
  #low = 0;
  #high = 0;
  #calendar = 0;
  #yearSet: Years = null;

  constructor(text: string, upper: string, warnings: Warning[]) {
    this.#text = text;
    this.#upper = upper;
    this.#warnings = warnings;
  }

  /**
   * Reads the field that stands between two positions.
   *
   * @param index which of the seven fields it is
   * @throws QuartzSyntaxError
   */
  readField(index: number, start: number, end: number): Field {
    this.#index = index;
    this.#rule = FIELDS[index] as FieldRule;
    this.#low = 0;
    this.#high = 0;
    this.#calendar = 0;
    this.unspecified = false;
    if (index === DAY_OF_MONTH || index === DAY_OF_WEEK) this.#refuseImpossibleLists(start, end);
    if (index === YEAR) this.#yearSet = noYears();
    const elements: Element[] = [];
    for (let from = start; from <= end; ) {
      let to = from;
      while (to < end && this.#upper.charCodeAt(to) !== COMMA) to++;
      if (to > from) elements.push(this.#read(from, to));
      else if (end > start) this.#warn("empty-item", from, Math.min(from + 1, end));
      from = to + 1;
    }
    if (index === YEAR) this.years = this.#yearSet;
    if (index !== YEAR && this.#isEmpty(elements)) throw this.#nothingGiven(start, end, elements);
    return { name: this.#rule.name, start, end, elements, low: this.#low, high: this.#high, calendar: this.#calendar };
  }

  #isEmpty(elements: readonly Element[]): boolean {
    if ((this.#low | this.#high | this.#calendar) !== 0 || this.unspecified) return false;
    for (const element of elements) if (element.kind === "last" || element.kind === "nth") return false;
    return true;
  }

  #nothingGiven(start: number, end: number, elements: readonly Element[]): QuartzSyntaxError {
    const last = elements.find((element) => element.kind === "nothing");
    if (last !== undefined) return this.#refusal(last.start, { code: "last-not-here" });
    return this.#refusal(Math.min(start, end), { code: "empty-field" });
  }

  #refuseImpossibleLists(start: number, end: number): void {
    let last = -1;
    let hash = -1;
    let isList = false;
    for (let position = start; position < end; position++) {
      const code = this.#upper.charCodeAt(position);
      if (code === LETTER_L && last < 0) last = position;
      else if (code === COMMA) isList = true;
      else if (code === HASH && this.#index === DAY_OF_WEEK) {
        if (hash >= 0) throw this.#refusal(position, { code: "nth-twice" });
        hash = position;
      }
    }
    if (last >= 0 && isList) throw this.#refusal(last, { code: "last-in-list" });
  }

  #read(start: number, end: number): Element {
    const code = this.#upper.charCodeAt(start);
    if (code >= 0x30 && code <= 0x39) return this.#readNumber(start, end);
    if (code === STAR || code === SLASH) return this.#readEvery(start, end, code);
    if (code === QUESTION) return this.#readUnspecified(start, end);
    if (code >= 0x41 && code <= 0x5a) return this.#readLetters(start, end, code);
    throw this.#refusal(start, { code: "unexpected-character", character: characterAt(this.#text, start) });
  }

  #readEvery(start: number, end: number, code: number): Element {
    const slash = code === STAR ? start + 1 : start;
    if (slash >= end || this.#upper.charCodeAt(slash) !== SLASH) {
      if (slash < end) this.#warn("trailing-characters", slash, end);
      return this.#everyValue(start, end);
    }
    const step = wholeInteger(this.#upper, slash + 1, end);
    if (Number.isNaN(step)) throw this.#refusal(slash, { code: "step-missing", text: this.#part(start, end) });
    this.#refuseLargeStep(slash + 1, step);
    if (step > 0) return this.#range("step", start, end, this.#rule.minimum, this.#rule.maximum, step);
    this.#warn("step-ignored", start, end);
    return this.#everyValue(start, end);
  }

  #everyValue(start: number, end: number): Element {
    this.#low |= ALL_LOW[this.#index] as number;
    this.#high |= ALL_HIGH[this.#index] as number;
    if (this.#index === YEAR) this.#yearSet = null;
    return { kind: "every", start, end, from: this.#rule.minimum, to: this.#rule.maximum, step: 1 };
  }

  #readUnspecified(start: number, end: number): Element {
    if (this.#index !== DAY_OF_MONTH && this.#index !== DAY_OF_WEEK) {
      throw this.#refusal(start, { code: "question-mark-misplaced" });
    }
    if (end - start > 2) {
      throw this.#refusal(start + 1, { code: "question-mark-followed", text: this.#part(start, end) });
    }
    if (end - start === 2) this.#warn("trailing-characters", start + 1, end);
    this.unspecified = true;
    return { kind: "unspecified", start, end, from: 0, to: 0, step: 1 };
  }

  #readLetters(start: number, end: number, code: number): Element {
    if (code === LETTER_L) {
      const last = this.#readLast(start, end);
      if (last !== undefined) return last;
    }
    const names = this.#rule.names;
    if (names.length === 0) {
      const letters = this.#part(start, Math.min(end, start + 3));
      if (code === LETTER_L) throw this.#refusal(start, this.#malformedLast(start, end));
      throw this.#refusal(start, { code: "unexpected-letters", letters });
    }
    const from = this.#readName(start, end);
    const after = start + 3;
    if (after === end) return this.#single("value", start, end, from);
    const next = this.#upper.charCodeAt(after);
    if (next === HYPHEN) {
      const to = this.#readName(after + 1, end);
      this.#warnRest(after + 4, end);
      return this.#range("range", start, end, from, to, 1);
    }
    if (next === LETTER_C && after + 1 === end && this.#index === DAY_OF_WEEK)
      return this.#single("calendar", start, end, from);
    if (this.#index === DAY_OF_WEEK) {
      if (next === HASH) return this.#readNth(start, after, end, from);
      if (next === LETTER_L) {
        if (after + 1 < end) this.#warn("trailing-characters", after + 1, end);
        return this.#single("last-weekday", start, end, from);
      }
    }
    this.#warnRest(after, end);
    return this.#single("value", start, end, from);
  }

  #readName(start: number, end: number): number {
    const name = this.#upper.slice(start, Math.min(end, start + 3));
    const index = this.#rule.names.indexOf(name);
    if (index >= 0) return index + 1;
    throw this.#refusal(Math.min(start, end - 1), {
      code: "unknown-name",
      text: this.#part(start, Math.min(end, start + 3)),
      names: this.#rule.names.join(", "),
    });
  }

  /** `L`, `LW`, `L-3`, `L-3W`; undefined for anything else that begins with L. */
  #readLast(start: number, end: number): Element | undefined {
    const upper = this.#upper;
    let position = start + 1;
    let before = 0;
    if (position < end && upper.charCodeAt(position) === HYPHEN) {
      position++;
      const digits = position;
      while (position < end && isAsciiDigit(upper.charCodeAt(position))) position++;
      if (position === digits && position === end && this.#index === DAY_OF_MONTH) return undefined;
      before = position === digits ? 0 : wholeInteger(upper, digits, position);
      if (Number.isNaN(before)) {
        throw this.#refusal(digits, { code: "number-too-large", text: this.#part(digits, position) });
      }
    }
    const weekday = position < end && upper.charCodeAt(position) === LETTER_W;
    if (weekday) position++;
    if (position !== end) return undefined;
    return this.#last(start, end, before, weekday);
  }

  #last(start: number, end: number, before: number, weekday: boolean): Element {
    if (this.#index === DAY_OF_WEEK) {
      this.#warn(end - start === 1 ? "bare-last-weekday" : "trailing-characters", start, end);
      return this.#single("value", start, end, 7);
    }
    if (this.#index !== DAY_OF_MONTH) {
      this.#warn("empty-item", start, end);
      return { kind: "nothing", start, end, from: 0, to: 0, step: 1 };
    }
    if (before > 30) throw this.#refusal(start, { code: "last-offset-too-large", offset: before });
    return { kind: "last", start, end, from: before, to: weekday ? 1 : 0, step: 1 };
  }

  #malformedLast(start: number, end: number): Reason {
    if (this.#index !== DAY_OF_MONTH) return { code: "last-not-here" };
    return { code: "last-malformed", text: this.#part(start, end) };
  }

  #readNumber(start: number, end: number): Element {
    const upper = this.#upper;
    let position = start;
    let value = 0;
    for (; position < end; position++) {
      const code = upper.charCodeAt(position);
      if (code < 0x30 || code > 0x39) break;
      value = value * 10 + code - 0x30;
    }
    if (isTooLarge(value)) {
      throw this.#refusal(start, { code: "number-too-large", text: this.#part(start, position) });
    }
    if (position === end) return this.#number(start, end, value);
    switch (upper.charCodeAt(position)) {
      case HYPHEN:
        return this.#readRange(start, position, end, value);
      case SLASH:
        return this.#readStep(start, position, end, value);
      case LETTER_L:
        if (this.#index !== DAY_OF_WEEK) throw this.#refusal(position, { code: "last-not-here" });
        this.#refuseOutside(start, value);
        if (position + 1 < end) this.#warn("trailing-characters", position + 1, end);
        return this.#single("last-weekday", start, end, value);
      case LETTER_W:
        return this.#readNearest(start, position, end, value);
      case HASH:
        if (this.#index !== DAY_OF_WEEK) throw this.#refusal(position, { code: "nth-not-here" });
        return this.#readNth(start, position, end, value);
      case LETTER_C:
        if (position + 1 === end && this.#isDay(value)) return this.#single("calendar", start, end, value);
    }
    this.#warnRest(position, end);
    return this.#number(start, end, value);
  }

  #isDay(value: number): boolean {
    const isDayField = this.#index === DAY_OF_MONTH || this.#index === DAY_OF_WEEK;
    return isDayField && value >= this.#rule.minimum && value <= this.#rule.maximum;
  }

  #number(start: number, end: number, value: number): Element {
    if (value === EVERY) {
      this.#warn("reserved-value", start, end);
      return this.#everyValue(start, end);
    }
    if (value === UNSPECIFIED && (this.#index === DAY_OF_MONTH || this.#index === DAY_OF_WEEK)) {
      this.#warn("reserved-value", start, end);
      this.unspecified = true;
      return { kind: "unspecified", start, end, from: 0, to: 0, step: 1 };
    }
    this.#refuseOutside(start, value);
    return this.#single("value", start, end, value);
  }

  #readNearest(start: number, position: number, end: number, value: number): Element {
    if (this.#index !== DAY_OF_MONTH) throw this.#refusal(position, { code: "weekday-not-here" });
    if (value > 31) throw this.#refusal(start, { code: "nearest-too-large", day: value });
    if (value === 0) throw this.#refusal(start, { code: "nearest-zero" });
    if (position + 1 < end) this.#warn("trailing-characters", position + 1, end);
    return this.#single("nearest", start, end, value);
  }

  #readNth(start: number, hash: number, end: number, value: number): Element {
    const ordinal = wholeInteger(this.#upper, hash + 1, end);
    if (!(ordinal >= 1 && ordinal <= 5)) {
      throw this.#refusal(hash, { code: "nth-ordinal", text: this.#part(start, end) });
    }
    if (value === UNSPECIFIED) this.unspecified = true;
    return { kind: "nth", start, end, from: value, to: ordinal, step: 1 };
  }

  #readRange(start: number, hyphen: number, end: number, from: number): Element {
    let position = hyphen + 1;
    if (position >= end) throw this.#refusal(hyphen, { code: "range-end-missing", text: this.#part(start, end) });
    // Quartz takes the first digit of the end, and of a range's step, from any script and the others from ASCII.
    let to = digitAt(this.#upper, position);
    if (to < 0) throw this.#refusal(position, { code: "range-end-not-a-number", text: this.#part(start, end) });
    position = this.#digitsEnd(position + 1, end);
    if (position > hyphen + 2) to = this.#digits(to, hyphen + 2, position);
    if (position >= end || this.#upper.charCodeAt(position) !== SLASH) {
      this.#warnRest(position, end);
      return this.#numbers("range", start, end, from, to, 1);
    }
    const slash = position;
    let step = slash + 1 < end ? digitAt(this.#upper, slash + 1) : -1;
    if (step < 0) throw this.#refusal(slash, { code: "step-missing", text: this.#part(start, end) });
    position = this.#digitsEnd(slash + 2, end);
    if (position > slash + 2) step = this.#digits(step, slash + 2, position);
    this.#warnRest(position, end);
    if (step > 0) return this.#numbers("step", start, end, from, to, step);
    this.#warn("step-ignored", start, end);
    this.#refuseOutside(hyphen + 1, to, true);
    return this.#number(start, end, from);
  }

  #readStep(start: number, slash: number, end: number, from: number): Element {
    let step = slash + 1 < end ? digitAt(this.#upper, slash + 1) : -1;
    if (step < 0) throw this.#refusal(slash, { code: "step-missing", text: this.#part(start, end) });
    const position = this.#digitsEnd(slash + 2, end);
    if (position > slash + 2) step = this.#digits(step, slash + 2, position);
    else if (position < end) throw this.#refusal(position, { code: "step-missing", text: this.#part(start, end) });
    this.#warnRest(position, end);
    this.#refuseLargeStep(slash + 1, step);
    if (step > 0) return this.#numbers("step", start, end, from, this.#rule.maximum, step);
    this.#warn("step-ignored", start, end);
    return this.#number(start, end, from);
  }

  #numbers(kind: ElementKind, start: number, end: number, from: number, to: number, step: number): Element {
    if (from === EVERY) this.#warn("reserved-value", start, end);
    else this.#refuseOutside(start, from);
    this.#refuseOutside(start, to, true);
    const first = from === EVERY ? this.#rule.minimum : from;
    if (kind === "range" && this.#index === DAY_OF_WEEK && first === 1 && to < 7) {
      this.#warn("numeric-weekdays", start, end);
    }
    return this.#range(kind, start, end, first, to, step);
  }

  #digitsEnd(from: number, end: number): number {
    let position = from;
    while (position < end && isAsciiDigit(this.#upper.charCodeAt(position))) position++;
    return position;
  }

  #digits(first: number, start: number, end: number): number {
    let value = first;
    for (let position = start; position < end; position++) value = value * 10 + this.#upper.charCodeAt(position) - 0x30;
    if (isTooLarge(value)) {
      throw this.#refusal(start - 1, { code: "number-too-large", text: this.#part(start - 1, end) });
    }
    return value;
  }

  #single(kind: ElementKind, start: number, end: number, value: number): Element {
    if (this.#index === YEAR) {
      if (this.#yearSet !== null) addYear(this.#yearSet, value);
    } else if (kind === "calendar") this.#calendar |= 1 << value;
    else if (value < 32) this.#low |= 1 << value;
    else this.#high |= 1 << (value - 32);
    return { kind, start, end, from: value, to: value, step: 1 };
  }

  #range(kind: ElementKind, start: number, end: number, from: number, to: number, step: number): Element {
    if (this.#index === YEAR) this.#addYears(start, from, to, step);
    else this.#addRange(from, to, step);
    return { kind, start, end, from, to, step };
  }

  #addRange(from: number, to: number, step: number): void {
    const { minimum, maximum } = this.#rule;
    const cycle = maximum - minimum + 1;
    const last = to < from ? to + cycle : to;
    for (let value = from; value <= last; value += step) {
      const wrapped = value > maximum ? value - cycle : value;
      if (wrapped < 32) this.#low |= 1 << wrapped;
      else this.#high |= 1 << (wrapped - 32);
    }
  }

  #addYears(start: number, from: number, to: number, step: number): void {
    if (to < from) {
      if (to === HORIZON) {
        const { minimum, maximum } = this.#rule;
        throw this.#refusal(start, { code: "out-of-range", value: from, minimum, maximum });
      }
      throw this.#refusal(start, { code: "years-backwards", from, to });
    }
    const years = this.#yearSet;
    if (years === null) return;
    if (step === 1) {
      addYears(years, from, to);
      return;
    }
    const { minimum } = this.#rule;
    const first = from >= minimum ? from : from + Math.ceil((minimum - from) / step) * step;
    for (let year = first; year <= Math.min(to, HORIZON); year += step) addYear(years, year);
  }

  #refuseLargeStep(position: number, step: number): void {
    const largest = this.#rule.largestStep;
    if (step > largest) throw this.#refusal(position, { code: "step-too-large", step, largest });
  }

  /** Years are never refused; ends of ranges may be 0, which Quartz reads as the largest value. */
  #refuseOutside(position: number, value: number, isEnd = false): void {
    if (this.#index === YEAR) return;
    const { minimum, maximum } = this.#rule;
    if (value <= maximum && (isEnd || value >= minimum)) return;
    if (value === 0 && this.#index === MONTH) throw this.#refusal(position, { code: "month-zero" });
    throw this.#refusal(position, { code: "out-of-range", value, minimum, maximum });
  }

  #warnRest(position: number, end: number): void {
    if (position >= end) return;
    const isStep = this.#upper.charCodeAt(position) === SLASH && this.#index > HOURS;
    this.#warn(isStep ? "step-dropped" : "trailing-characters", position, end);
  }

  #warn(code: WarningCode, start: number, end: number): void {
    this.#warnings.push({ code, field: this.#rule.name, position: start, text: this.#part(start, end) });
  }

  #part(start: number, end: number): string {
    return this.#text.slice(start, end);
  }

  #refusal(position: number, reason: Reason): QuartzSyntaxError {
    return new QuartzSyntaxError(this.#text, this.#rule.name, position, reason);
  }
}

function isAsciiDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function characterAt(text: string, position: number): string {
  return String.fromCodePoint(text.codePointAt(position) ?? 0);
}
