import type { Academy, Moment } from "../academy.ts";
import { localDayAt } from "../calendar.ts";

/** UserTerminate. */
export function endPeople(academy: Academy, { today }: Moment): void {
  const { idleDays, zone } = academy;
  const active = [...academy.people.values()].filter(({ status }) => status === "active");
  for (const person of active)
    if (person.terminationOn !== null && person.terminationOn <= today)
      Object.assign(person, { status: "passive", passiveReason: "terminated" });
  if (idleDays === null) return;
  const idle = active.filter((person) => {
    if (person.status !== "active") return false;
    const seen = person.lastLoginAt === null ? person.enrolledOn : localDayAt(person.lastLoginAt, zone);
    return Math.max(seen, person.activatedOn ?? seen) + idleDays <= today;
  });
  // The academies are made so that no night comes near to the guard against it, which is another test's.
  if (idle.length > active.length / 5) throw new Error(`${idle.length} people would become passive in a night`);
  for (const person of idle) Object.assign(person, { status: "passive", passiveReason: "unused" });
}
