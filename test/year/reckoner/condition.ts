import { type Academy, type Component, type Condition, cyclesOf, must, type Registration } from "../academy.ts";
import { isCovered } from "./coverage.ts";

/** True, false, or null: not known. */
type Answer = boolean | null;

/** What a condition says of a person, by Kleene's logic. */
export function answer(academy: Academy, condition: Condition, personId: number): Answer {
  if ("all" in condition) return both(condition.all.map((one) => answer(academy, one, personId)));
  if ("any" in condition) return not(both(condition.any.map((one) => not(answer(academy, one, personId)))));
  if ("not" in condition) return not(answer(academy, condition.not, personId));
  if ("group" in condition) return must(academy.groups, condition.group).members.has(personId);
  if ("component" in condition) {
    const { component, status } = condition;
    const holds = cyclesOf(academy, component, personId).some((one) => status.includes(one.status));
    return holds || (status.includes("passed") && isCovered(academy, component, personId));
  }
  const value = must(academy.people, personId)[condition.attr];
  if (value === null) return null;
  return typeof condition.value === "string" ? value === condition.value : condition.value.includes(value);
}

const not = (one: Answer): Answer => (one === null ? null : !one);

function both(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

/** How a person stands to what a component presupposes. */
export function standing(academy: Academy, component: Component, personId: number): Registration["prerequisites"] {
  if (!component.prerequisites) return "none";
  return answer(academy, component.prerequisites, personId) === true ? "met" : "not_met";
}
