import {
  type Academy,
  cyclesOf,
  type Element,
  isOpen,
  isSuccessful,
  type Moment,
  must,
  type Period,
  type Registration,
  registrationsOn,
  type Section,
} from "../academy.ts";
import { type DayNumber, localDayAt, monthsLater } from "../calendar.ts";
import { register } from "./closing.ts";
import { candidatesOf } from "./enrolment.ts";

/** The days on which a person has finished an element. */
const daysOf = (academy: Academy, { componentId }: Element, personId: number): DayNumber[] =>
  cyclesOf(academy, componentId, personId)
    .filter(isSuccessful)
    .map(({ completedAt }) => localDayAt(completedAt as number, academy.zone));

const periodsOf = (academy: Academy, section: Section, registration: Registration) =>
  academy.periods.filter((one) => one.section === section && one.registration === registration);

function addPeriod(academy: Academy, section: Section, registration: Registration, startOn: DayNumber): void {
  const cycle = periodsOf(academy, section, registration).length + 1;
  const [dueOn, endOn] = [startOn + section.dueDays, startOn + section.endDays];
  const state = "pending" as const;
  academy.periods.push({
    section,
    registration,
    cycle,
    startOn,
    dueOn,
    endOn,
    state,
    achievedOn: null,
    locked: new Set(),
  });
}

/** ProgrammeRecertificationAsignment. */
export function movePeriods(academy: Academy, moment: Moment): void {
  for (const section of academy.sections) {
    for (const registration of registrationsOn(academy, section.pathId)) {
      const { personId } = registration;
      const isLatest = cyclesOf(academy, section.pathId, personId).at(-1) === registration;
      const isOn =
        registration.status === "booked" || registration.status === "in_progress" || isSuccessful(registration);
      if (!isLatest || registration.status === "cancelled" || registration.status === "failed") {
        for (const period of periodsOf(academy, section, registration))
          if (period.state === "open" || period.state === "due") {
            period.state = "ended";
            period.locked.clear();
          }
      } else if (isOn && must(academy.people, personId).status === "active")
        move(academy, section, registration, moment);
    }
  }
}

function move(academy: Academy, section: Section, registration: Registration, moment: Moment): void {
  const { today } = moment;
  if (periodsOf(academy, section, registration).length === 0)
    addPeriod(academy, section, registration, firstStart(academy, section, registration));
  for (const period of periodsOf(academy, section, registration)) {
    if (period.state === "pending" && period.endOn < today) period.state = "ended";
    else {
      if (period.state === "pending" && period.startOn <= today) open(academy, period, moment);
      if (period.state === "open" && period.dueOn <= today) period.state = "due";
      if ((period.state === "open" || period.state === "due") && period.endOn < today) end(academy, period);
    }
  }
}

function firstStart(academy: Academy, section: Section, registration: Registration): DayNumber {
  const booked = localDayAt(registration.bookedAt as number, academy.zone);
  if ("afterBooking" in section.start) return booked + section.start.afterBooking;
  let start = section.start.fixed;
  for (let k = 1; start + section.endDays < booked; k += 1)
    start = monthsLater(section.start.fixed, k * section.months);
  return start;
}

/** True for an element on which nothing counts for a period. */
const isUndone = (academy: Academy, { section, startOn, registration }: Period, element: Element) =>
  !daysOf(academy, element, registration.personId).some((day) => day >= startOn - section.earlyDays);

function open(academy: Academy, period: Period, { now }: Moment): void {
  const { section, registration, dueOn } = period;
  const { personId } = registration;
  period.state = "open";
  for (const earlier of periodsOf(academy, section, registration)) earlier.locked.clear();
  if (!section.autoRegister) return;
  for (const element of section.elements) {
    if (!isUndone(academy, period, element)) continue;
    const { componentId } = element;
    const already = cyclesOf(academy, componentId, personId).find(isOpen);
    if (already) already.dueOn ??= dueOn;
    else register(academy, { componentId, personId, status: "booked", source: "recert", dueOn }, now);
  }
}

function end(academy: Academy, period: Period): void {
  const { section } = period;
  period.state = "ended";
  if (section.late !== "locked") return;
  for (const element of section.elements) if (isUndone(academy, period, element)) period.locked.add(element.itemId);
}

const isUnderWay = ({ state }: Period) => state === "open" || state === "due" || state === "ended";

/** What is finished of a period's mandatory elements between two days: the latest of the days; null: not everything. */
function doneBetween(academy: Academy, period: Period, from: DayNumber, till: DayNumber): DayNumber[] | null {
  const { section, registration } = period;
  const days = section.elements
    .filter(({ mandatory }) => mandatory)
    .map((element) => daysOf(academy, element, registration.personId).filter((day) => day >= from && day <= till));
  return days.some((some) => some.length === 0) ? null : days.map((some) => Math.min(...some));
}

function achieve(period: Period, day: DayNumber): void {
  period.state = "achieved";
  period.achievedOn = day;
  period.locked.clear();
}

const successorOf = (academy: Academy, { section, registration, cycle }: Period) =>
  periodsOf(academy, section, registration).find((one) => one.cycle === cycle + 1);

/** ProgramRecertificationCompletionJob. */
export function achieveAndFollow(academy: Academy, { today }: Moment): void {
  for (const period of academy.periods.filter(isUnderWay)) {
    const { section, startOn, endOn } = period;
    const next = successorOf(academy, period);
    const isLateAllowed = section.late === "allowed" && (!next || next.state === "pending");
    const days = doneBetween(academy, period, startOn, isLateAllowed ? Number.POSITIVE_INFINITY : endOn);
    if (days) achieve(period, Math.max(...days));
  }
  for (const period of [...academy.periods]) {
    const { section, registration, state } = period;
    if ((state !== "achieved" && state !== "ended") || successorOf(academy, period)) continue;
    // A failed registration counts as a cancelled one: no period of it would ever open.
    if (registration.status === "cancelled" || registration.status === "failed") continue;
    if (!isEligible(academy, registration)) continue;
    addPeriod(academy, section, registration, nextStart(academy, period, today));
  }
}

/** A person whom a rule has enrolled goes on only while a rule would. */
function isEligible(academy: Academy, { source, componentId, personId }: Registration): boolean {
  if (source !== "auto_rule") return true;
  return academy.rules.some(
    (rule) => rule.active && rule.componentId === componentId && candidatesOf(academy, rule).includes(personId),
  );
}

function nextStart(academy: Academy, period: Period, today: DayNumber): DayNumber {
  const { section, registration, startOn, endOn, achievedOn } = period;
  const { months, endDays, nextFrom } = section;
  const [first] = periodsOf(academy, section, registration) as [Period, ...Period[]];
  const base = nextFrom === "schedule" ? first.startOn : nextFrom === "achieved" ? (achievedOn ?? endOn) : endOn;
  for (let k = 1; ; k += 1) {
    const start = monthsLater(base, k * months);
    if (start > startOn && start + endDays >= today) return start;
  }
}

/** ProgramRecertificationStatusJob. */
export function achieveEarly(academy: Academy, _moment: Moment): void {
  for (const period of academy.periods.filter(isUnderWay)) {
    const { section, startOn, endOn } = period;
    const days = doneBetween(academy, period, startOn - section.earlyDays, endOn);
    if (days?.some((day) => day < startOn)) achieve(period, Math.max(...days));
  }
}
