import type { SQL } from "drizzle-orm";
import { type Change, leadHit } from "../../store/change.ts";
import type { ClientRows } from "../../store/rows.ts";
import { among, columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { type ChosenCourse, CourseChoice, isBookable } from "../enrolment/course-choice.ts";
import { seatsLeft } from "../enrolment/places/seats.ts";
import {
  Prerequisites,
  prerequisitesProblem,
  prerequisitesRequired,
  type Standing,
} from "../enrolment/prerequisites/prerequisites.ts";
import { type NewRegistration, readLatestCycles, register } from "../enrolment/register.ts";
import { openStatuses, seatStatuses, statusList } from "../enrolment/status.ts";
import { components } from "../schema/content.ts";

/** What bookings work with. */
export interface BookingScene {
  readonly rows: ClientRows;
  /** Instant (ms). */
  readonly now: number;
  /** Local day. */
  readonly today: Day;
  readonly timeZone: string;
  /** Whether covered components count as done. */
  readonly coverage: boolean;
}

/** A line of a paid order that a person is to be registered for. */
export interface PaidLine {
  /** The provider's id of the line. */
  readonly line: string;
  readonly componentId: number;
  /** At least 1. */
  readonly quantity: number;
  /** Makes the registration the only one of this line. */
  readonly sourceRef: string;
}

/** A paid order with the person who bought it. */
export interface Purchase {
  readonly personId: number;
  readonly lines: readonly PaidLine[];
}

/** Why a line, or a part of it, could not be booked. */
export type BookingCode = "extra_quantity" | "already_registered" | "full" | "not_available" | "prerequisites";

/** What a purchase comes to. */
export interface Booking {
  /** They follow a unit's first write. */
  readonly writes: readonly Change<"registered">[];
  /** `<code>:<line>`, for `extra_quantity` with the number of places without a person behind it. Empty: everything is booked. */
  readonly left: readonly string[];
  /** Of the registrations that the writes make. */
  readonly refs: readonly string[];
}

const targetColumns = columns(
  components,
  ["id", "kind", "planningStatus", "waitingList", "prerequisites"],
  "component",
);

interface Target extends RowOf<typeof targetColumns> {
  readonly prerequisitesRequired: number;
  /** null: no limit. */
  readonly seatsLeft: number | null;
}

/** What a person has on a component already. */
interface Holding {
  readonly componentId: number;
  readonly personId: number;
  readonly latest: number;
  readonly open: number;
  readonly seat: number;
}

/** A line that is decided. */
interface Decided {
  readonly registration: Omit<NewRegistration, "prerequisites"> & { readonly prerequisites: Standing };
  readonly course: ChosenCourse | null;
}

const pairKey = (componentId: number, personId: number) => `${componentId} ${personId}`;

/** The part of a purchase's registration that serves a template's: `shopify:1001:77/12`. */
const courseRef = (sourceRef: string, courseId: number) => `${sourceRef}/${courseId}`;

/**
 * Books what people have paid for, for the purchases of one step: all that has to be known is read for all of them at once, and what one
 * of them takes is not there for the next. A line is a registration of one person; what cannot be booked is named by a code
 * (handbook, catalogue: ShopifyProcessWebhookJob).
 */
export class Bookings {
  readonly #scene: BookingScene;
  readonly #targets: ReadonlyMap<number, Target>;
  readonly #holdings: ReadonlyMap<string, Holding>;
  /** Source references that a registration has. */
  readonly #made: ReadonlySet<string>;
  /** People who are on a course of a template, as pairs. */
  readonly #onCourse: ReadonlySet<string>;
  readonly #prerequisites: Prerequisites;
  readonly #people: number;
  readonly #choices = new Map<number, CourseChoice>();
  /** Seats given away in this step. */
  readonly #given = new Map<number, number>();
  /** Registrations made in this step, as pairs. */
  readonly #opened = new Set<string>();

  private constructor(
    scene: BookingScene,
    known: {
      readonly targets: readonly Target[];
      readonly holdings: readonly Holding[];
      readonly made: readonly { readonly ref: string }[];
      readonly onCourse: readonly { readonly componentId: number; readonly personId: number }[];
      readonly people: readonly number[];
    },
  ) {
    this.#scene = scene;
    this.#targets = new Map(known.targets.map((target) => [target.id, target]));
    this.#holdings = new Map(known.holdings.map((one) => [pairKey(one.componentId, one.personId), one]));
    this.#made = new Set(known.made.map(({ ref }) => ref));
    this.#onCourse = new Set(known.onCourse.map(({ componentId, personId }) => pairKey(componentId, personId)));
    this.#people = known.people.length;
    this.#prerequisites = new Prerequisites(scene.rows, scene, known.people);
  }

  /** Reads what the purchases need, in one round trip; none where there are none. */
  static async read(scene: BookingScene, purchases: readonly Purchase[]): Promise<Bookings> {
    const lines = purchases.flatMap(({ personId, lines }) => lines.map((line) => ({ ...line, personId })));
    if (lines.length === 0) {
      return new Bookings(scene, { targets: [], holdings: [], made: [], onCourse: [], people: [] });
    }
    const people = [...new Set(lines.map(({ personId }) => personId))];
    const pairs = JSON.stringify(
      [...new Map(lines.map((one) => [pairKey(one.componentId, one.personId), one])).values()].map((one) => [
        one.componentId,
        one.personId,
      ]),
    );
    const [targets, holdings, made, onCourse] = await scene.rows.each([
      readTargets(new Set(lines.map(({ componentId }) => componentId)), scene.today),
      readHoldings(pairs),
      readMade(lines.map(({ sourceRef }) => sourceRef)),
      readOnCourse(pairs),
    ] as const);
    return new Bookings(scene, { targets, holdings, made, onCourse, people });
  }

  /** What each of some purchases comes to, in their order: who comes first is served first. */
  async book(purchases: readonly Purchase[]): Promise<Booking[]> {
    const all: { readonly left: string[]; readonly decided: Decided[] }[] = [];
    for (const purchase of purchases) all.push(await this.#decide(purchase));
    const chosen = all
      .flatMap(({ decided }) => decided)
      .flatMap(({ course, registration }) => {
        return course ? [[course.id, registration.personId] as const] : [];
      });
    const cycles = chosen.length === 0 ? [] : await readLatestCycles(this.#scene.rows, chosen);
    let at = 0;
    return all.map(({ left, decided }) => ({
      left,
      refs: decided.map(({ registration }) => registration.sourceRef as string),
      writes: decided.flatMap(({ registration, course }) => {
        const made = this.#registerOn(registration);
        if (!course) return [made];
        const cycleNo = (cycles[at++] ?? 0) + 1;
        return [made, this.#registerOnCourse(registration, course, cycleNo)];
      }),
    }));
  }

  async #decide({ personId, lines }: Purchase): Promise<{ left: string[]; decided: Decided[] }> {
    const left: string[] = [];
    const decided: Decided[] = [];
    for (const line of lines) {
      if (line.quantity > 1) left.push(`extra_quantity:${line.line}:${line.quantity - 1}`);
      if (this.#made.has(line.sourceRef)) continue;
      const one = await this.#decideLine(line, personId);
      if (typeof one === "string") left.push(`${one}:${line.line}`);
      else decided.push(one);
    }
    return { left, decided };
  }

  async #decideLine({ componentId, sourceRef }: PaidLine, personId: number): Promise<Decided | BookingCode> {
    const target = this.#targets.get(componentId);
    if (target?.planningStatus !== "released" && target?.planningStatus !== "fixed") return "not_available";
    const pair = pairKey(componentId, personId);
    const holding = this.#holdings.get(pair);
    if (holding?.open || this.#opened.has(pair)) return "already_registered";
    if (await prerequisitesProblem(this.#scene.rows, target.prerequisites)) return "prerequisites";
    const prerequisites = (await this.#prerequisites.standing(target.prerequisites))(personId);
    if (prerequisites === "not_met" && target.prerequisitesRequired) return "prerequisites";
    const given = this.#given.get(componentId) ?? 0;
    const isFree = target.seatsLeft === null || target.seatsLeft - given > 0 || Boolean(holding?.seat);
    if (!isFree && !target.waitingList) return "full";
    if (isFree && !holding?.seat) this.#given.set(componentId, given + 1);
    this.#opened.add(pair);
    const isTemplate = target.kind === "template";
    const registration = {
      componentId,
      personId,
      cycleNo: (holding?.latest ?? 0) + 1,
      status: !isFree ? "waiting_list" : isTemplate ? "personal_syllabus" : "booked",
      source: "shop",
      sourceRef,
      dueOn: null,
      prerequisites,
    } as const;
    const wantsCourse = isTemplate && !this.#onCourse.has(pair);
    return { registration, course: wantsCourse ? await this.#chooseCourse(componentId, personId) : null };
  }

  async #chooseCourse(templateId: number, personId: number): Promise<ChosenCourse | null> {
    const { rows, now, today } = this.#scene;
    let choice = this.#choices.get(templateId);
    if (!choice) {
      choice = new CourseChoice(rows, templateId, this.#prerequisites, {
        now,
        today,
        people: this.#people,
        given: () => 0,
      });
      this.#choices.set(templateId, choice);
    }
    return choice.choose(personId, []);
  }

  #registerOn(registration: Decided["registration"]): Change<"registered"> {
    const isOffered = sql`component.planning_status IN ('released', 'fixed')`;
    return {
      ...withRef(register(registration, this.#scene.now, sql`${isOffered} AND ${leadHit}`), registration.sourceRef),
      count: "registered",
    };
  }

  #registerOnCourse(
    { personId, sourceRef }: Decided["registration"],
    course: ChosenCourse,
    cycleNo: number,
  ): Change<"registered"> {
    const { now } = this.#scene;
    const parent = sql`(SELECT parent.id FROM registrations AS parent WHERE parent.client_id = ${thisClient}
      AND parent.source = 'shop' AND parent.source_ref = ${sourceRef})`;
    const ref = courseRef(sourceRef as string, course.id);
    const registration = {
      componentId: course.id,
      personId,
      cycleNo,
      parentId: parent,
      status: "booked",
      source: "shop",
      sourceRef: ref,
      dueOn: null,
      prerequisites: course.prerequisites,
    } as const;
    const also = sql`${isBookable(sql`component`, now)} AND ${parent} IS NOT NULL AND ${leadHit}`;
    return withRef(register(registration, now, also), ref);
  }
}

/** The audit trail names what was bought, so that it says why a person is registered. */
function withRef(change: Change, sourceRef: string | null): Change {
  const { audit } = change;
  if (!audit) return change;
  return { ...change, audit: { ...audit, after: { ...(audit.after as object), source_ref: sourceRef } } };
}

/**
 * True in SQL if not all of these registrations are there: a place was taken, or a course closed, between reading and writing.
 *
 * @param refs at least one
 */
export function isShort(refs: readonly string[]): SQL {
  return sql`(SELECT count(*) FROM ${among(refs)} AS wanted CROSS JOIN registrations AS made ON made.client_id = ${thisClient}
    AND made.source = 'shop' AND made.source_ref = wanted.value) < ${refs.length}`;
}

const readTargets = (ids: Iterable<number>, today: Day) => sql<Target>`SELECT ${targetColumns},
    ${prerequisitesRequired(sql`component.id`, today)} AS prerequisitesRequired, ${seatsLeft(sql`component`)} AS seatsLeft
  FROM ${among(ids)} AS asked
  CROSS JOIN components AS component ON component.id = asked.value AND component.client_id = ${thisClient}`;

// The unary plus keeps the planner on the index by component and person.
const readHoldings = (
  pairs: string,
) => sql<Holding>`SELECT known.component_id AS componentId, known.person_id AS personId,
    max(known.cycle_no) AS latest, max(known.status IN ${statusList(openStatuses)}) AS open,
    max(known.status IN ${statusList(seatStatuses)}) AS seat
  FROM json_each(${pairs}) AS pair
  CROSS JOIN registrations AS known ON known.component_id = pair.value ->> 0 AND known.person_id = pair.value ->> 1
  WHERE +known.client_id = ${thisClient} GROUP BY known.component_id, known.person_id`;

const readMade = (refs: readonly string[]) => sql<{ readonly ref: string }>`SELECT made.source_ref AS ref
  FROM ${among(refs)} AS wanted CROSS JOIN registrations AS made ON made.client_id = ${thisClient}
    AND made.source = 'shop' AND made.source_ref = wanted.value`;

const readOnCourse = (pairs: string) => sql<{
  readonly componentId: number;
  readonly personId: number;
}>`SELECT DISTINCT course.template_id AS componentId,
    other.person_id AS personId
  FROM json_each(${pairs}) AS pair
  CROSS JOIN registrations AS other ON other.client_id = ${thisClient} AND other.person_id = pair.value ->> 1
  CROSS JOIN components AS course ON course.id = other.component_id AND course.template_id = pair.value ->> 0
  WHERE other.status IN ${statusList(openStatuses)}`;
