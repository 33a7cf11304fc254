import { type Academy, type Component, isOpen, type Moment, registrationsOn } from "../academy.ts";
import { textOf } from "../calendar.ts";
import { closeAs, tell } from "./closing.ts";
import { standing } from "./condition.ts";

/** True once the day until which prerequisites have to be met is past. */
const isTooLate = ({ meta }: Component, { today }: Moment) => (meta.get(12703) ?? "9") < textOf(today);

/** True for a component on which those who do not meet the prerequisites in time are cancelled. */
const isStrict = ({ meta }: Component) => meta.get(11801) === "1" && meta.has(12703) && meta.get(11838) !== "1";

/** True if no person is enrolled who does not meet them: it is required, or they would be cancelled at once. */
export const mayNotEnter = (academy: Academy, component: Component, personId: number, moment: Moment): boolean =>
  standing(academy, component, personId) === "not_met" &&
  (component.meta.get(11838) === "1" || (isStrict(component) && isTooLate(component, moment)));

/** PrerequisiteCheck. */
export function checkPrerequisites(academy: Academy, moment: Moment): void {
  for (const component of academy.components.values()) {
    for (const one of registrationsOn(academy, component.id)) {
      if (!isOpen(one)) continue;
      if (one.prerequisites === "none") one.prerequisites = standing(academy, component, one.personId);
      if (one.prerequisites !== "not_met") continue;
      one.prerequisites = standing(academy, component, one.personId);
      if (one.prerequisites === "not_met" && isTooLate(component, moment)) one.prerequisites = "overdue";
    }
  }
}

/** PrerequisitesOverdueCancelJob. */
export function cancelUnmet(academy: Academy, moment: Moment): void {
  for (const component of academy.components.values()) {
    if (!isStrict(component) || !isTooLate(component, moment)) continue;
    for (const one of registrationsOn(academy, component.id)) {
      // Who has once met them has met them.
      if (!isOpen(one) || one.prerequisites === "met" || standing(academy, component, one.personId) !== "not_met")
        continue;
      one.prerequisites = "overdue";
      closeAs(academy, one, "cancelled", moment.today, "prerequisites_overdue");
      tell(academy, "prereq", one);
    }
  }
}
