import { type Academy, type Condition, type Group, type Moment, must } from "../academy.ts";
import { answer } from "./condition.ts";

/** The groups that a condition names. */
function named(condition: Condition): number[] {
  if ("all" in condition) return condition.all.flatMap(named);
  if ("any" in condition) return condition.any.flatMap(named);
  if ("not" in condition) return named(condition.not);
  return "group" in condition ? [condition.group] : [];
}

/** TargetGroupPersonAssignment. Groups that others are made of come first. */
export function fillGroups(academy: Academy, { now }: Moment): void {
  const done = new Set<number>();
  const fill = (group: Group) => {
    if (group.kind !== "target_group" || !group.rule || done.has(group.id)) return;
    done.add(group.id);
    for (const id of named(group.rule)) fill(must(academy.groups, id));
    fillGroup(academy, group, group.rule, now);
  };
  for (const group of academy.groups.values()) fill(group);
}

function fillGroup(academy: Academy, group: Group, rule: Condition, now: number): void {
  const before = group.members.size;
  let changes = 0;
  for (const person of academy.people.values()) {
    const belongs = group.active && person.status === "active" && answer(academy, rule, person.id) === true;
    if (belongs === group.members.has(person.id)) continue;
    changes += 1;
    if (belongs) group.members.set(person.id, now);
    else group.members.delete(person.id);
  }
  // The academies are made so that no night does this; the guard against it is another test's.
  if (group.active && before >= 20 && changes > before / 2)
    throw new Error(`Group ${group.id} changed too much in a night`);
}
