import { ruleSourceRef } from "../../../learning/enrolment/rules/rule.ts";
import { awaitingCourse, type Page } from "../../../learning/enrolment/rules/rule-reads.ts";
import type { Step } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { assignPage, type CourseAssignment } from "./assign-page.ts";
import { type RuleCount, type RuleWork, rulePages } from "./rule-work.ts";

/** Step 3: registrations in a template's personal syllabus get one of its courses; those that find none wait. */
export async function* assignCourses(
  work: RuleWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  const { rule, now, log } = work;
  if (!rule.autoCourseEnrolment || rule.kind !== "template") return;
  const how: CourseAssignment<RuleCount> = {
    source: "auto_rule",
    sourceRef: ({ courseId, parent, cycleNo }) => ruleSourceRef(rule.id, courseId, parent.personId, cycleNo),
    assigned: "coursesAssigned",
    waits: { noCourse: 1 },
  };
  const query = (page: Page) => awaitingCourse(rule, now, page);
  let first = from === null;
  for await (const { rows: found, after } of rulePages(work, from, query, ({ id }) => id)) {
    const { units, unreadable, empty } = await assignPage(work, rule.componentId, found, how);
    if (first && empty)
      log.info(`Template ${rule.componentId} has no course that can be booked; its registrations wait for one`);
    // Named once: its people get another course, or wait.
    yield { units: first ? [...unreadable, ...units] : units, cursor: { after } };
    first = false;
  }
}
