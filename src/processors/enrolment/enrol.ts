import type { SQL } from "drizzle-orm";
import { dueDay } from "../../learning/enrolment/due.ts";
import { Prerequisites } from "../../learning/enrolment/prerequisites.ts";
import { type NewRegistration, register } from "../../learning/enrolment/register.ts";
import { ruleSourceRef } from "../../learning/enrolment/rules/rule.ts";
import { type Page, type Unregistered, unregistered } from "../../learning/enrolment/rules/rule-reads.ts";
import { readSeatsLeft } from "../../learning/enrolment/seats.ts";
import { leadMissed } from "../../store/change.ts";
import type { Day } from "../../time/day.ts";
import type { Step, Unit, Write } from "../contract.ts";
import type { AfterId } from "../patterns/change-rows.ts";
import { type RuleCount, type RuleWork, rulePages } from "./rule-work.ts";

/** A person whom a rule enrols on its component. */
export interface Enrolment extends Unregistered {
  readonly status: "personal_syllabus" | "booked";
  readonly source: "auto_rule" | "recert";
  readonly dueOn: Day | null;
  /** Counter of the registrations made. */
  readonly count: "registered" | "recertified";
  /** Further writes of the unit, given the registration's `source_ref`; they say `unitHit`. */
  readonly also?: (sourceRef: string) => readonly SQL[];
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
    const enrolments = rows.map((person): Enrolment => ({ ...person, ...made, dueOn }));
    yield { units: await enrol(work, enrolments), cursor: { after } };
  }
}

/**
 * The units that enrol a page of people on a rule's component. Unmet prerequisites are noted on the registration; where they
 * have to be met, there is none (skipped). A full component puts people on its waiting list, or fails them as `full`.
 * Whom the places suffice for is decided here, and again by the database at the moment of writing.
 */
export async function enrol(work: RuleWork, people: readonly Enrolment[]): Promise<Unit<RuleCount>[]> {
  const { rows, rule, now, run, given } = work;
  const ids = people.map(({ personId }) => personId);
  const standing = await new Prerequisites(rows, work, ids).standing(rule.prerequisites);
  const limited = rule.maxParticipants !== null && rule.kind !== "template";
  let left = limited ? (await readSeatsLeft(rows, rule.componentId)) - (given[rule.componentId] ?? 0) : Infinity;
  let taken = 0;
  const units = people.map((person): Unit<RuleCount> => {
    const { personId, cycleNo, source, dueOn, count } = person;
    const ref = `rule:${rule.id} person:${personId}`;
    const prerequisites = standing(personId);
    if (prerequisites === "not_met" && rule.prerequisitesRequired) return { ref, writes: [] };

    const sourceRef = ruleSourceRef(rule.id, rule.componentId, personId, cycleNo);
    const registration = { componentId: rule.componentId, personId, cycleNo, source, sourceRef, dueOn, prerequisites };
    const as = (status: NewRegistration["status"], count: RuleCount, also?: SQL) => ({
      ...register({ ...registration, status }, now, also),
      count,
    });
    const writes: Write<RuleCount>[] = [];
    if (left > 0 || person.hasSeat) {
      if (!person.hasSeat) {
        left -= 1;
        taken += 1;
      }
      writes.push(as(person.status, count));
    } else if (!rule.waitingList) {
      const message = `"${rule.title}" (component ${rule.componentId}) has ${rule.maxParticipants} seats, all taken, and no waiting list`;
      return { ref, writes: [], failure: { code: "full", message } };
    }
    // Also behind an enrolment: somebody else may take the last place between our read and our write.
    if (limited && rule.waitingList)
      writes.push(as("waiting_list", "waitlisted", writes.length > 0 ? leadMissed : undefined));
    return { ref, writes: [...writes, ...(person.also?.(sourceRef) ?? [])] };
  });
  if (run.dryRun && limited) given[rule.componentId] = (given[rule.componentId] ?? 0) + taken;
  return units;
}
