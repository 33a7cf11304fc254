import type { SQL } from "drizzle-orm";
import { readSeatsLeft } from "../../../learning/enrolment/places/seats.ts";
import { Prerequisites } from "../../../learning/enrolment/prerequisites/prerequisites.ts";
import { type NewRegistration, register, registerAll } from "../../../learning/enrolment/register.ts";
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
 * Whom the places suffice for is decided here, and again by the database at the moment of writing. Where there is room for all, they are
 * registered in one write.
 */
export async function enrolPeople<N extends string>(
  scene: EnrolScene,
  target: EnrolTarget,
  people: readonly Enrolment<N>[],
): Promise<Unit<N>[]> {
  const { rows, now } = scene;
  const { componentId, maxParticipants } = target;
  const ids = people.map(({ personId }) => personId);
  const standing = await new Prerequisites(rows, scene, ids).standing(target.prerequisites);
  const out: Unit<N>[] = [];
  const asked: Asked<N>[] = [];
  for (const person of people) {
    const prerequisites = standing(person.personId);
    if (prerequisites === "not_met" && target.prerequisitesRequired) out.push({ ref: person.ref, writes: [] });
    else asked.push({ ...person, componentId, prerequisites });
  }
  const limited = maxParticipants !== null && target.kind !== "template";
  return [...out, ...(limited ? await enrolWhilePlacesLast(scene, target, asked) : enrolAll(asked, now))];
}

/** A person whom nothing but the places can keep out. */
interface Asked<N extends string> extends Enrolment<N>, Pick<NewRegistration, "componentId" | "prerequisites"> {}

async function enrolWhilePlacesLast<N extends string>(
  { rows, now, run, given }: EnrolScene,
  target: EnrolTarget,
  asked: readonly Asked<N>[],
): Promise<Unit<N>[]> {
  const { componentId, maxParticipants } = target;
  let left = (await readSeatsLeft(rows, componentId)) - (given[componentId] ?? 0);
  let taken = 0;
  const units = asked.map((person): Unit<N> => {
    const { ref } = person;
    const as = (status: NewRegistration["status"], count: N, also?: SQL) => ({
      ...register({ ...person, status }, now, also),
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
    if (target.waitingList)
      writes.push(as("waiting_list", person.waitlisted, writes.length > 0 ? leadMissed : undefined));
    return { ref, writes: [...writes, ...(person.also ?? [])] };
  });
  if (run.dryRun) given[componentId] = (given[componentId] ?? 0) + taken;
  return units;
}

/** People with room for all: those of one status and source in one write, unless more is written for one of them. */
function enrolAll<N extends string>(asked: readonly Asked<N>[], now: number): Unit<N>[] {
  const alone = (person: Asked<N>): Unit<N> => ({
    ref: person.ref,
    writes: [{ ...register(person, now), count: person.count }, ...(person.also ?? [])],
  });
  const single = asked.filter(({ also = [] }) => also.length > 0);
  const others = asked.filter(({ also = [] }) => also.length === 0);
  const groups = [...Map.groupBy(others, ({ status, source, count }) => `${status} ${source} ${count}`).values()];
  return [...groups.flatMap((people) => together(people, alone, now)), ...single.map(alone)];
}

/** @param alone the unit of one of them by itself */
function together<N extends string>(
  people: readonly Asked<N>[],
  alone: (person: Asked<N>) => Unit<N>,
  now: number,
): Unit<N>[] {
  const [first] = people;
  if (first === undefined || people.length === 1) return people.map(alone);
  const change = { ...registerAll(first, people, now), count: first.count };
  return [{ ref: first.ref, rows: people.length, writes: [change], apart: () => people.map(alone) }];
}
