import { addDays, type Day } from "../../../time/day.ts";
import { componentId } from "./components.ts";
import { groupId } from "./groups.ts";
import { personId } from "./people.ts";
import { instantOf, type NightScene } from "./scene.ts";

/** An enrolment rule of the demo. */
export interface NightEnrolmentRule {
  readonly id: number;
  readonly key: string;
  readonly componentId: number;
  readonly groupId: number;
  readonly enrolmentStatus: "personal_syllabus" | "booked";
  readonly activeFromOn: Day | null;
  readonly daysToFinish: number;
  readonly includeNewMembers: boolean;
  readonly firstRunAt: number | null;
  readonly autoCancel: boolean;
  readonly autoCourseEnrolment: boolean;
  readonly dueMode: "none" | "fixed" | "yearly";
  readonly dueOn: Day | null;
  readonly dueMmdd: string | null;
  readonly recertify: boolean;
  readonly recertIntervalMonths: number | null;
  readonly changeAfterDays: number | null;
  readonly changeTo: "failed" | "cancelled" | null;
  readonly active: boolean;
}

/** A person whom a component's rules always or never enrol. */
export interface NightException {
  readonly componentId: number;
  readonly personId: number;
  readonly mode: "include" | "exclude";
}

/** Setting `enrolment.daysToFinish` of both clients, which rules that name no days of their own were saved with. */
export const DAYS_TO_FINISH = 14;

type Details = Partial<Omit<NightEnrolmentRule, "id" | "key" | "componentId" | "groupId" | "enrolmentStatus">>;
type Row = readonly [
  key: string,
  group: string,
  component: string,
  status: NightEnrolmentRule["enrolmentStatus"],
  details?: (scene: NightScene) => Details,
];

const rows: readonly Row[] = [
  ["sales", "sales", "basics", "booked", () => ({ daysToFinish: 30 })],
  ["field", "field", "template-1", "personal_syllabus", () => ({ daysToFinish: 60, autoCourseEnrolment: true })],
  ["list", "csv-3", "path-1", "personal_syllabus", () => ({ daysToFinish: 10, dueMode: "yearly", dueMmdd: "03-31" })],
  ["unit", "org-3", "path-2", "personal_syllabus", ({ day }) => ({ dueMode: "fixed", dueOn: addDays(day, 90) })],
  [
    "recertified",
    "seniors",
    "recertified",
    "personal_syllabus",
    () => ({ daysToFinish: 14, recertify: true, recertIntervalMonths: 12 }),
  ],
  ["leavers", "csv-4", "left", "booked", () => ({ daysToFinish: 0, autoCancel: true })],
  [
    "overdue",
    "csv-5",
    "overdue",
    "personal_syllabus",
    () => ({ daysToFinish: 7, changeAfterDays: 30, changeTo: "failed" }),
  ],
  ["waiting", "sales-seniors", "limited-with-waiting", "booked", () => ({ daysToFinish: 0 })],
  ["full", "csv-6", "limited", "booked", () => ({ daysToFinish: 0 })],
  ["over", "newcomers", "over-1", "booked"],
  ["gated", "listed", "gated", "booked", () => ({ daysToFinish: 20 })],
  ["advised", "works-council", "advised", "booked", () => ({ daysToFinish: 20 })],
  [
    "old-members",
    "org-4",
    "path-3",
    "personal_syllabus",
    (scene) => ({ includeNewMembers: false, firstRunAt: instantOf(scene, -30, 3) }),
  ],
  ["switched-off", "sales", "path-5", "booked", () => ({ active: false })],
  ["from-tomorrow", "sales", "path-6", "booked", ({ day }) => ({ activeFromOn: addDays(day, 1) })],
];

/** The id of a client's rule. */
export function enrolmentRuleId(clientId: number, key: string): number {
  const number = rows.findIndex(([one]) => one === key) + 1;
  if (number === 0) throw new RangeError(`The demo has no enrolment rule ${key}`);
  return clientId * 100 + number;
}

/** 15 rules: each step of the automatic registration has one that needs it. */
export function makeEnrolmentRules(scene: NightScene): NightEnrolmentRule[] {
  const { client } = scene;
  return rows.map(([key, group, component, enrolmentStatus, details]) => ({
    id: enrolmentRuleId(client.id, key),
    key,
    componentId: componentId(client.id, component),
    groupId: groupId(client.id, group),
    enrolmentStatus,
    activeFromOn: null,
    daysToFinish: DAYS_TO_FINISH,
    includeNewMembers: true,
    firstRunAt: null,
    autoCancel: false,
    autoCourseEnrolment: false,
    dueMode: "none",
    dueOn: null,
    dueMmdd: null,
    recertify: false,
    recertIntervalMonths: null,
    changeAfterDays: null,
    changeTo: null,
    active: true,
    ...details?.(scene),
  }));
}

/** People whom the basics of selling always or never take; one of those always taken is passive, which counts more. */
export function makeExceptions({ client }: NightScene): NightException[] {
  const basics = componentId(client.id, "basics");
  const list = (numbers: readonly number[], mode: NightException["mode"]) =>
    numbers.map((number): NightException => ({ componentId: basics, personId: personId(client.id, number), mode }));
  return [...list([2, 3, 58], "include"), ...list([60, 61, 62, 63, 64, 65], "exclude")];
}
