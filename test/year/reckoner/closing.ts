import {
  type Academy,
  type Achievement,
  addRegistration,
  cyclesOf,
  isOpen,
  isSuccessful,
  must,
  type Registration,
  type Status,
} from "../academy.ts";
import { type DayNumber, localDayAt, monthsLater, nextYearly } from "../calendar.ts";
import { credit, takeCredits } from "./certifications.ts";
import { standing } from "./condition.ts";
import { coverAnew } from "./coverage.ts";

/** The day on which the cycle behind a closed one is due; null: the component does not recertify. */
export function nextDue(academy: Academy, registration: Registration, closedOn: DayNumber): DayNumber | null {
  const recertifying = academy.rules.filter(
    (rule) => rule.active && rule.recertify !== null && rule.componentId === registration.componentId,
  );
  const rule = recertifying.find(({ id }) => id === registration.ruleId) ?? recertifying[0];
  if (!rule?.recertify) return null;
  const { recertify } = rule;
  if ("yearly" in recertify) return nextYearly(recertify.yearly, closedOn + 1);
  const from = isSuccessful(registration) ? closedOn : (registration.dueOn ?? closedOn);
  // A cycle that was over before it began is passed over.
  let times = 1;
  while (monthsLater(from, times * recertify.months) <= closedOn) times += 1;
  return monthsLater(from, times * recertify.months);
}

/** Ends an open registration without success. @param reason of a cancellation */
export function closeAs(
  academy: Academy,
  registration: Registration,
  to: "failed" | "cancelled",
  today: DayNumber,
  reason: string | null = null,
): void {
  registration.status = to;
  registration.reason = reason;
  registration.nextDueOn = nextDue(academy, registration, today) ?? registration.nextDueOn;
  const { parent } = registration;
  if (to === "failed" && parent && isOpen(parent)) closeAs(academy, parent, to, today);
}

/** Ends an open registration with success. @param at when the work was done, ms */
export function succeed(academy: Academy, registration: Registration, at: number): void {
  const component = must(academy.components, registration.componentId);
  const day = localDayAt(at, academy.zone);
  registration.status = component.kind === "learning_path" ? "completed" : "passed";
  registration.completedAt = at;
  registration.pct = 100;
  registration.nextDueOn = nextDue(academy, registration, day) ?? registration.nextDueOn;
  for (const { skillId, level, validMonths } of component.grants) {
    const expiresOn = validMonths === null ? null : monthsLater(day, validMonths);
    const { personId } = registration;
    academy.achievements.push({
      personId,
      skillId,
      level,
      achievedOn: day,
      expiresOn,
      by: registration,
      state: "active",
    });
    hold(academy, personId, skillId);
  }
  credit(academy, registration);
  coverAnew(academy, registration.componentId, registration.personId);
  const { parent } = registration;
  if (parent && isOpen(parent)) succeed(academy, parent, at);
}

/** A person takes a registration out of success: what it gave is taken back. */
export function leaveSuccess(academy: Academy, registration: Registration, to: Status): void {
  registration.status = to;
  registration.completedAt = null;
  registration.nextDueOn = null;
  takeCredits(academy, registration);
  coverAnew(academy, registration.componentId, registration.personId);
  for (const gone of academy.achievements.filter(({ by }) => by === registration)) {
    academy.achievements.splice(academy.achievements.indexOf(gone), 1);
    hold(academy, gone.personId, gone.skillId);
  }
}

/** Says anew what a person holds of a skill. */
export function hold(academy: Academy, personId: number, skillId: number): void {
  const key = `${personId}|${skillId}`;
  const own = academy.achievements.filter((one) => one.personId === personId && one.skillId === skillId);
  const active = own.filter(({ state }) => state === "active");
  const level = Math.max(0, ...active.map((one) => one.level));
  if (own.length === 0) academy.skills.delete(key);
  else if (active.length > 0)
    academy.skills.set(key, { level, validUntil: latest(active.filter((one) => one.level === level)), state: "held" });
  else academy.skills.set(key, { level: 0, validUntil: latest(own), state: "expired" });
}

/** The latest expiry; null: one is for good. */
function latest(achievements: readonly Achievement[]): DayNumber | null {
  const days = achievements.map(({ expiresOn }) => expiresOn);
  return days.includes(null) ? null : Math.max(...(days as DayNumber[]));
}

/** The next cycle of a person on a component. */
export function register(
  academy: Academy,
  given: Pick<Registration, "componentId" | "personId" | "status" | "source"> &
    Partial<Pick<Registration, "ruleId" | "parent" | "dueOn">>,
  now: number,
): Registration {
  const { ruleId = null, parent = null, dueOn = null } = given;
  const prerequisites = standing(academy, must(academy.components, given.componentId), given.personId);
  const bookedAt = given.status === "booked" ? now : null;
  const cycle = cyclesOf(academy, given.componentId, given.personId).length + 1;
  const no = academy.registrations.length;
  const made = {
    ...given,
    no,
    cycle,
    ruleId,
    parent,
    dueOn,
    nextDueOn: null,
    reason: null,
    prerequisites,
    bookedAt,
    completedAt: null,
    pct: null,
    level: null,
    levelVersion: 0,
    locked: new Set<number>(),
  };
  addRegistration(academy, made);
  return made;
}

/** Tells a person, if active, what happened to a registration: once for each. */
export function tell(
  academy: Academy,
  event: "waitlist" | "coursecancel" | "prereq",
  { componentId, personId, cycle }: Registration,
): void {
  if (must(academy.people, personId).status !== "active") return;
  academy.messages.add(`${event} ${componentId} ${personId} ${cycle}`);
}
