import { members } from "../mask.ts";
import type { ParsedExpression } from "../parse/parse.ts";

/** A stretch of values, both ends included. */
export type Run = readonly [from: number, to: number];

/** The shape of a set of numbers, as one would say it. */
export type Values =
  | { readonly kind: "all" }
  | { readonly kind: "one"; readonly value: number }
  /** `even`: the same distance also leads from the last value to the first of the next round. */
  | {
      readonly kind: "steps";
      readonly step: number;
      readonly from: number;
      readonly to: number;
      readonly even: boolean;
    }
  | { readonly kind: "runs"; readonly runs: readonly Run[] };

/** The times of day of an expression, as one would say them. All numbers are seconds of the day. */
export type TimeFacts =
  /** These times. */
  | { readonly kind: "at"; readonly times: readonly number[] }
  /** Every `step` units; `stretches` null from midnight on without end. */
  | {
      readonly kind: "interval";
      readonly unit: "second" | "minute" | "hour";
      readonly step: number;
      readonly stretches: readonly Run[] | null;
    }
  /** Field by field; seconds null where they are just 0. */
  | { readonly kind: "fields"; readonly seconds: Values | null; readonly minutes: Values; readonly hours: Values };

const FEW_TIMES = 4;
const MANY_TIMES = 12;
const MOST_STRETCHES = 4;

/** The shape of a rising list of numbers that lie between a smallest and a largest. */
export function valuesOf(list: readonly number[], minimum: number, maximum: number, fewestSteps = 3): Values {
  const from = list[0] as number;
  const to = list.at(-1) as number;
  if (list.length === maximum - minimum + 1) return { kind: "all" };
  if (list.length === 1) return { kind: "one", value: from };
  const step = (list[1] as number) - from;
  if (step > 1 && list.every((value, index) => value === from + index * step)) {
    const even = (maximum - minimum + 1) % step === 0 && from - minimum < step && to + step > maximum;
    if (list.length >= fewestSteps || even) return { kind: "steps", step, from, to, even };
  }
  return { kind: "runs", runs: runsOf(list) };
}

/** The stretches of neighbouring numbers in a rising list. */
export function runsOf(list: readonly number[]): Run[] {
  const runs: [number, number][] = [];
  for (const value of list) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs;
}

export function timeFacts(parsed: ParsedExpression): TimeFacts {
  const { times } = parsed;
  const seconds = members(times.secondsLow, times.secondsHigh);
  const minutes = members(times.minutesLow, times.minutesHigh);
  const hours = members(times.hours, 0);
  const count = seconds.length * minutes.length * hours.length;
  if (count <= FEW_TIMES) return { kind: "at", times: product(seconds, minutes, hours) };
  const interval = intervalOf(seconds, minutes, hours);
  if (interval !== undefined) return interval;
  if (count <= MANY_TIMES) return { kind: "at", times: product(seconds, minutes, hours) };
  const isOnTheMinute = seconds.length === 1 && seconds[0] === 0;
  return {
    kind: "fields",
    seconds: isOnTheMinute ? null : valuesOf(seconds, 0, 59),
    minutes: valuesOf(minutes, 0, 59),
    hours: valuesOf(hours, 0, 23),
  };
}

function product(seconds: readonly number[], minutes: readonly number[], hours: readonly number[]): number[] {
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => hour * 3600 + minute * 60 + second)),
  );
}

/** The same distance from fire to fire, within stretches of hours. */
function intervalOf(
  seconds: readonly number[],
  minutes: readonly number[],
  hours: readonly number[],
): TimeFacts | undefined {
  if (seconds.length > 1) {
    const step = evenStep(seconds);
    return minutes.length === 60 ? interval("second", step, seconds, minutes, runsOf(hours)) : undefined;
  }
  if (minutes.length > 1) return interval("minute", evenStep(minutes), seconds, minutes, runsOf(hours));
  const shape = valuesOf(hours, 0, 23);
  if (shape.kind === "steps") return interval("hour", shape.step, seconds, minutes, [[shape.from, shape.to]]);
  const runs = runsOf(hours);
  return interval("hour", runs.every(([from, to]) => to - from >= 2) ? 1 : 0, seconds, minutes, runs);
}

/** The distance of values that are evenly spread over 60, or 0. */
function evenStep(list: readonly number[]): number {
  const shape = valuesOf(list, 0, 59);
  if (shape.kind === "all") return 1;
  return shape.kind === "steps" && shape.even ? shape.step : 0;
}

function interval(
  unit: "second" | "minute" | "hour",
  step: number,
  seconds: readonly number[],
  minutes: readonly number[],
  hours: readonly Run[],
): TimeFacts | undefined {
  if (step === 0 || hours.length > MOST_STRETCHES) return undefined;
  const first = (minutes[0] as number) * 60 + (seconds[0] as number);
  const last = (minutes.at(-1) as number) * 60 + (seconds.at(-1) as number);
  const stretches = hours.map(([from, to]): Run => [from * 3600 + first, to * 3600 + last]);
  const length = step * { second: 1, minute: 60, hour: 3600 }[unit];
  const isEndless =
    stretches.length === 1 && stretches[0]?.[0] === 0 && stretches[0][1] + length === 86_400 && 86_400 % length === 0;
  return { kind: "interval", unit, step, stretches: isEndless ? null : stretches };
}
