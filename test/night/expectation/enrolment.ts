import type { NightEnrolmentRule } from "../../../src/demo/night/world/enrolment-rules.ts";
import { hasPassedFirstAid } from "./groups.ts";
import { isGermanLocale, type Mail, mailTo } from "./mail.ts";
import { componentOf, type Person, plusDays, type Registration, type State } from "./state.ts";

const OPEN = ["requested", "waiting_list", "personal_syllabus", "booked", "in_progress"];
/** Reasons of a cancellation that says nothing about who comes back. */
const LEFT = ["left_group", "inactive_user"];
const SEATED = ["personal_syllabus", "booked", "in_progress", "failed", "completed", "passed"];
/** The usual buffer. */
const BUFFER_DAYS = 7;

/** 00:20: on the components that want it, who still waits for a course that has begun waits no longer, and hears of it. */
export function clearWaitingLists(state: State): { mails: Mail[]; internal: string[] } {
  const now = state.world.midnight + 20 * 60_000;
  const mails: Mail[] = [];
  const internal: string[] = [];
  for (const registration of state.registrations) {
    const { title, startAt, meta } = componentOf(state, registration.component);
    if (registration.status !== "waiting_list" || meta[11816] !== "1" || startAt === null || startAt > now) continue;
    Object.assign(registration, { status: "cancelled", cancelReason: "waiting_list_start" });
    const { status, email, locale, username } = registration.person;
    if (status !== "active") continue;
    const german = isGermanLocale(locale ?? state.world.client.locale);
    const subject = `${german ? "Kein Platz" : "No place"}: ${title}`;
    if (email === null) internal.push(`${username}: ${subject}`);
    else mails.push(mailTo(state, email, subject));
  }
  return { mails, internal };
}

/** 00:25: courses whose end is past. */
export function completeCourses(state: State): void {
  const now = state.world.midnight + 25 * 60_000;
  for (const { key, dateDependent, endAt } of state.world.components) {
    const running = ["released", "fixed"].includes(state.planning.get(key) ?? "");
    if (dateDependent && running && endAt !== null && endAt <= now) state.planning.set(key, "completed");
  }
}

/** 01:58: on the components that want it, who is not active loses a registration, and who waits gets the place. */
export function cancelInactive(state: State): void {
  for (const { key, meta } of state.world.components) {
    if (meta[11813] !== "1") continue;
    const own = state.registrations.filter(({ component }) => component === key);
    for (const registration of own) {
      if (!["passive", "inactive"].includes(registration.person.status) || !OPEN.includes(registration.status))
        continue;
      const freed = SEATED.includes(registration.status);
      registration.status = "cancelled";
      registration.cancelReason = "inactive_user";
      if (!freed || !["released", "fixed"].includes(state.planning.get(key) ?? "")) continue;
      const next = own.find(
        ({ status, person }) =>
          status === "waiting_list" && person.status === "active" && seatIsFree(state, key, person),
      );
      if (next) Object.assign(next, { status: "booked", bookedOn: state.today });
    }
  }
}

function seatIsFree(state: State, key: string, person: Person): boolean {
  const { maxParticipants, kind } = componentOf(state, key);
  if (maxParticipants === null || kind === "template") return true;
  const others = state.registrations.filter(
    (one) => one.component === key && one.person !== person && SEATED.includes(one.status),
  );
  return new Set(others.map((one) => one.person)).size < maxParticipants;
}

/** 02:30: every rule in order. Returns how many people found no place. */
export function enrolPeople(state: State): void {
  const keys = new Map(state.world.components.map(({ id, key }) => [id, key]));
  for (const rule of state.world.enrolmentRules) {
    const component = keys.get(rule.componentId) ?? "";
    if (!rule.active || (rule.activeFromOn !== null && rule.activeFromOn > state.today)) continue;
    if (["completed", "cancelled"].includes(state.planning.get(component) ?? "")) continue;
    const people = candidates(state, rule, component);
    enrolCandidates(state, rule, component, people);
    if (rule.autoCourseEnrolment) bookCourses(state, rule, component, people);
    if (rule.recertify) recertify(state, rule, component, people);
    const ofRule = state.registrations.filter((one) => one.rule === rule.key && OPEN.includes(one.status));
    for (const one of ofRule) {
      const { changeAfterDays, changeTo } = rule;
      if (changeAfterDays !== null && one.dueOn !== null && plusDays(one.dueOn, changeAfterDays) < state.today) {
        one.status = changeTo ?? "";
      } else if (rule.autoCancel && !people.includes(one.person)) {
        Object.assign(one, { status: "cancelled", cancelReason: "left_group" });
      }
    }
  }
}

function candidates(state: State, rule: NightEnrolmentRule, component: string): Person[] {
  const { groups, exceptions, people } = state.world;
  const group = groups.find(({ id }) => id === rule.groupId)?.key;
  const usernames = new Map(people.map(({ id, username }) => [id, username]));
  const named = (mode: string) =>
    exceptions
      .filter((one) => one.componentId === componentOf(state, component).id && one.mode === mode)
      .map(({ personId }) => usernames.get(personId));
  const until = rule.includeNewMembers ? Number.POSITIVE_INFINITY : (rule.firstRunAt ?? Number.POSITIVE_INFINITY);
  return state.people.filter(
    (person) =>
      person.status === "active" &&
      !named("exclude").includes(person.username) &&
      (named("include").includes(person.username) ||
        state.memberships.some((one) => one.group === group && one.person === person && one.joinedAt <= until)),
  );
}

function ownOf(state: State, component: string, person: Person): Registration[] {
  return state.registrations.filter((one) => one.component === component && one.person === person);
}

function register(
  state: State,
  component: string,
  person: Person,
  details: Pick<Registration, "status" | "source" | "rule" | "dueOn"> & Partial<Registration>,
): void {
  state.registrations.push({
    order: 100_000 + state.registrations.length,
    component,
    person,
    cycle: 1 + Math.max(0, ...ownOf(state, component, person).map(({ cycle }) => cycle)),
    bookedOn: details.status === "booked" ? state.today : null,
    completedOn: null,
    cancelReason: null,
    nextDueOn: null,
    prerequisites: "none",
    parent: null,
    suppressed: false,
    ...details,
  });
}

function dueOn(state: State, rule: NightEnrolmentRule): string | null {
  const { today } = state;
  const days = rule.daysToFinish;
  const finish = plusDays(today, days);
  let set: string | null = null;
  if (rule.dueMode === "fixed") set = rule.dueOn;
  if (rule.dueMode === "yearly") {
    const year = Number(today.slice(0, 4));
    set = `${year}-${rule.dueMmdd}` > today ? `${year}-${rule.dueMmdd}` : `${year + 1}-${rule.dueMmdd}`;
  }
  if (set === null) return days > 0 ? finish : null;
  return set > finish ? set : finish;
}

function enrolCandidates(state: State, rule: NightEnrolmentRule, component: string, people: Person[]): void {
  const { prerequisites, meta, waitingList } = componentOf(state, component);
  for (const person of people) {
    const known = ownOf(state, component, person).filter(
      ({ status, cancelReason }) => !(status === "cancelled" && LEFT.includes(cancelReason ?? "")),
    );
    if (known.length > 0) continue;
    const met = hasPassedFirstAid(state, person);
    if (prerequisites !== null && !met && meta[11838] === "1") continue;
    const standing = prerequisites === null ? "none" : met ? "met" : "not_met";
    const free = seatIsFree(state, component, person);
    if (!free && !waitingList) continue;
    register(state, component, person, {
      status: free ? rule.enrolmentStatus : "waiting_list",
      source: "auto_rule",
      rule: rule.key,
      dueOn: dueOn(state, rule),
      prerequisites: standing,
    });
  }
}

/** Template 1 has two courses: the first has 12 places, the second as many as it takes. */
function bookCourses(state: State, rule: NightEnrolmentRule, template: string, people: Person[]): void {
  const id = componentOf(state, template).id;
  const courses = state.world.components
    .filter(({ templateId }) => templateId === id)
    .toSorted((a, b) => (a.startAt ?? 0) - (b.startAt ?? 0));
  const waiting = state.registrations.filter(
    (one) => one.component === template && one.status === "personal_syllabus" && people.includes(one.person),
  );
  for (const parent of waiting) {
    const course = courses.find(({ key }) => seatIsFree(state, key, parent.person));
    if (!course) continue;
    register(state, course.key, parent.person, {
      status: "booked",
      source: "auto_rule",
      rule: rule.key,
      dueOn: parent.dueOn,
      parent,
    });
  }
}

function recertify(state: State, rule: NightEnrolmentRule, component: string, people: Person[]): void {
  const horizon = plusDays(state.today, rule.daysToFinish + BUFFER_DAYS);
  for (const person of people) {
    const own = ownOf(state, component, person);
    const last = own.at(-1);
    if (last?.status !== "passed" || last.nextDueOn === null || last.nextDueOn > horizon) continue;
    register(state, component, person, {
      status: "personal_syllabus",
      source: "recert",
      rule: rule.key,
      dueOn: last.nextDueOn,
    });
  }
}

/** Open registrations learn how their people stand to the component's prerequisites; who met them once is not asked again. */
export function checkPrerequisites(state: State): void {
  for (const one of state.registrations) {
    if (!OPEN.includes(one.status) || one.prerequisites === "met") continue;
    if (componentOf(state, one.component).prerequisites === null) one.prerequisites = "none";
    else one.prerequisites = hasPassedFirstAid(state, one.person) ? "met" : "not_met";
  }
}
