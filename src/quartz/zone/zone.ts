/** A stretch of time with one offset from UTC. All numbers are seconds. */
export interface Span {
  /** First instant, inclusive; `-Infinity` where nothing precedes. */
  readonly start: number;
  /** First instant that no longer belongs to it; `Infinity` where nothing follows. */
  readonly end: number;
  /** Wall time minus UTC. */
  readonly offset: number;
  /** Wall times before this one were already shown by the clocks before `start`; `-Infinity` where none was. */
  readonly repeatsUntil: number;
}

/** Where the spans of a zone come from; a zone asks for each stretch once and keeps the answer. */
export interface SpanSource {
  /** The span that contains an instant (s). */
  find(instant: number): Span;
}

/** A clock's relation to UTC through time. Made by `zoneFromTransitions` or `zoneNamed`; immutable to its users. */
export class Zone {
  readonly name: string;
  readonly #source: SpanSource;
  #recent: Span;

  constructor(name: string, source: SpanSource) {
    this.name = name;
    this.#source = source;
    this.#recent = { start: 0, end: 0, offset: 0, repeatsUntil: Number.NEGATIVE_INFINITY };
  }

  /** The span that contains an instant, in seconds since 1970-01-01 UTC. */
  spanAt(second: number): Span {
    const recent = this.#recent;
    if (second >= recent.start && second < recent.end) return recent;
    const span = this.#source.find(second);
    this.#recent = span;
    return span;
  }
}

/** An instant (ms since 1970-01-01 UTC) and the offset from UTC (ms, east positive) that holds from it on. */
export type Transition = readonly [instant: number, offset: number];

/**
 * A zone from a list of its transitions, for tests and for hosts that bring their own zone data.
 *
 * @param name how the zone is called in messages
 * @param transitions instants and offsets in ms, by rising instant; the first offset also holds before its instant
 * @throws RangeError for an empty list, numbers that are not whole seconds, or instants that do not rise
 */
export function zoneFromTransitions(name: string, transitions: readonly Transition[]): Zone {
  const spans = spansOf(transitions);
  return new Zone(name, { find: (instant) => spans[indexAt(spans, instant)] as Span });
}

/** The spans that a list of transitions makes, the first from `-Infinity`, the last to `Infinity`. */
export function spansOf(transitions: readonly Transition[]): Span[] {
  const spans: Span[] = [];
  let shown = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < transitions.length; index++) {
    const [instant, offset] = transitions[index] as Transition;
    const following = transitions[index + 1]?.[0] ?? Number.POSITIVE_INFINITY;
    if (instant % 1000 !== 0 || offset % 1000 !== 0 || !(instant < following)) {
      throw new RangeError(`transition ${index} (${instant}, ${offset}) is not in whole seconds and rising order`);
    }
    const start = index === 0 ? Number.NEGATIVE_INFINITY : instant / 1000;
    const end = following / 1000;
    const span = { start, end, offset: offset / 1000, repeatsUntil: Number.NEGATIVE_INFINITY };
    if (start + span.offset < shown) span.repeatsUntil = shown;
    shown = Math.max(shown, end + span.offset);
    spans.push(span);
  }
  if (spans.length === 0) throw new RangeError("a zone needs at least one transition");
  return spans;
}

/** The index of the span that contains an instant; -1 and the number of spans where none does. */
export function indexAt(spans: readonly Span[], instant: number): number {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle] as Span;
    if (instant < span.start) high = middle - 1;
    else if (instant >= span.end) low = middle + 1;
    else return middle;
  }
  return high < 0 ? -1 : spans.length;
}
