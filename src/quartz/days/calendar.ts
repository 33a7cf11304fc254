/**
 * The days that a client counts as working days, for `C` in an expression. It must give the same answer for the same day for as
 * long as it is used; make a new one when holidays change.
 */
export interface Calendar {
  /** Whether the calendar includes a local date, written `YYYY-MM-DD`. */
  includes(day: string): boolean;
}
