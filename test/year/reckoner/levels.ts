import {
  type Academy,
  cyclesOf,
  isOpen,
  isSuccessful,
  type LevelPath,
  type Moment,
  must,
  type PathItem,
  type Registration,
  registrationsOn,
} from "../academy.ts";
import { creditPerson } from "./certifications.ts";
import { answer } from "./condition.ts";
import { coveredAt, isCovered } from "./coverage.ts";

/** Only these are looked at by night. */
const isWorked = ({ status }: Registration) => ["booked", "in_progress", "completed", "passed"].includes(status);

/** Where an element can be done: on its component, and on a course of it where that is a template. */
function positionsOf({ components }: Academy, { componentId }: PathItem): number[] {
  if (must(components, componentId).kind !== "template") return [componentId];
  const courses = [...components.values()].filter(({ templateId }) => templateId === componentId);
  return [componentId, ...courses.map(({ id }) => id)];
}

/** A person's successes on an element. */
const successesOn = (academy: Academy, item: PathItem, personId: number): Registration[] =>
  positionsOf(academy, item).flatMap((place) => cyclesOf(academy, place, personId).filter(isSuccessful));

/** How far an element is for a person: as far as the best of the latest registrations on it, and done where it is covered. */
function elementPct(academy: Academy, item: PathItem, personId: number): number {
  if (isCovered(academy, item.componentId, personId)) return 100;
  const latest = positionsOf(academy, item).flatMap(
    (place) => cyclesOf(academy, place, personId).findLast(({ status }) => status !== "cancelled") ?? [],
  );
  return Math.max(0, ...latest.map((one) => (isSuccessful(one) ? 100 : (one.pct ?? 0))));
}

/** The items that count: the mandatory ones where there are any. */
function counting(academy: Academy, pathId: number): readonly PathItem[] {
  const items = academy.items.get(pathId) ?? [];
  const mandatory = items.filter((one) => one.mandatory);
  return mandatory.length > 0 ? mandatory : items;
}

/** How far a registration on a course or path is, in per cent. */
export function pctOf(academy: Academy, one: Registration): number {
  if (isSuccessful(one) || isCovered(academy, one.componentId, one.personId)) return 100;
  const items = counting(academy, one.componentId);
  const sum = items.reduce((all, item) => all + elementPct(academy, item, one.personId), 0);
  return items.length === 0 ? 0 : Math.floor(sum / items.length);
}

/** The instant (ms) of the last success that made a path complete; null: none did. */
export function completeSince(academy: Academy, { componentId, personId }: Registration): number | null {
  const instants = counting(academy, componentId).flatMap((item) => [
    ...successesOn(academy, item, personId).map(({ completedAt }) => completedAt as number),
    ...coveredAt(academy, item.componentId, personId),
  ]);
  return instants.length === 0 ? null : Math.max(...instants);
}

/** The first level of which a mandatory element is not finished; the last where all are. */
function levelOf(academy: Academy, { pathId, levels }: LevelPath, personId: number): number {
  const isFinished = (item: PathItem) =>
    successesOn(academy, item, personId).length > 0 || isCovered(academy, item.componentId, personId);
  for (let level = 1; level < levels; level += 1) {
    const own = must(academy.items, pathId).filter((item) => item.level === level && item.mandatory);
    if (!own.every(isFinished)) return level;
  }
  return levels;
}

/** ProgrammeCurriculumLevelStatusUpdateJob. Courses come before paths. */
export function applyLogic(academy: Academy, _moment: Moment): void {
  for (const personId of academy.certificationPeriods.keys()) creditPerson(academy, personId);
  const isPath = ({ componentId }: Registration) => must(academy.components, componentId).kind === "learning_path";
  const isCourse = ({ componentId }: Registration) => must(academy.components, componentId).kind === "course";
  const worked = academy.registrations.filter(isWorked);
  for (const one of worked.filter(isCourse)) one.pct = pctOf(academy, one);
  for (const one of worked.filter(isPath)) {
    for (const { itemId, unlock } of academy.items.get(one.componentId) ?? []) {
      if (!unlock) continue;
      if (answer(academy, unlock, one.personId) === true) one.locked.delete(itemId);
      else one.locked.add(itemId);
    }
    one.pct = pctOf(academy, one);
  }
  for (const path of academy.levelPaths)
    for (const one of registrationsOn(academy, path.pathId))
      if (isWorked(one) && one.levelVersion === path.version)
        one.level = Math.max(one.level ?? 0, levelOf(academy, path, one.personId));
}

/** ProgrammeCurriculumLevelStatus: registrations from before the path's present structure. */
export function setLevels(academy: Academy, _moment: Moment): void {
  for (const path of academy.levelPaths) {
    for (const one of registrationsOn(academy, path.pathId)) {
      if ((!isOpen(one) && !isSuccessful(one)) || one.levelVersion >= path.version) continue;
      one.level = levelOf(academy, path, one.personId);
      one.levelVersion = path.version;
    }
  }
}
