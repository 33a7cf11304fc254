import { daysBefore } from "../days/dates.ts";
import { DAY_OF_MONTH, DAY_OF_WEEK, FIELDS, YEAR } from "../fields.ts";
import type { FireOptions } from "../fires/fire-options.ts";
import { type Firing, nextFire, previousFire } from "../fires/fires.ts";
import type { TransitionRule } from "../fires/rule.ts";
import { members } from "../mask.ts";
import type { Element, Field } from "../parse/element.ts";
import type { ParsedExpression } from "../parse/parse.ts";
import type { Zone } from "../zone/zone.ts";
import type { Finding, FindingCode } from "./finding.ts";
import { type FindingData, findingTexts } from "./finding-words.ts";

const TWO_YEARS = 2 * 366 * 86_400;
const BEFORE_EVERYTHING = -10 * 86_400;

const SEVERITIES: { readonly [code in FindingCode]: Finding["severity"] } = {
  "never-fires": "error",
  "last-fire-passed": "error",
  "step-dropped": "warning",
  "trailing-characters": "warning",
  "extra-field": "warning",
  "step-ignored": "warning",
  "list-dropped": "warning",
  "numeric-weekdays": "warning",
  "bare-last-weekday": "warning",
  "uneven-step": "warning",
  "step-too-long": "warning",
  "more-than-each-minute": "warning",
  "short-months": "warning",
  "reserved-value": "info",
  "empty-item": "info",
  "calendar-missing": "info",
  gap: "info",
  overlap: "info",
};
const GRAVEST_FIRST = ["error", "warning", "info"];

/** What may surprise about an expression in a zone, seen from a moment (s); changes of clocks until another, default two years. */
export function lint(
  parsed: ParsedExpression,
  firing: Firing,
  zone: Zone,
  from: number,
  options: FireOptions,
  until = from + TWO_YEARS,
): Finding[] {
  const rule = options.transitions ?? "safe";
  const end = life(firing, zone, from, rule);
  const never = end.some(({ code }) => code === "never-fires");
  const findings = [
    ...end,
    ...parsed.warnings.map((warning) => finding(warning)),
    ...steps(parsed),
    ...frequency(parsed),
    ...(never ? [] : shortMonths(parsed)),
    ...missingCalendar(parsed, options),
    ...changesOfClocks(firing, zone, from, until, rule),
  ];
  return findings.sort((one, other) => GRAVEST_FIRST.indexOf(one.severity) - GRAVEST_FIRST.indexOf(other.severity));
}

/** What is known of a finding beside its sentences; `instants` in ms. */
type FindingFacts = FindingData & {
  readonly field?: Finding["field"];
  readonly position?: number;
  readonly instants?: readonly number[];
};

function finding(facts: FindingFacts, severity: Finding["severity"] = SEVERITIES[facts.code]): Finding {
  const messages = findingTexts(facts);
  return {
    code: facts.code,
    severity,
    field: facts.field ?? null,
    position: facts.position ?? null,
    text: "text" in facts ? facts.text : "",
    message: messages.en,
    messages,
    instants: facts.instants ?? [],
  };
}

function life(firing: Firing, zone: Zone, from: number, rule: TransitionRule): Finding[] {
  if (nextFire(firing, from, zone, rule) !== null) return [];
  const last = previousFire(firing, from + 1, zone, rule);
  if (last !== null)
    return [finding({ code: "last-fire-passed", last: last + zone.spanAt(last).offset, instants: [last * 1000] })];
  return nextFire(firing, BEFORE_EVERYTHING, zone, rule) === null ? [finding({ code: "never-fires" })] : [];
}

function steps(parsed: ParsedExpression): Finding[] {
  const findings: Finding[] = [];
  for (const [index, field] of parsed.fields.entries()) {
    const { minimum, maximum, name } = FIELDS[index] as (typeof FIELDS)[number];
    if (index === YEAR) continue;
    for (const element of field.elements) {
      if (element.kind !== "step") continue;
      const { from, to, step, start } = element;
      const text = parsed.text.slice(start, element.end);
      const last = to < from ? to + maximum - minimum + 1 : to;
      if (from + step > last) {
        findings.push(finding({ code: "step-too-long", field: name, position: start, text }));
      } else if (to === maximum && !isEven(element, minimum, maximum) && !hasRangeEnd(text)) {
        const lastValue = from + Math.floor((last - from) / step) * step;
        const distance = from + maximum - minimum + 1 - lastValue;
        findings.push(
          finding({ code: "uneven-step", field: name, position: start, text, step, lastValue, from, distance }),
        );
      }
    }
  }
  return findings;
}

function isEven({ from, step }: Element, minimum: number, maximum: number): boolean {
  return (maximum - minimum + 1) % step === 0 && from - minimum < step;
}

/** An author who writes the end of a range has seen where the steps end. */
function hasRangeEnd(text: string): boolean {
  return text.includes("-");
}

function frequency(parsed: ParsedExpression): Finding[] {
  const seconds = members(parsed.times.secondsLow, parsed.times.secondsHigh);
  if (seconds.length < 2) return [];
  const distances = seconds.map((second, index) => (seconds[index + 1] ?? (seconds[0] as number) + 60) - second);
  const [field] = parsed.fields;
  return [
    finding({
      code: "more-than-each-minute",
      field: "seconds",
      position: field?.start ?? 0,
      text: parsed.text.slice(field?.start, field?.end),
      times: seconds.length,
      distance: Math.min(...distances),
    }),
  ];
}

function shortMonths(parsed: ParsedExpression): Finding[] {
  const { days } = parsed;
  const months = members(parsed.months, 0);
  const field = parsed.fields[days.kind === "nth" ? DAY_OF_WEEK : DAY_OF_MONTH] as Field;
  const { name, start } = field;
  const text = parsed.text.slice(start, field.end);
  if (days.kind === "nth") {
    if (days.ordinal < 5 || days.weekday > 7) return [];
    return [finding({ code: "short-months", field: name, position: start, text, missing: "fifth-weekday" })];
  }
  if (days.kind === "last") {
    if (!months.some((month) => days.before >= shortestMonth(month))) return [];
    return [finding({ code: "short-months", field: name, position: start, text, missing: "early-day" })];
  }
  if (days.kind === "weekdays" || days.kind === "last-weekday") return [];
  const missing = months.every((month) => month === 2) ? "leap-day" : "late-day";
  return field.elements
    .filter(
      ({ kind, from }) => kind !== "every" && kind !== "step" && months.some((month) => from > shortestMonth(month)),
    )
    .filter(({ from }) => days.kind === "dates" || days.day === from)
    .map(({ start, end }) =>
      finding({ code: "short-months", field: name, position: start, text: parsed.text.slice(start, end), missing }),
    );
}

/** The days that a month (1-12) has in every year. */
function shortestMonth(month: number): number {
  return daysBefore(0, month) - daysBefore(0, month - 1);
}

function missingCalendar(parsed: ParsedExpression, options: FireOptions): Finding[] {
  if (parsed.calendarDays === 0 || options.calendar !== undefined) return [];
  return parsed.fields.flatMap((field) =>
    field.elements
      .filter((element) => element.kind === "calendar")
      .map(({ start, end }) =>
        finding({
          code: "calendar-missing",
          field: field.name,
          position: start,
          text: parsed.text.slice(start, end),
        }),
      ),
  );
}

/** What is due in the gaps and overlaps until a moment (s), and what will become of it. */
function changesOfClocks(firing: Firing, zone: Zone, from: number, until: number, rule: TransitionRule): Finding[] {
  const findings: Finding[] = [];
  if (!Number.isFinite(from)) return findings;
  let span = zone.spanAt(from);
  while (span.end < until) {
    const following = zone.spanAt(span.end);
    const ended = span.end + span.offset;
    const begins = span.end + following.offset;
    const first = firing.timetable.next(Math.min(ended, begins));
    if (first >= 0 && first < Math.max(ended, begins)) {
      const last = firing.timetable.previous(Math.max(ended, begins) - 1);
      const facts = { zone: zone.name, first, last };
      if (begins > ended) {
        const outcome = rule === "quartz" ? "skipped" : firing.everyHour ? "passed-over" : "moved";
        const instants = outcome === "moved" ? [span.end * 1000] : [];
        // An hourly job goes on in its rhythm; a nightly one that Quartz skips is lost.
        const severity = outcome === "skipped" && !firing.everyHour ? "warning" : "info";
        findings.push(finding({ code: "gap", ...facts, from: ended, until: begins, outcome, instants }, severity));
      } else {
        const outcome = rule === "quartz" ? "second" : firing.fixed ? "first" : "both";
        const passes = [first - span.offset, first - following.offset];
        const instants = passes.filter((_, pass) => outcome === "both" || pass === (outcome === "first" ? 0 : 1));
        findings.push(
          finding({
            code: "overlap",
            ...facts,
            from: begins,
            until: ended,
            outcome,
            instants: instants.map((instant) => instant * 1000),
          }),
        );
      }
    }
    span = following;
  }
  return findings;
}
