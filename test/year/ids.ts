/** Numbers in [0, 1). */
export type Dice = () => number;

/** One of a list. */
export const oneOf = <T>(dice: Dice, list: readonly T[]): T => list[Math.floor(dice() * list.length)] as T;

/** Ids of an academy's own things. */
export const ids = (clientId: number) => {
  const base = clientId * 100_000;
  return {
    person: (no: number) => base + no,
    care: base + 1,
    skilled: base + 2,
    ready: base + 3,
    ward: base + 4,
    office: base + 5,
    nurse: base + 6,
    others: base + 7,
    hygiene: base + 1,
    lifting: base + 2,
    driving: base + 3,
    privacy: base + 4,
    firstAid: base + 5,
    opening: base + 6,
    extra: base + 7,
    crew: base + 8,
    recurring: base + 9,
    concluding: base + 10,
    refresh: base + 11,
    advanced: base + 12,
    guarded: base + 13,
    slow: base + 14,
    graded: base + 15,
    element: (no: number) => base + 20 + no,
    section: (no: number) => base + no,
    item: (no: number) => base + no,
    course: (no: number) => base + 100 + no,
    skill: (no: number) => base + no,
    rule: (no: number) => base + no,
    certification: (no: number) => base + no,
  };
};
