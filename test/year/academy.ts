import type { DayNumber, Zone } from "./calendar.ts";

/** A person as the reckoner knows them. */
export interface Person {
  readonly id: number;
  dept: string | null;
  site: string;
  status: "active" | "passive";
  passiveReason: string | null;
  readonly enrolledOn: DayNumber;
  activatedOn: DayNumber | null;
  terminationOn: DayNumber | null;
  /** ms */
  lastLoginAt: number | null;
}

/** A condition on a person, as the rule language writes it; the reckoner reads the few forms that its academies use. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly attr: "dept" | "site"; readonly op: "eq" | "in"; readonly value: string | readonly string[] }
  | { readonly group: number }
  | { readonly component: number; readonly status: readonly string[] };

export interface Group {
  readonly id: number;
  readonly kind: "group" | "target_group" | "job_profile";
  readonly rule: Condition | null;
  active: boolean;
  /** By person: since when (ms). */
  readonly members: Map<number, number>;
}

/** What completing a component gives. */
export interface Grant {
  readonly skillId: number;
  readonly level: number;
  readonly validMonths: number | null;
}

export interface Component {
  readonly id: number;
  readonly kind: "template" | "course" | "learning_path";
  readonly templateId: number | null;
  planning: "planned" | "released" | "fixed" | "completed" | "cancelled";
  readonly dateDependent: boolean;
  /** ms */
  readonly startAt: number | null;
  readonly endAt: number | null;
  /** Its own; null: the client's. */
  readonly zone: Zone | null;
  readonly seats: number | null;
  readonly waitingList: boolean;
  /** Values of meta tags by their number. */
  readonly meta: ReadonlyMap<number, string>;
  readonly grants: readonly Grant[];
  readonly prerequisites: Condition | null;
  /** The course that refreshes it, a number of months behind; a person is enrolled `leadDays` before. */
  readonly refresher: { readonly componentId: number; readonly months: number; readonly leadDays: number } | null;
}

export interface EnrolmentRule {
  readonly id: number;
  readonly componentId: number;
  readonly groupId: number;
  readonly status: "personal_syllabus" | "booked";
  readonly activeFrom: DayNumber | null;
  daysToFinish: number;
  readonly newMembers: boolean;
  /** ms; null: it has not run yet. */
  firstRunAt: number | null;
  readonly autoCancel: boolean;
  readonly autoCourse: boolean;
  readonly due: { readonly fixed: DayNumber } | { readonly yearly: string } | null;
  /** When a next cycle is due: on a day of the year, or months after the last. */
  readonly recertify: { readonly yearly: string } | { readonly months: number } | null;
  readonly reenrolClosed: boolean;
  readonly change: { readonly afterDays: number; readonly to: "failed" | "cancelled" } | null;
  active: boolean;
}

export type Status =
  | "waiting_list"
  | "personal_syllabus"
  | "booked"
  | "in_progress"
  | "failed"
  | "completed"
  | "passed"
  | "cancelled";

export interface Registration {
  /** In the order of their making. */
  readonly no: number;
  readonly componentId: number;
  readonly personId: number;
  readonly cycle: number;
  status: Status;
  readonly source: string;
  /** The enrolment rule that made it. */
  readonly ruleId: number | null;
  readonly parent: Registration | null;
  dueOn: DayNumber | null;
  nextDueOn: DayNumber | null;
  reason: string | null;
  prerequisites: "none" | "not_met" | "met" | "overdue";
  /** Since when it has been booked, ms. */
  bookedAt: number | null;
  /** ms */
  completedAt: number | null;
  /** Per cent; null: it was never computed. */
  pct: number | null;
  /** On a path with levels. */
  level: number | null;
  /** The structure that the level is of; 0: none. */
  levelVersion: number;
  /** Items that their own rule locks. */
  readonly locked: Set<number>;
}

/** What a learning path consists of: a component, perhaps on a level, perhaps locked until a condition holds. */
export interface PathItem {
  readonly itemId: number;
  readonly componentId: number;
  mandatory: boolean;
  readonly level: number | null;
  readonly unlock: Condition | null;
}

export interface LevelPath {
  readonly pathId: number;
  readonly levels: number;
  /** Of its structure. */
  version: number;
}

/** Something that a person has to earn again and again. */
export interface Certification {
  readonly id: number;
  readonly format: "points" | "hours";
  readonly required: number;
  readonly months: number;
  /** The day of the month from which everybody's periods are counted; null: each person's from the own start. */
  readonly common: number | null;
  readonly carryOver: boolean;
  readonly active: boolean;
  /** What a success on a component counts. */
  readonly links: ReadonlyMap<number, number>;
}

/** One round of a certification for a person. */
export interface CertificationPeriod {
  readonly certification: Certification;
  readonly personId: number;
  /** From 1. */
  readonly no: number;
  /** Start of the first. */
  readonly firstOn: DayNumber;
  readonly startOn: DayNumber;
  readonly endOn: DayNumber;
  /** What the one before had more than it needed. */
  readonly carried: number;
  readonly credits: Map<Registration, { readonly amount: number; readonly on: DayNumber }>;
  status: "in_progress" | "fulfilled" | "not_fulfilled";
  current: boolean;
}

/** An element of a section: a component of a learning path. */
export interface Element {
  readonly itemId: number;
  readonly componentId: number;
  readonly mandatory: boolean;
}

/** A part of a learning path that has to be done again and again. Days and months are counted. */
export interface Section {
  readonly id: number;
  readonly pathId: number;
  readonly folderId: number;
  readonly elements: readonly Element[];
  readonly start: { readonly fixed: DayNumber } | { readonly afterBooking: number };
  readonly dueDays: number;
  readonly endDays: number;
  readonly months: number;
  readonly nextFrom: "schedule" | "achieved" | "expiry";
  readonly late: "allowed" | "locked";
  readonly autoRegister: boolean;
  readonly earlyDays: number;
}

/** One round of a section for a registration on its path. */
export interface Period {
  readonly section: Section;
  readonly registration: Registration;
  readonly cycle: number;
  readonly startOn: DayNumber;
  readonly dueOn: DayNumber;
  readonly endOn: DayNumber;
  state: "pending" | "open" | "due" | "ended" | "achieved";
  achievedOn: DayNumber | null;
  /** Items that it has locked. */
  readonly locked: Set<number>;
}

export interface Achievement {
  readonly personId: number;
  readonly skillId: number;
  readonly level: number;
  readonly achievedOn: DayNumber;
  readonly expiresOn: DayNumber | null;
  readonly by: Registration;
  state: "active" | "expired";
}

/** What a person holds of a skill. */
export interface HeldSkill {
  level: number;
  validUntil: DayNumber | null;
  state: "held" | "expired" | "terminated";
}

/** Success on all of one of the sets counts as success on the target, and with `bothWays` the other way round. */
export interface Equivalence {
  readonly id: number;
  readonly sets: readonly (readonly number[])[];
  readonly target: number;
  readonly bothWays: boolean;
  active: boolean;
  version: number;
  computed: number;
}

/** One client's part of the suite, and everything in it that the nights and the days change. */
export interface Academy {
  readonly clientId: number;
  readonly zone: Zone;
  readonly people: Map<number, Person>;
  readonly groups: Map<number, Group>;
  readonly components: Map<number, Component>;
  readonly rules: EnrolmentRule[];
  /** Included or excluded people, by `component|person`. */
  readonly exceptions: Map<string, "include" | "exclude">;
  readonly registrations: Registration[];
  /** The same by component, and by `component|person`. */
  readonly byComponent: Map<number, readonly Registration[]>;
  readonly byPlace: Map<string, readonly Registration[]>;
  readonly equivalences: readonly Equivalence[];
  /** Since when (ms) a component counts as done, by `rule|person|component`. */
  readonly coverage: Map<string, number>;
  readonly sections: readonly Section[];
  readonly periods: Period[];
  /** What completes a learning path, by its id: success on all of these components. */
  readonly pathRules: ReadonlyMap<number, readonly number[]>;
  /** Learning paths that are completed by their progress. */
  readonly pathsByProgress: readonly number[];
  /** What learning paths consist of. */
  readonly items: ReadonlyMap<number, readonly PathItem[]>;
  readonly levelPaths: readonly LevelPath[];
  readonly certifications: ReadonlyMap<number, Certification>;
  /** By person, in the order of their making. */
  readonly certificationPeriods: Map<number, CertificationPeriod[]>;
  /** What people were told, each once. */
  readonly messages: Set<string>;
  /** Registrations that were completed by night, by `component|person|cycle`: each once. */
  readonly completedByNight: Set<string>;
  /** Days without a sign-in behind which a person becomes passive; null: never. */
  readonly idleDays: number | null;
  /** Skills that expire by themselves. */
  readonly expiringSkills: ReadonlySet<number>;
  readonly achievements: Achievement[];
  /** By `person|skill`. */
  readonly skills: Map<string, HeldSkill>;
}

/** A night, or another moment at which something happens: the local day it is for, and the instant (ms). */
export interface Moment {
  readonly today: DayNumber;
  readonly now: number;
}

export const OPEN: readonly Status[] = ["waiting_list", "personal_syllabus", "booked", "in_progress"];
const SUCCESSFUL: readonly Status[] = ["completed", "passed"];
/** Those that take a seat of a course. */
const SEATED: readonly Status[] = ["personal_syllabus", "booked", "in_progress", "failed", "completed", "passed"];

export const isOpen = ({ status }: Registration): boolean => OPEN.includes(status);
export const isSuccessful = ({ status }: Registration): boolean => SUCCESSFUL.includes(status);

/** Of a map that holds it. @throws Error where it does not */
export function must<K, T>(map: ReadonlyMap<K, T>, key: K): T {
  const found = map.get(key);
  if (found === undefined) throw new Error(`The academy has no ${String(key)}`);
  return found;
}

const NONE: readonly Registration[] = [];

/** A component's registrations, in the order of their making. */
export const registrationsOn = ({ byComponent }: Academy, componentId: number): readonly Registration[] =>
  byComponent.get(componentId) ?? NONE;

/** A person's registrations on a component, by cycle. */
export const cyclesOf = ({ byPlace }: Academy, componentId: number, personId: number): readonly Registration[] =>
  byPlace.get(`${componentId}|${personId}`) ?? NONE;

/** Takes a new registration in. */
export function addRegistration(academy: Academy, registration: Registration): void {
  const { componentId, personId } = registration;
  academy.registrations.push(registration);
  academy.byComponent.set(componentId, [...registrationsOn(academy, componentId), registration]);
  academy.byPlace.set(`${componentId}|${personId}`, [...cyclesOf(academy, componentId, personId), registration]);
}

/** All periods of certifications. */
export const allCertificationPeriods = ({ certificationPeriods }: Academy): CertificationPeriod[] =>
  [...certificationPeriods.values()].flat();

/** Takes a new period in. */
export function addCertificationPeriod({ certificationPeriods }: Academy, period: CertificationPeriod): void {
  const own = certificationPeriods.get(period.personId);
  if (own) own.push(period);
  else certificationPeriods.set(period.personId, [period]);
}

/** True if a seat of a component is left for a person: others have fewer than there are. No person sits in a template. */
export function hasSeat(academy: Academy, component: Component, personId: number): boolean {
  if (component.seats === null || component.kind === "template") return true;
  const seated = registrationsOn(academy, component.id).filter(
    (one) => one.personId !== personId && SEATED.includes(one.status),
  );
  return new Set(seated.map((one) => one.personId)).size < component.seats;
}
