import type { Calendar } from "./days/calendar.ts";
import { CalendarDays } from "./days/calendar-days.ts";
import { MaskedDays } from "./days/days.ts";
import type { FireOptions } from "./fires/fire-options.ts";
import { type Firing, nextFire, previousFire } from "./fires/fires.ts";
import { Timetable } from "./fires/timetable.ts";
import type { Finding, Locale } from "./lint/finding.ts";
import { lint } from "./lint/lint.ts";
import { type ParsedExpression, parseExpression } from "./parse/parse.ts";
import { QuartzSyntaxError } from "./parse/QuartzSyntaxError.ts";
import { withSuggestions } from "./parse/suggestion.ts";
import type { Explanation } from "./why/explanation.ts";
import { explain } from "./why/why.ts";
import { describe } from "./words/words.ts";
import { zoneNamed } from "./zone/named-zone.ts";
import type { Zone } from "./zone/zone.ts";

const NO_OPTIONS: FireOptions = {};
/** The largest number of ms that is a date in JavaScript. */
const LAST_INSTANT = 8.64e15;

/**
 * A Quartz cron expression: six or seven fields, read and answered as Quartz 2.3.2 does, with the differences that the README
 * of this folder lists. Immutable; safe to keep and to share.
 *
 * @example
 * const expression = QuartzExpression.parse("0 15 10 ? * 6L");
 * expression.next(Date.UTC(2026, 0, 1), "Europe/Berlin"); // 2026-01-30T09:15:00Z, in ms
 * expression.describe("en"); // "At 10:15 on the last Friday of the month"
 */
export class QuartzExpression {
  /** The expression as it was given. */
  readonly text: string;

  readonly #parsed: ParsedExpression;
  #firing: Firing | undefined;
  #calendarFiring: Firing | undefined;
  #calendar: Calendar | undefined;

  private constructor(parsed: ParsedExpression) {
    this.text = parsed.text;
    this.#parsed = parsed;
  }

  /**
   * Reads an expression.
   *
   * @throws QuartzSyntaxError where Quartz 2.3.2 refuses it, or accepts it and then hangs or throws while it runs
   */
  static parse(text: string): QuartzExpression {
    try {
      return new QuartzExpression(parseExpression(text));
    } catch (error) {
      throw error instanceof QuartzSyntaxError ? withSuggestions(error) : error;
    }
  }

  /**
   * The first fire strictly after an instant.
   *
   * @param after ms since 1970-01-01 UTC; a fraction of a second counts as after that second
   * @param zone a `Zone`, or an IANA name for the runtime's zone data
   * @returns ms since 1970-01-01 UTC, always a whole second; null when none is left before the horizon (end of 2126)
   * @throws UnknownZoneError for a name that is no zone
   * @throws RangeError when `after` is not a number
   */
  next(after: number, zone: string | Zone, options: FireOptions = NO_OPTIONS): number | null {
    const second = Math.floor(after / 1000);
    if (Number.isNaN(second)) throw new RangeError(`not an instant: ${after}`);
    const where = typeof zone === "string" ? zoneNamed(zone) : zone;
    const fire = nextFire(this.#firingFor(options), second, where, options.transitions ?? "safe");
    return fire === null ? null : fire * 1000;
  }

  /**
   * The last fire strictly before an instant; otherwise as `next`.
   *
   * With `"quartz"`, instants whose wall time is shown a second time later never fire, so that from within the first of two
   * passes `previous(next(t))` may lie after `t`: Quartz itself leaves such fires out when it starts there.
   */
  previous(before: number, zone: string | Zone, options: FireOptions = NO_OPTIONS): number | null {
    const second = Math.ceil(before / 1000);
    if (Number.isNaN(second)) throw new RangeError(`not an instant: ${before}`);
    const where = typeof zone === "string" ? zoneNamed(zone) : zone;
    const fire = previousFire(this.#firingFor(options), second, where, options.transitions ?? "safe");
    return fire === null ? null : fire * 1000;
  }

  /**
   * The fires from an instant (included) until another (not included), rising; each in ms. Nothing is computed before it is
   * asked for, so `until` may be `Infinity`.
   */
  *occurrences(
    from: number,
    until: number,
    zone: string | Zone,
    options: FireOptions = NO_OPTIONS,
  ): Generator<number, void, undefined> {
    const where = typeof zone === "string" ? zoneNamed(zone) : zone;
    const start = Math.ceil(from / 1000) * 1000;
    // Asked for what follows the second before, Quartz's rule would miss a fire at the very start of a second pass.
    const isFire = this.previous(start + 1, where, options) === start;
    let fire = isFire ? start : this.next(start, where, options);
    while (fire !== null && fire < until) {
      yield fire;
      fire = this.next(fire, where, options);
    }
  }

  /** What the expression means, in a sentence. */
  describe(locale: Locale): string {
    return describe(this.#parsed, locale);
  }

  /**
   * What may surprise about the expression, the gravest first.
   *
   * @param from ms; "the last fire is in the past" and the changes of clocks are seen from here
   * @param until ms; changes of clocks are looked at until here. Default: two years
   */
  lint(zone: string | Zone, from: number, options: FireOptions = NO_OPTIONS, until?: number): Finding[] {
    const second = Math.floor(from / 1000);
    if (Number.isNaN(second)) throw new RangeError(`not an instant: ${from}`);
    const where = typeof zone === "string" ? zoneNamed(zone) : zone;
    const end = until === undefined ? undefined : Math.ceil(until / 1000);
    return lint(this.#parsed, this.#firingFor(options), where, second, options, end);
  }

  /** Why the expression fires, or does not fire, at an instant (ms): which fields match, and what a change of clocks did. */
  why(instant: number, zone: string | Zone, options: FireOptions = NO_OPTIONS): Explanation {
    if (!(Math.abs(instant) <= LAST_INSTANT)) throw new RangeError(`not an instant: ${instant}`);
    const where = typeof zone === "string" ? zoneNamed(zone) : zone;
    return explain(this.#parsed, this.#firingFor(options), where, instant, options);
  }

  #firingFor(options: FireOptions): Firing {
    const { calendar } = options;
    if (calendar !== undefined && this.#parsed.calendarDays !== 0) return this.#firingWith(calendar);
    this.#firing ??= firing(this.#parsed);
    return this.#firing;
  }

  #firingWith(calendar: Calendar): Firing {
    if (this.#calendarFiring === undefined || this.#calendar !== calendar) {
      this.#calendarFiring = calendarFiring(this.#parsed, calendar);
      this.#calendar = calendar;
    }
    return this.#calendarFiring;
  }
}

function firing(parsed: ParsedExpression): Firing {
  const { times, days, months, years, fixed, everyHour } = parsed;
  return { timetable: new Timetable(times, new MaskedDays(days, months, years)), fixed, everyHour };
}

function calendarFiring(parsed: ParsedExpression, calendar: Calendar): Firing {
  const { times, days, months, years, fixed, everyHour, calendarDays, plainDays } = parsed;
  // Beside W or # Quartz takes one day of a list, whichever way it is written.
  if (days.kind !== "dates" && days.kind !== "weekdays") return firing(parsed);
  const named = new MaskedDays({ kind: days.kind, days: calendarDays }, months, years);
  const plain = new MaskedDays({ kind: days.kind, days: plainDays }, months, years);
  return { timetable: new Timetable(times, new CalendarDays(named, plain, calendar)), fixed, everyHour };
}
