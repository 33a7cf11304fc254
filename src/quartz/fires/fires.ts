import { LAST_DAY_END } from "../days/dates.ts";
import type { Span, Zone } from "../zone/zone.ts";
import type { TransitionRule } from "./rule.ts";
import type { Timetable } from "./timetable.ts";

const DAY = 86_400;
/** No change of clocks moves them by more than this, so that a wall time this far from a span's end lies inside it. */
const MARGIN = 2 * DAY;
const FIRST_INSTANT = -MARGIN;
const LAST_INSTANT = LAST_DAY_END * DAY + MARGIN;
/** A search looks at few changes of clocks: at worst at each that skips the only match of its year. More would be a mistake. */
const MOST_LAPS = 4_000;

/** What the rule for changes of clocks needs to know about an expression. */
export interface Firing {
  readonly timetable: Timetable;
  readonly fixed: boolean;
  readonly everyHour: boolean;
}

/** The first fire strictly after an instant, both in whole seconds; or null. */
export function nextFire(firing: Firing, after: number, zone: Zone, rule: TransitionRule): number | null {
  if (after >= LAST_INSTANT) return null;
  const from = Math.max(after, FIRST_INSTANT);
  return rule === "quartz" ? nextOfQuartz(firing.timetable, from, zone) : nextSafe(firing, from, zone);
}

/** The last fire strictly before an instant, both in whole seconds; or null. */
export function previousFire(firing: Firing, before: number, zone: Zone, rule: TransitionRule): number | null {
  if (before <= FIRST_INSTANT) return null;
  const to = Math.min(before, LAST_INSTANT) - 1;
  return rule === "quartz" ? previousOfQuartz(firing.timetable, to, zone) : previousSafe(firing, to, zone);
}

function nextSafe(firing: Firing, after: number, zone: Zone): number | null {
  const { timetable, fixed, everyHour } = firing;
  let span = zone.spanAt(after);
  let from = after + span.offset + 1;
  if (fixed && from < span.repeatsUntil) from = span.repeatsUntil;
  let wall = timetable.next(from);
  for (let lap = 0; lap < MOST_LAPS; lap++) {
    if (wall >= 0 && wall - span.offset < span.end) return wall - span.offset;
    if (span.end > LAST_INSTANT) return null;
    const ended = span.end + span.offset;
    if (wall > ended + MARGIN && from < ended - MARGIN) {
      // Nothing matches from well before this change until well after it, so that it does not matter.
      span = zone.spanAt(wall - span.offset - MARGIN);
      continue;
    }
    const following = zone.spanAt(span.end);
    const begins = span.end + following.offset;
    if (begins < ended && !fixed && from > begins) {
      from = begins;
      wall = timetable.next(from);
    } else if (wall < 0) {
      // Even with no match left, the clocks may yet go back to before `from` and show one a second time.
      if (fixed || span.end > after + DAY) return null;
    } else if (wall < begins) {
      if (begins > ended && !everyHour) return span.end;
      if (begins > ended) {
        from = begins;
        wall = timetable.next(from);
      }
    }
    span = nearest(following, wall, zone);
  }
  throw unbounded(zone);
}

function previousSafe(firing: Firing, to: number, zone: Zone): number | null {
  const { timetable, fixed, everyHour } = firing;
  let span = zone.spanAt(to);
  let wall = timetable.previous(to + span.offset);
  for (let lap = 0; lap < MOST_LAPS; lap++) {
    if (wall < 0) return null;
    const starts = span.start + span.offset;
    if (wall >= (fixed && span.repeatsUntil > starts ? span.repeatsUntil : starts)) return wall - span.offset;
    if (span.start < FIRST_INSTANT) return null;
    const preceding = zone.spanAt(span.start - 1);
    const ended = span.start + preceding.offset;
    if (starts > ended) {
      if (wall >= ended && !everyHour) return span.start;
      if (wall >= ended) wall = timetable.previous(ended - 1);
    } else if (starts < ended) {
      wall = timetable.previous(ended - 1);
    }
    span = nearestBefore(preceding, wall, zone);
  }
  throw unbounded(zone);
}

/** Quartz goes on from the wall time of `after`, whichever of two passes it belongs to. */
function nextOfQuartz(timetable: Timetable, after: number, zone: Zone): number | null {
  let span = zone.spanAt(after);
  let wall = timetable.next(after + span.offset + 1);
  for (let lap = 0; lap < MOST_LAPS; lap++) {
    if (wall < 0) return null;
    if (wall - span.offset < span.end - MARGIN || span.end > LAST_INSTANT) return wall - span.offset;
    const following = zone.spanAt(span.end);
    const ended = span.end + span.offset;
    const begins = span.end + following.offset;
    if (wall < ended && wall < begins) return wall - span.offset;
    if (wall < begins) wall = timetable.next(begins);
    if (wall < 0) return null;
    span = nearest(following, wall, zone);
  }
  throw unbounded(zone);
}

function previousOfQuartz(timetable: Timetable, to: number, zone: Zone): number | null {
  let span = zone.spanAt(to);
  let wall = timetable.previous(to + span.offset);
  for (let lap = 0; lap < MOST_LAPS; lap++) {
    if (span.end <= LAST_INSTANT && wall >= span.end + span.offset - MARGIN) {
      const begins = span.end + zone.spanAt(span.end).offset;
      if (wall >= begins) wall = timetable.previous(begins - 1);
    }
    if (wall < 0) return null;
    const starts = span.start + span.offset;
    if (wall >= starts) return wall - span.offset;
    if (span.start < FIRST_INSTANT) return null;
    const preceding = zone.spanAt(span.start - 1);
    const ended = span.start + preceding.offset;
    if (wall >= ended) wall = timetable.previous(ended - 1);
    span = nearestBefore(preceding, wall, zone);
  }
  throw unbounded(zone);
}

function unbounded(zone: Zone): Error {
  return new Error(`the changes of the clocks of ${zone.name} do not come to an end`);
}

/** `span`, or a later one that still begins well before a wall time: nothing matches in between. */
function nearest(span: Span, wall: number, zone: Zone): Span {
  if (wall - span.offset < span.end + MARGIN) return span;
  const near = zone.spanAt(wall - span.offset - MARGIN);
  return near.start > span.start ? near : span;
}

/** `span`, or an earlier one that still ends well after a wall time: nothing matches in between. */
function nearestBefore(span: Span, wall: number, zone: Zone): Span {
  if (wall - span.offset >= span.start - MARGIN) return span;
  const near = zone.spanAt(Math.max(wall - span.offset + MARGIN, FIRST_INSTANT));
  return near.start < span.start ? near : span;
}
