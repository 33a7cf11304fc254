import type { Certification, CertificationPeriod } from "./academy.ts";
import { type DayNumber, dayOf, monthsLater } from "./calendar.ts";
import { type Dice, ids, oneOf } from "./ids.ts";

/** An academy's certifications: by points with carry-over, by hours on a day for all, one that is no more, and by points without carry-over. */
export function certificationsOf(clientId: number): Certification[] {
  const id = ids(clientId);
  const plain = { format: "points" as const, common: null, carryOver: false, active: true };
  return [
    {
      ...plain,
      id: id.certification(1),
      required: 4,
      months: 1,
      carryOver: true,
      links: new Map([
        [id.hygiene, 3],
        [id.refresh, 2],
        [id.lifting, 7],
        [id.element(1), 2],
        [id.element(3), 1],
      ]),
    },
    {
      ...plain,
      id: id.certification(2),
      format: "hours",
      required: 1.4,
      months: 12,
      common: 10,
      links: new Map([
        [id.driving, 0.7],
        [id.privacy, 0.7],
        [id.advanced, 0.1],
        [id.element(4), 0.1],
        [id.element(5), 0.2],
      ]),
    },
    { ...plain, id: id.certification(3), required: 1, months: 1, active: false, links: new Map([[id.hygiene, 1]]) },
    {
      ...plain,
      id: id.certification(4),
      required: 3,
      months: 2,
      links: new Map([
        [id.lifting, 2],
        [id.firstAid, 3],
        [id.slow, 1],
        [id.concluding, 3],
        [id.graded, 3],
      ]),
    },
  ];
}

/** The first period of a certification for a person. */
export function firstPeriod(certification: Certification, personId: number, startOn: DayNumber): CertificationPeriod {
  const endOn = monthsLater(startOn, certification.months) - 1;
  const status = "in_progress" as const;
  const own = { certification, personId, no: 1, firstOn: startOn, startOn, endOn, carried: 0, status, current: true };
  return { ...own, credits: new Map() };
}

/** The certifications that people have at first, some of them since long ago, many since the last day of a month. */
export function certifiedAtFirst(
  dice: Dice,
  certifications: readonly Certification[],
  people: readonly number[],
  first: DayNumber,
): CertificationPeriod[] {
  const shares = [0.5, 0.4, 0.1, 0.4];
  return certifications.flatMap((certification, index) =>
    people
      .filter(() => dice() < (shares[index] as number))
      .map((person) => {
        const own = oneOf(dice, [first - 1 - Math.floor(dice() * 120), dayOf(2026, 1, 31), dayOf(2025, 12, 31)]);
        return firstPeriod(certification, person, certification.common === null ? own : dayOf(2025, 4, 10));
      }),
  );
}
