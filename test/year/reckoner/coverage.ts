import { type Academy, cyclesOf, type Equivalence, isSuccessful, type Moment } from "../academy.ts";

/** The instant (ms) of a person's first success on a component; null: there is none. */
function doneAt(academy: Academy, componentId: number, personId: number): number | null {
  const done = cyclesOf(academy, componentId, personId).filter(isSuccessful);
  return done.length > 0 ? Math.min(...done.map(({ completedAt }) => completedAt as number)) : null;
}

const names = ({ sets, target }: Equivalence, componentId: number) =>
  target === componentId || sets.flat().includes(componentId);

/** Says anew what a rule covers for a person. */
function cover(academy: Academy, rule: Equivalence, personId: number): void {
  for (const component of [rule.target, ...rule.sets.flat()])
    academy.coverage.delete(`${rule.id}|${personId}|${component}`);
  if (!rule.active) return;
  for (const set of rule.sets) {
    const instants = set.map((component) => doneAt(academy, component, personId));
    if (!instants.includes(null))
      academy.coverage.set(`${rule.id}|${personId}|${rule.target}`, Math.max(...(instants as number[])));
  }
  const since = rule.bothWays ? doneAt(academy, rule.target, personId) : null;
  if (since !== null)
    for (const component of rule.sets.flat()) academy.coverage.set(`${rule.id}|${personId}|${component}`, since);
}

/** A success has come or gone: what the rules that name its component cover for the person. */
export function coverAnew(academy: Academy, componentId: number, personId: number): void {
  for (const rule of academy.equivalences) if (names(rule, componentId)) cover(academy, rule, personId);
}

/** True if a component counts as done for a person by another. */
export const isCovered = ({ equivalences, coverage }: Academy, componentId: number, personId: number): boolean =>
  equivalences.some(({ id }) => coverage.has(`${id}|${personId}|${componentId}`));

/** The instants (ms) since when rules cover a component for a person. */
export const coveredAt = ({ equivalences, coverage }: Academy, componentId: number, personId: number): number[] =>
  equivalences.flatMap(({ id }) => coverage.get(`${id}|${personId}|${componentId}`) ?? []);

/** EqsResetCoverageDataJob: rules that were changed since. */
export function coverByChangedRules(academy: Academy, _moment: Moment): void {
  for (const rule of academy.equivalences) {
    if (rule.computed >= rule.version) continue;
    for (const personId of academy.people.keys()) cover(academy, rule, personId);
    rule.computed = rule.version;
  }
}
