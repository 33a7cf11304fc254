import type { Days } from "../days/days.ts";
import { nextBit, nextOfSixty, previousBit, previousOfSixty } from "../mask.ts";

const DAY = 86_400;

/** The times of day that an expression fires at: bits 0-59 of seconds and minutes in two halves, bits 0-23 of hours. */
export interface TimeMasks {
  readonly secondsLow: number;
  readonly secondsHigh: number;
  readonly minutesLow: number;
  readonly minutesHigh: number;
  readonly hours: number;
}

/**
 * The wall times that match an expression, without any zone: seconds since 1970-01-01 00:00 on a clock that is never changed.
 */
export class Timetable {
  readonly #days: Days;
  readonly #secondsLow: number;
  readonly #secondsHigh: number;
  readonly #minutesLow: number;
  readonly #minutesHigh: number;
  readonly #hours: number;
  readonly #firstSecond: number;
  readonly #lastSecond: number;
  /** First and last match within a matching hour, in seconds, and within a matching day. */
  readonly #firstInHour: number;
  readonly #lastInHour: number;
  readonly #firstInDay: number;
  readonly #lastInDay: number;

  constructor(times: TimeMasks, days: Days) {
    this.#days = days;
    this.#secondsLow = times.secondsLow;
    this.#secondsHigh = times.secondsHigh;
    this.#minutesLow = times.minutesLow;
    this.#minutesHigh = times.minutesHigh;
    this.#hours = times.hours;
    this.#firstSecond = nextOfSixty(times.secondsLow, times.secondsHigh, 0);
    this.#lastSecond = previousOfSixty(times.secondsLow, times.secondsHigh, 59);
    this.#firstInHour = nextOfSixty(times.minutesLow, times.minutesHigh, 0) * 60 + this.#firstSecond;
    this.#lastInHour = previousOfSixty(times.minutesLow, times.minutesHigh, 59) * 60 + this.#lastSecond;
    this.#firstInDay = nextBit(times.hours, 0) * 3600 + this.#firstInHour;
    this.#lastInDay = previousBit(times.hours, 23) * 3600 + this.#lastInHour;
  }

  /** Whether a day, counted from 1970-01-01, is one of those it fires on. */
  isDueOn(day: number): boolean {
    return this.#days.next(day) === day;
  }

  /** The first match at or after a wall time, or -1. */
  next(wall: number): number {
    if (wall < 0) wall = 0;
    // Here and below `| 0` keeps the engine's arithmetic in integers, which halves the time of a search.
    const day = (wall / DAY) | 0;
    const time = (wall - day * DAY) | 0;
    if (time > this.#lastInDay) {
      const due = this.#days.next(day + 1);
      return due < 0 ? -1 : due * DAY + this.#firstInDay;
    }
    const due = this.#days.next(day);
    if (due === day) return day * DAY + this.#nextTime(time);
    return due < 0 ? -1 : due * DAY + this.#firstInDay;
  }

  /** The last match at or before a wall time, or -1. */
  previous(wall: number): number {
    if (wall < 0) return -1;
    const day = (wall / DAY) | 0;
    const time = (wall - day * DAY) | 0;
    if (time < this.#firstInDay) {
      const due = this.#days.previous(day - 1);
      return due < 0 ? -1 : due * DAY + this.#lastInDay;
    }
    const due = this.#days.previous(day);
    if (due === day) return day * DAY + this.#previousTime(time);
    return due < 0 ? -1 : due * DAY + this.#lastInDay;
  }

  /** The first match of a matching day at or after a time that is not past its last one. */
  #nextTime(time: number): number {
    const hour = (time / 3600) | 0;
    const due = nextBit(this.#hours, hour);
    if (due !== hour) return due * 3600 + this.#firstInHour;
    const minute = ((time - hour * 3600) / 60) | 0;
    let dueMinute = nextOfSixty(this.#minutesLow, this.#minutesHigh, minute);
    if (dueMinute === minute) {
      const second = nextOfSixty(this.#secondsLow, this.#secondsHigh, time - hour * 3600 - minute * 60);
      if (second >= 0) return hour * 3600 + minute * 60 + second;
      dueMinute = minute < 59 ? nextOfSixty(this.#minutesLow, this.#minutesHigh, minute + 1) : -1;
    }
    if (dueMinute >= 0) return hour * 3600 + dueMinute * 60 + this.#firstSecond;
    return nextBit(this.#hours, hour + 1) * 3600 + this.#firstInHour;
  }

  /** The last match of a matching day at or before a time that is not before its first one. */
  #previousTime(time: number): number {
    const hour = (time / 3600) | 0;
    const due = previousBit(this.#hours, hour);
    if (due !== hour) return due * 3600 + this.#lastInHour;
    const minute = ((time - hour * 3600) / 60) | 0;
    let dueMinute = previousOfSixty(this.#minutesLow, this.#minutesHigh, minute);
    if (dueMinute === minute) {
      const second = previousOfSixty(this.#secondsLow, this.#secondsHigh, time - hour * 3600 - minute * 60);
      if (second >= 0) return hour * 3600 + minute * 60 + second;
      dueMinute = minute > 0 ? previousOfSixty(this.#minutesLow, this.#minutesHigh, minute - 1) : -1;
    }
    if (dueMinute >= 0) return hour * 3600 + dueMinute * 60 + this.#lastSecond;
    return previousBit(this.#hours, hour - 1) * 3600 + this.#lastInHour;
  }
}
