import {
  type Academy,
  type Component,
  cyclesOf,
  hasSeat,
  isOpen,
  type Moment,
  must,
  type Registration,
  registrationsOn,
} from "../academy.ts";
import { DAY_MS, instantAt, localDayAt } from "../calendar.ts";
import { closeAs, tell } from "./closing.ts";

const zoneOf = (academy: Academy, component: Component) => component.zone ?? academy.zone;

/** The instant (ms) from which a component is over. An end at midnight is a date, and the whole of that day still belongs to it. */
function overAt(academy: Academy, component: Component): number | null {
  const { endAt } = component;
  if (endAt === null) return null;
  const zone = zoneOf(academy, component);
  const isDate = (endAt + zone.offsetAt(endAt)) % DAY_MS === 0;
  return isDate ? instantAt(localDayAt(endAt, zone) + 1, 0, zone) : endAt;
}

const isRunning = ({ planning }: Component) => planning === "released" || planning === "fixed";

/**
 * Gives free seats of a component to active people who wait, the longest first.
 *
 * @param most how many at most
 * @param ending those that are about to be ended in the same run
 */
export function promote(
  academy: Academy,
  component: Component,
  now: number,
  most = Number.POSITIVE_INFINITY,
  ending: (one: Registration) => boolean = () => false,
): void {
  let left = most;
  for (const waiting of waitingOn(academy, component)) {
    if (left === 0) return;
    const { personId } = waiting;
    if (must(academy.people, personId).status !== "active" || !hasSeat(academy, component, personId) || ending(waiting))
      continue;
    waiting.status = "booked";
    waiting.bookedAt = now;
    left -= 1;
  }
}

const waitingOn = (academy: Academy, component: Component): Registration[] =>
  registrationsOn(academy, component.id).filter(({ status }) => status === "waiting_list");

/** WaitingListCancellationJob. */
export function clearWaitingLists(academy: Academy, { today, now }: Moment): void {
  for (const component of academy.components.values()) {
    const { startAt } = component;
    if (component.meta.get(11816) !== "1" || startAt === null) continue;
    const over = overAt(academy, component);
    const hasCome = localDayAt(startAt, zoneOf(academy, component)) <= today;
    if (isRunning(component) && hasCome && (over === null || over > now)) promote(academy, component, now);
    if (startAt > now) continue;
    for (const one of waitingOn(academy, component)) {
      closeAs(academy, one, "cancelled", today, "waiting_list_start");
      tell(academy, "waitlist", one);
    }
  }
}

/** ExpiredCoursesToCompleted. */
export function completeExpired(academy: Academy, { now }: Moment): void {
  for (const component of academy.components.values()) {
    if (component.kind !== "course" || !component.dateDependent || !isRunning(component)) continue;
    const over = overAt(academy, component);
    if (over !== null && over <= now) component.planning = "completed";
  }
}

/** CancelInactiveUsersJob. */
export function cancelInactive(academy: Academy, moment: Moment): void {
  for (const component of academy.components.values()) {
    if (component.meta.get(11813) !== "1") continue;
    for (const one of registrationsOn(academy, component.id))
      if (isOpen(one) && must(academy.people, one.personId).status !== "active")
        cancelAndPromote(academy, one, moment, "inactive_user");
  }
}

/** Cancels an open registration; a seat that becomes free by it goes to whom has waited longest. */
export function cancelAndPromote(
  academy: Academy,
  one: Registration,
  { today, now }: Moment,
  reason: string,
  ending?: (one: Registration) => boolean,
): void {
  const component = must(academy.components, one.componentId);
  const wasSeated = one.status !== "waiting_list";
  closeAs(academy, one, "cancelled", today, reason);
  const keepsSeat = cyclesOf(academy, component.id, one.personId).some(({ status }) =>
    ["failed", "completed", "passed"].includes(status),
  );
  if (wasSeated && !keepsSeat && isRunning(component)) promote(academy, component, now, 1, ending);
}

/** CancelUsersOnCancelledCoursesForReplicationProcess. */
export function cancelOnCancelled(academy: Academy, { today }: Moment): void {
  for (const component of academy.components.values()) {
    if (component.planning !== "cancelled") continue;
    for (const one of registrationsOn(academy, component.id))
      if (isOpen(one)) {
        closeAs(academy, one, "cancelled", today, "course_cancelled");
        tell(academy, "coursecancel", one);
      }
  }
}

/** CoursePreparation. */
export function prepareCourses(academy: Academy, { today, now }: Moment): void {
  for (const component of academy.components.values()) {
    const ahead = component.meta.get(900002);
    if (ahead === undefined || component.planning !== "released" || component.kind === "template") continue;
    const over = overAt(academy, component);
    if (over !== null && over <= now) continue;
    const { startAt } = component;
    const hasCome =
      startAt === null ? ahead === "0" : today >= localDayAt(startAt, zoneOf(academy, component)) - Number(ahead);
    if (hasCome) component.planning = "fixed";
  }
}
