/**
 * The few shapes of expression that the generator makes, with a matcher of its own that looks at every second: seconds and
 * minutes only, so no zone of whole hours matters.
 */
export interface Shape {
  readonly text: string;
  readonly seconds: ReadonlySet<number>;
  readonly minutes: ReadonlySet<number>;
}

const SECOND = 1000;

function field(text: string): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [start = "*", step] = part.split("/");
    if (step === undefined && start !== "*") values.add(Number(start));
    else for (let value = start === "*" ? 0 : Number(start); value < 60; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

/** Reads `<seconds> <minutes> * * * ?`. */
export function shapeOf(text: string): Shape {
  const [seconds = "", minutes = ""] = text.split(" ");
  return { text, seconds: field(seconds), minutes: field(minutes) };
}

const matches = (shape: Shape, second: number) =>
  shape.seconds.has(second % 60) && shape.minutes.has(Math.floor(second / 60) % 60);

/** All instants (ms) after `after` and up to `until`. */
export function firesBetween(shape: Shape, after: number, until: number): number[] {
  const found: number[] = [];
  for (let second = Math.floor(after / SECOND) + 1; second * SECOND <= until; second += 1) {
    if (matches(shape, second)) found.push(second * SECOND);
  }
  return found;
}

/** The first instant (ms) after `after`. */
export function fireAfter(shape: Shape, after: number): number {
  let second = Math.floor(after / SECOND) + 1;
  while (!matches(shape, second)) second += 1;
  return second * SECOND;
}
