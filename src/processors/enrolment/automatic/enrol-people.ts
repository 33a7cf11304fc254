import type { SQL } from "drizzle-orm";
import { readSeatsLeft } from "../../../learning/enrolment/places/seats.ts";
import { Prerequisites } from "../../../learning/enrolment/prerequisites/prerequisites.ts";
import { type NewRegistration, register } from "../../../learning/enrolment/register.ts";
import type { RegistrationSource } from "../../../learning/enrolment/status.ts";
import { leadMissed } from "../../../store/change.ts";
import type { Day } from "../../../time/day.ts";
import type { RunContext, Unit, Write } from "../../contract.ts";

/** What enrolling people works with. */
export interface EnrolScene extends Pick<RunContext, "rows" | "now" | "today" | "timeZone" | "run"> {
  /** Whether covered components count. */
  readonly coverage: boolean;
  /** Of a dry run: places given away by component, which its reads find free again; kept up to date here. */
  readonly given: Record<string, number>;
}

/** The component that people are enrolled on. */
export interface EnrolTarget {
  readonly componentId: number;
  readonly title: string | null;
  readonly kind: "template" | "course" | "learning_path" | null;
  /** null: no limit. */
  readonly maxParticipants: number | null;
  readonly waitingList: number | null;
  /** JSON Rule; null: none. */
  readonly prerequisites: string | null;
  /** 1: no person is registered without meeting them. */
  readonly prerequisitesRequired: number;
}

/** A person who is enrolled. */
export interface Enrolment<N extends string> {
  /** Names the unit. */
  readonly ref: string;
  readonly personId: number;
  readonly cycleNo: number;
  /** 1: an earlier cycle of this person holds a place already. */
  readonly hasSeat: number;
  readonly status: "personal_syllabus" | "booked";
  readonly source: RegistrationSource;
  readonly sourceRef: string;
  readonly dueOn: Day | null;
  /** Counters of the registrations made with a place, and on the waiting list. */
  readonly count: N;
  readonly waitlisted: N;
  /** Further writes of the unit; they say `unitHit`. */
  readonly also?: readonly SQL[];
}

/**
 * The units that enrol a page of people on a component. Unmet prerequisites are noted on the registration; where they
 * have to be met, there is none (skipped). A full component puts people on its waiting list, or fails them as `full`.
 * Whom the places suffice for is decided here, and again by the database at the moment of writing.
 */
export async function enrolPeople<N extends string>(
  scene: EnrolScene,
  target: EnrolTarget,
  people: readonly Enrolment<N>[],
): Promise<Unit<N>[]> {
  const { rows, now, run, given } = scene;
  const { componentId, maxParticipants } = target;
  const ids = people.map(({ personId }) => personId);
  const standing = await new Prerequisites(rows, scene, ids).standing(target.prerequisites);
  const limited = maxParticipants !== null && target.kind !== "template";
  let left = limited ? (await readSeatsLeft(rows, componentId)) - (given[componentId] ?? 0) : Infinity;
  let taken = 0;
  const units = people.map((person): Unit<N> => {
    const { ref, personId, cycleNo, source, sourceRef, dueOn } = person;
    const prerequisites = standing(personId);
    if (prerequisites === "not_met" && target.prerequisitesRequired) return { ref, writes: [] };

    const registration = { componentId, personId, cycleNo, source, sourceRef, dueOn, prerequisites };
    const as = (status: NewRegistration["status"], count: N, also?: SQL) => ({
      ...register({ ...registration, status }, now, also),
      count,
    });
    const writes: Write<N>[] = [];
    if (left > 0 || person.hasSeat) {
      if (!person.hasSeat) {
        left -= 1;
        taken += 1;
      }
      writes.push(as(person.status, person.count));
    } else if (!target.waitingList) {
      const message = `"${target.title}" (component ${componentId}) has ${maxParticipants} seats, all taken, and no waiting list`;
      return { ref, writes: [], failure: { code: "full", message } };
    }
    // Also behind an enrolment: another person may take the last place between our read and our write.
    if (limited && target.waitingList)
      writes.push(as("waiting_list", person.waitlisted, writes.length > 0 ? leadMissed : undefined));
    return { ref, writes: [...writes, ...(person.also ?? [])] };
  });
  if (run.dryRun && limited) given[componentId] = (given[componentId] ?? 0) + taken;
  return units;
}
