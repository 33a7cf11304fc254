import type { Failure } from "../store/step/step.ts";
import { addDays, addLocalDays, localDay, startOfDay } from "../time/day.ts";

/**
 * The instant (ms) at which a component is over. An `end_at` that is midnight in the component's zone is a pure date, and the whole of
 * that day still belongs to the component.
 *
 * @param graceDays days of the calendar in that zone on top
 * @throws RangeError for an unknown zone
 */
export function endOf(endAt: number, zone: string, graceDays = 0): number {
  const day = localDay(endAt, zone);
  const pureDate = startOfDay(day, zone) === endAt;
  return pureDate ? startOfDay(addDays(day, 1 + graceDays), zone) : addLocalDays(endAt, graceDays, zone);
}

/** It is not known when a component in such a zone begins or ends; it is expected, so that any number of them ends no run. */
export function unknownZone(zone: string): Failure {
  return { code: "row_error", message: `Its time zone "${zone}" is not known; enter one such as Europe/Berlin` };
}
