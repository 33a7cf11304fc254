import { dueDay } from "../../../learning/enrolment/due.ts";
import { ruleSourceRef } from "../../../learning/enrolment/rules/rule.ts";
import { type Page, type Unregistered, unregistered } from "../../../learning/enrolment/rules/rule-reads.ts";
import type { Step, Unit } from "../../contract.ts";
import type { AfterId } from "../../patterns/change-rows.ts";
import { type Enrolment, enrolPeople } from "./enrol-people.ts";
import { type RuleCount, type RuleWork, rulePages } from "./rule-work.ts";

/** A person whom a rule enrols on its component. */
export interface RuleEnrolment extends Unregistered, Pick<Enrolment<RuleCount>, "status" | "dueOn" | "count" | "also"> {
  readonly source: "auto_rule" | "recert";
}

/** Step 2: candidates without a registration get one. */
export async function* enrolCandidates(
  work: RuleWork,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, RuleCount>, void> {
  const { rule, now, today, daysToFinish } = work;
  const made = { status: rule.enrolmentStatus, source: "auto_rule", count: "registered" } as const;
  const dueOn = dueDay({ ...rule, daysToFinish }, today);
  const query = (page: Page) => unregistered(rule, now, page);
  for await (const { rows, after } of rulePages(work, from, query, ({ personId }) => personId)) {
    const enrolments = rows.map((person): RuleEnrolment => ({ ...person, ...made, dueOn }));
    yield { units: await enrol(work, enrolments), cursor: { after } };
  }
}

/** What a registration on the rule's component is known by. */
export function enrolmentRef({ rule }: RuleWork, { personId, cycleNo }: Unregistered): string {
  return ruleSourceRef(rule.id, rule.componentId, personId, cycleNo);
}

/** The units that enrol a page of people on a rule's component: {@link enrolPeople}. */
export function enrol(work: RuleWork, people: readonly RuleEnrolment[]): Promise<Unit<RuleCount>[]> {
  const { rule } = work;
  const enrolments = people.map(
    (person): Enrolment<RuleCount> => ({
      ...person,
      ref: `rule:${rule.id} person:${person.personId}`,
      sourceRef: enrolmentRef(work, person),
      waitlisted: "waitlisted",
    }),
  );
  return enrolPeople(work, rule, enrolments);
}
