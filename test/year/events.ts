import {
  type Academy,
  addCertificationPeriod,
  cyclesOf,
  hasSeat,
  isOpen,
  isSuccessful,
  must,
  type Registration,
} from "./academy.ts";
import { clock, type DayNumber, instantAt, textOf } from "./calendar.ts";
import type { Hands } from "./hands.ts";
import { type Dice, ids, oneOf } from "./ids.ts";
import { closeAs, leaveSuccess, register, succeed } from "./reckoner/closing.ts";
import { attributesOf, certificationPeriodRow, personRow } from "./rows.ts";
import { movedTo, newPerson } from "./world.ts";
import { firstPeriod } from "./world-certifications.ts";

/** What happens in an academy by day, to the reckoner's model and to the product alike. */
export class Events {
  readonly #academy: Academy;
  readonly #hands: Hands;
  readonly #dice: Dice;
  #newcomers = 0;

  constructor(academy: Academy, hands: Hands, dice: Dice) {
    this.#academy = academy;
    this.#hands = hands;
    this.#dice = dice;
  }

  /** What happens between midnight and the first job. */
  async early(day: DayNumber): Promise<void> {
    const at = oneOf(this.#dice, [clock(0, 0), clock(0, 0, 1), clock(0, 1, 30)]);
    if (this.#dice() < 0.4) await this.#finish(instantAt(day, at, this.#academy.zone));
  }

  /** What happens in the daytime, until the last second of the day. */
  async daytime(day: DayNumber): Promise<void> {
    const { zone } = this.#academy;
    const at = (hours: number) => instantAt(day, clock(hours, 0), zone);
    const often = async (share: number, event: (at: number) => Promise<void>) => {
      if (this.#dice() < share) await event(at(12));
    };
    await often(0.6, () => this.#move());
    await often(0.3, () => this.#leave());
    await often(0.35, () => this.#return(day));
    await often(0.5, () => this.#join(day));
    await often(0.9, (instant) => this.#changeGroup(instant));
    await often(0.5, (instant) => this.#enrolOneself(instant));
    await often(0.25, (instant) => this.#fail(instant, day));
    await often(0.25, (instant) => this.#cancel(instant, day));
    await often(0.2, (instant) => this.#withdraw(instant));
    await often(0.2, () => this.#except());
    await often(0.3, () => this.#giveNotice(day));
    await often(0.4, (instant) => this.#enrolOnElement(instant));
    for (const hours of [9, 10, 11]) await this.#signIn(at(hours));
    for (const hours of [14, 16]) await this.#finishElement(at(hours));
    await often(0.04, () => this.#changeRule());
    await often(0.05, () => this.#changeEquivalence());
    await often(0.04, (instant) => this.#cancelCourse(instant));
    await often(0.03, () => this.#switchGroup());
    await often(0.3, () => this.#certify(day));
    await often(0.08, () => this.#restructure());
    for (const hours of [13, 20]) await this.#finish(at(hours));
    if (this.#dice() < 0.3) await this.#finish(instantAt(day, clock(23, 59, 59), zone));
  }

  #pick(chosen: (person: ReturnType<typeof must<number, ReturnType<Academy["people"]["get"]> & object>>) => boolean) {
    const people = [...this.#academy.people.values()].filter(chosen);
    return people.length > 0 ? oneOf(this.#dice, people) : null;
  }

  async #move(): Promise<void> {
    const person = this.#pick(({ status }) => status === "active");
    if (!person) return;
    person.dept = movedTo(this.#dice);
    await this.#hands.set("persons", person.id, { attributes: attributesOf(person) });
  }

  async #leave(): Promise<void> {
    const person = this.#pick(({ status }) => status === "active");
    if (!person) return;
    Object.assign(person, { status: "passive", passiveReason: "admin" });
    await this.#hands.set("persons", person.id, { auth_status: "passive", passive_reason: "admin" });
  }

  async #return(day: DayNumber): Promise<void> {
    const person = this.#pick(({ status }) => status === "passive");
    if (!person) return;
    Object.assign(person, { status: "active", passiveReason: null, activatedOn: day, terminationOn: null });
    const columns = { auth_status: "active", passive_reason: null, activated_on: textOf(day), termination_on: null };
    await this.#hands.set("persons", person.id, columns);
  }

  async #join(day: DayNumber): Promise<void> {
    this.#newcomers += 1;
    const { clientId, people } = this.#academy;
    const person = newPerson(this.#dice, ids(clientId).person(1000 + this.#newcomers), day);
    people.set(person.id, person);
    await this.#hands.insert("persons", personRow(clientId, person));
  }

  async #changeGroup(at: number): Promise<void> {
    const listed = [...this.#academy.groups.values()].filter(({ kind }) => kind !== "target_group");
    const group = oneOf(this.#dice, listed);
    const person = this.#pick(({ id }) => id % 5 !== 0);
    if (!person) return;
    const own = { group_id: group.id, person_id: person.id };
    if (group.members.delete(person.id)) return this.#hands.remove("group_members", own);
    group.members.set(person.id, at);
    await this.#hands.insert("group_members", { ...own, joined_at: at });
  }

  /** On a course that is still to start, whose waiting list takes whom there is no seat for. */
  async #enrolOneself(at: number): Promise<void> {
    const courses = [...this.#academy.components.values()].filter(
      ({ templateId, startAt, planning }) =>
        templateId !== null && startAt !== null && startAt > at && (planning === "released" || planning === "fixed"),
    );
    const course = courses[0];
    const person = this.#pick(
      ({ id, status }) =>
        id % 5 === 0 &&
        status === "active" &&
        course !== undefined &&
        cyclesOf(this.#academy, course.id, id).length === 0,
    );
    if (!course || !person) return;
    const status = hasSeat(this.#academy, course, person.id) ? "booked" : "waiting_list";
    register(this.#academy, { componentId: course.id, personId: person.id, status, source: "self" }, at);
    const row = {
      component_id: course.id,
      person_id: person.id,
      status,
      source: "self",
      booked_at: status === "booked" ? at : null,
    };
    await this.#hands.register(row);
  }

  #some(chosen: (registration: Registration) => boolean): Registration | null {
    const found = this.#academy.registrations.filter(chosen);
    return found.length > 0 ? oneOf(this.#dice, found) : null;
  }

  async #finish(at: number): Promise<void> {
    const { components } = this.#academy;
    const one = this.#some(
      (registration) =>
        isOpen(registration) &&
        registration.status !== "waiting_list" &&
        must(components, registration.componentId).kind === "course",
    );
    if (!one) return;
    succeed(this.#academy, one, at);
    await this.#hands.finish(one, at);
  }

  /** A person will leave on a day to come, or has left. */
  async #giveNotice(day: DayNumber): Promise<void> {
    const person = this.#pick(({ status, terminationOn }) => status === "active" && terminationOn === null);
    if (!person) return;
    person.terminationOn = day - 1 + Math.floor(this.#dice() * 30);
    await this.#hands.set("persons", person.id, { termination_on: textOf(person.terminationOn) });
  }

  async #signIn(at: number): Promise<void> {
    const person = this.#pick(({ status }) => status === "active");
    if (!person) return;
    person.lastLoginAt = at;
    await this.#hands.set("persons", person.id, { last_login_at: at });
  }

  /** A person on a path books an element of it that no job books by night. */
  async #enrolOnElement(at: number): Promise<void> {
    const periods = this.#academy.periods.filter(({ section, state, registration }) => {
      const { status } = must(this.#academy.people, registration.personId);
      return !section.autoRegister && (state === "open" || state === "due") && status === "active";
    });
    if (periods.length === 0) return;
    const { section, registration } = oneOf(this.#dice, periods);
    const { componentId } = oneOf(this.#dice, section.elements);
    const { personId } = registration;
    const cycles = cyclesOf(this.#academy, componentId, personId);
    if (cycles.some(isOpen)) return;
    register(this.#academy, { componentId, personId, status: "booked", source: "self" }, at);
    const row = { component_id: componentId, person_id: personId, cycle_no: cycles.length + 1, status: "booked" };
    await this.#hands.register({ ...row, source: "self", booked_at: at });
  }

  /** Work on what falls due again and again. */
  async #finishElement(at: number): Promise<void> {
    const elements = new Set(
      this.#academy.sections.flatMap((one) => one.elements.map(({ componentId }) => componentId)),
    );
    const one = this.#some((registration) => isOpen(registration) && elements.has(registration.componentId));
    if (!one) return;
    succeed(this.#academy, one, at);
    await this.#hands.finish(one, at);
  }

  async #fail(at: number, day: DayNumber): Promise<void> {
    const one = this.#some((registration) => registration.status === "booked" && registration.parent === null);
    if (!one) return;
    closeAs(this.#academy, one, "failed", day);
    await this.#hands.fail(one, at);
  }

  async #cancel(at: number, day: DayNumber): Promise<void> {
    const one = this.#some(({ status }) => status === "booked");
    if (!one) return;
    closeAs(this.#academy, one, "cancelled", day, "by_hand");
    await this.#hands.cancel(one, at);
  }

  async #withdraw(at: number): Promise<void> {
    const { components } = this.#academy;
    const isLatest = ({ componentId, personId, cycle }: Registration) =>
      cyclesOf(this.#academy, componentId, personId).length === cycle;
    const one = this.#some(
      (registration) =>
        isSuccessful(registration) &&
        registration.parent === null &&
        isLatest(registration) &&
        must(components, registration.componentId).kind !== "template",
    );
    if (!one) return;
    leaveSuccess(this.#academy, one, "in_progress");
    await this.#hands.withdraw(one, at);
  }

  async #except(): Promise<void> {
    const { clientId, exceptions } = this.#academy;
    const { hygiene, lifting } = ids(clientId);
    const component_id = oneOf(this.#dice, [hygiene, lifting]);
    const person = this.#pick(({ id }) => id % 5 !== 0);
    if (!person) return;
    const key = `${component_id}|${person.id}`;
    const own = { component_id, person_id: person.id };
    if (exceptions.delete(key)) return this.#hands.remove("enrolment_exceptions", own);
    const mode = oneOf(this.#dice, ["include", "exclude"] as const);
    exceptions.set(key, mode);
    await this.#hands.insert("enrolment_exceptions", { ...own, mode });
  }

  async #changeRule(): Promise<void> {
    const rule = oneOf(this.#dice, this.#academy.rules);
    if (this.#dice() < 0.5) {
      rule.active = !rule.active;
      return this.#hands.set("enrolment_rules", rule.id, { active: rule.active ? 1 : 0 });
    }
    rule.daysToFinish = 5 + Math.floor(this.#dice() * 30);
    await this.#hands.set("enrolment_rules", rule.id, { days_to_finish: rule.daysToFinish });
  }

  /** A course that is still to start is called off. */
  async #cancelCourse(at: number): Promise<void> {
    const courses = [...this.#academy.components.values()].filter(
      ({ startAt, planning }) => startAt !== null && startAt > at && (planning === "released" || planning === "fixed"),
    );
    const course = courses[1];
    if (!course) return;
    course.planning = "cancelled";
    await this.#hands.set("components", course.id, { planning_status: "cancelled" });
  }

  /** A rule of equivalence is saved again, perhaps switched off or on. */
  async #changeEquivalence(): Promise<void> {
    const rule = oneOf(this.#dice, this.#academy.equivalences);
    rule.version += 1;
    rule.active = this.#dice() < 0.7;
    await this.#hands.set("equivalence_rules", rule.id, { version: rule.version, active: rule.active ? 1 : 0 });
  }

  async #switchGroup(): Promise<void> {
    const { clientId, groups } = this.#academy;
    const { skilled, office } = ids(clientId);
    const group = must(groups, oneOf(this.#dice, [skilled, office]));
    group.active = !group.active;
    await this.#hands.set("groups", group.id, { active: group.active ? 1 : 0 });
  }

  /** A person has to earn a certification from today on. */
  async #certify(day: DayNumber): Promise<void> {
    const { certifications, certificationPeriods } = this.#academy;
    const open = [...certifications.values()].filter(({ common, active }) => active && common === null);
    const certification = oneOf(this.#dice, open);
    const person = this.#pick(
      ({ id }) => !certificationPeriods.get(id)?.some((one) => one.certification === certification),
    );
    if (!person) return;
    const period = firstPeriod(certification, person.id, day);
    addCertificationPeriod(this.#academy, period);
    await this.#hands.insert("person_certifications", certificationPeriodRow(period));
    await this.#hands.changed("person", person.id);
  }

  /** An element of a path with levels becomes mandatory, or optional: the path has another structure. */
  async #restructure(): Promise<void> {
    const { items, levelPaths } = this.#academy;
    const path = oneOf(this.#dice, levelPaths);
    const item = oneOf(this.#dice, must(items, path.pathId));
    item.mandatory = !item.mandatory;
    path.version += 1;
    await this.#hands.set("syllabus_items", item.itemId, { mandatory: item.mandatory ? 1 : 0 });
    await this.#hands.set("components", path.pathId, { structure_version: path.version });
    await this.#hands.changed("component", path.pathId);
  }
}
