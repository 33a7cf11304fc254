import {
  type Academy,
  addCertificationPeriod,
  allCertificationPeriods,
  type CertificationPeriod,
  cyclesOf,
  isSuccessful,
  type Moment,
  must,
  type Registration,
} from "../academy.ts";
import { type DayNumber, dateOf, localDayAt, monthsLater } from "../calendar.ts";

/** Days in which a person is told how a period has ended. */
const TOLD_DAYS = 31;

const millionths = (amount: number) => Math.round(amount * 1_000_000);

/** What a period has come to: what was carried over, and the credits. */
export const amountOf = ({ carried, credits }: CertificationPeriod): number =>
  [...credits.values()].reduce((sum, { amount }) => sum + amount, carried);

const isEnough = (period: CertificationPeriod) =>
  millionths(amountOf(period)) >= millionths(period.certification.required);

/** Credits a success in each period that holds its day and does not have it yet, closed ones included. */
export function credit(academy: Academy, registration: Registration): void {
  const on = localDayAt(registration.completedAt as number, academy.zone);
  for (const period of academy.certificationPeriods.get(registration.personId) ?? []) {
    const amount = period.certification.links.get(registration.componentId);
    if (amount === undefined || on < period.startOn || on > period.endOn) continue;
    if (period.credits.has(registration)) continue;
    period.credits.set(registration, { amount, on });
    if (isEnough(period)) period.status = "fulfilled";
  }
}

/** Takes back what a success gave. What is closed stays closed as it was. */
export function takeCredits(academy: Academy, registration: Registration): void {
  for (const period of academy.certificationPeriods.get(registration.personId) ?? []) {
    if (!period.credits.delete(registration)) continue;
    if (period.current && period.status === "fulfilled" && !isEnough(period)) period.status = "in_progress";
  }
}

/** Credits all of a person's successes that were not. */
export function creditPerson(academy: Academy, personId: number): void {
  const linked = new Set([...academy.certifications.values()].flatMap(({ links }) => [...links.keys()]));
  for (const component of linked)
    for (const one of cyclesOf(academy, component, personId)) if (isSuccessful(one)) credit(academy, one);
}

/** CertificationReset. */
export function closeCertifications(academy: Academy, { today }: Moment): void {
  const over = allCertificationPeriods(academy).filter(({ current, endOn }) => current && endOn < today);
  for (const first of over) {
    const { certification, personId } = first;
    let last = first;
    for (let period = first; period.endOn < today; ) {
      creditPerson(academy, personId);
      period.status = isEnough(period) ? "fulfilled" : "not_fulfilled";
      period.current = false;
      last = period;
      if (!certification.active) break;
      const carried = certification.carryOver ? Math.max(0, amountOf(period) - certification.required) : 0;
      period = openPeriod(academy, period, carried);
    }
    creditPerson(academy, personId);
    const isTold = must(academy.people, personId).status === "active" && last.endOn >= today - TOLD_DAYS;
    if (isTold) academy.messages.add(`cert ${certification.id} ${personId} ${last.no}`);
  }
}

function openPeriod(academy: Academy, before: CertificationPeriod, carried: number): CertificationPeriod {
  const { certification, personId, no, firstOn } = before;
  const startOn = before.endOn + 1;
  const endOn = nextStart(startOn, certification.months, certification.common ?? dateOf(firstOn)[2]) - 1;
  const status = "in_progress" as const;
  const current = true;
  const own = { certification, personId, no: no + 1, firstOn, startOn, endOn, carried, status, current };
  const opened = { ...own, credits: new Map() };
  addCertificationPeriod(academy, opened);
  return opened;
}

/**
 * The start of the period behind one. One that starts on the last day of a month only since the month has no more days is followed by the
 * day of the month from which periods are counted.
 */
function nextStart(startOn: DayNumber, months: number, wanted: number): DayNumber {
  const isLastOfMonth = dateOf(startOn + 1)[2] === 1;
  const next = monthsLater(startOn, months);
  if (!isLastOfMonth || dateOf(startOn)[2] >= wanted) return next;
  const firstOfMonth = next - dateOf(next)[2] + 1;
  const lastOfMonth = monthsLater(firstOfMonth, 1) - 1;
  return Math.min(firstOfMonth + wanted - 1, lastOfMonth);
}
