import type { SQL } from "drizzle-orm";
import { Prerequisites } from "../../learning/enrolment/prerequisites.ts";
import { type NewRegistration, register } from "../../learning/enrolment/register.ts";
import { type EnrolmentRule, ruleSourceRef } from "../../learning/enrolment/rule.ts";
import { readSeatsLeft } from "../../learning/enrolment/seats.ts";
import { leadMissed } from "../../store/change.ts";
import type { Day } from "../../time/day.ts";
import type { RunContext, Unit, Write } from "../contract.ts";

/** What enrolling counts: registrations by what made them. */
export type EnrolmentCount = "registered" | "recertified" | "waitlisted";

/** A person whom a rule enrols on its component. */
export interface Enrolment {
  readonly person_id: number;
  readonly cycle_no: number;
  /** 1: an earlier cycle of this person holds a place already. */
  readonly has_seat: number;
  readonly status: "personal_syllabus" | "booked";
  readonly source: "auto_rule" | "recert";
  readonly dueOn: Day | null;
  /** Counter of the registrations made. */
  readonly count: EnrolmentCount;
  /** Further writes of the unit, given the registration's `source_ref`; they say `unitHit`. */
  readonly also?: (sourceRef: string) => readonly SQL[];
}

/** What enrolling a page of people takes. */
export interface EnrolmentWork extends Pick<RunContext, "rows" | "now" | "today" | "timeZone" | "run"> {
  /** Whether covered components count. */
  readonly coverage: boolean;
  readonly rule: EnrolmentRule;
  /** Of a dry run: places given away by component, which its reads find free again; kept up to date here. */
  readonly given: Record<string, number>;
}

/**
 * The units that enrol a page of people on a rule's component. Unmet prerequisites are noted on the registration; where they
 * have to be met, there is none (skipped). A full component puts people on its waiting list, or fails them as `full`.
 * Whom the places suffice for is decided here, and again by the database at the moment of writing.
 */
export async function enrol(work: EnrolmentWork, people: readonly Enrolment[]): Promise<Unit<EnrolmentCount>[]> {
  const { rows, rule, now, run, given } = work;
  const ids = people.map(({ person_id }) => person_id);
  const standing = await new Prerequisites(rows, work, ids).standing(rule.prerequisites);
  const limited = rule.max_participants !== null && rule.kind !== "template";
  let left = limited ? (await readSeatsLeft(rows, rule.component_id)) - (given[rule.component_id] ?? 0) : Infinity;
  let taken = 0;
  const units = people.map((person): Unit<EnrolmentCount> => {
    const { person_id: personId, cycle_no: cycleNo, source, dueOn, count } = person;
    const ref = `rule:${rule.id} person:${personId}`;
    const prerequisites = standing(personId);
    if (prerequisites === "not_met" && rule.prerequisites_required) return { ref, writes: [] };

    const sourceRef = ruleSourceRef(rule.id, rule.component_id, personId, cycleNo);
    const registration = { componentId: rule.component_id, personId, cycleNo, source, sourceRef, dueOn, prerequisites };
    const as = (status: NewRegistration["status"], count: EnrolmentCount, also?: SQL) => ({
      ...register({ ...registration, status }, now, also),
      count,
    });
    const writes: Write<EnrolmentCount>[] = [];
    if (left > 0 || person.has_seat) {
      if (!person.has_seat) {
        left -= 1;
        taken += 1;
      }
      writes.push(as(person.status, count));
    } else if (!rule.waiting_list) {
      const message = `"${rule.title}" (component ${rule.component_id}) has ${rule.max_participants} seats, all taken, and no waiting list`;
      return { ref, writes: [], failure: { code: "full", message } };
    }
    // Also behind an enrolment: somebody else may take the last place between our read and our write.
    if (limited && rule.waiting_list)
      writes.push(as("waiting_list", "waitlisted", writes.length > 0 ? leadMissed : undefined));
    return { ref, writes: [...writes, ...(person.also?.(sourceRef) ?? [])] };
  });
  if (run.dryRun && limited) given[rule.component_id] = (given[rule.component_id] ?? 0) + taken;
  return units;
}
