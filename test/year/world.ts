import type { Academy, Component, Condition, EnrolmentRule, Group, PathItem, Person, Section } from "./academy.ts";
import { clock, DAY_MS, type DayNumber, instantAt, textOf, tokyo, type Zone } from "./calendar.ts";
import { type Dice, ids, oneOf } from "./ids.ts";
import { certificationsOf, certifiedAtFirst } from "./world-certifications.ts";

/** People of an academy at first. */
const PEOPLE = 150;

const DEPARTMENTS = ["care", "lab", "desk"] as const;
const SITES = ["east", "west"] as const;

/** A person who is new on a day. */
export function newPerson(dice: Dice, id: number, today: DayNumber): Person {
  return {
    id,
    dept: dice() < 0.05 ? null : oneOf(dice, DEPARTMENTS),
    site: oneOf(dice, SITES),
    status: "active",
    passiveReason: null,
    enrolledOn: today,
    activatedOn: null,
    terminationOn: null,
    lastLoginAt: null,
  };
}

/** Another department than before. */
export const movedTo = (dice: Dice): string => oneOf(dice, DEPARTMENTS);

/** Makes an academy for the days from `first` on. @param days how many */
export function makeAcademy(dice: Dice, clientId: number, zone: Zone, first: DayNumber, days: number): Academy {
  const id = ids(clientId);
  const people = new Map<number, Person>();
  for (let no = 1; no <= PEOPLE; no += 1)
    people.set(id.person(no), newPerson(dice, id.person(no), first - 1 - Math.floor(dice() * 400)));
  const before = instantAt(first - 1, clock(12, 0), zone);
  for (const person of people.values()) person.lastLoginAt = before - Math.floor(dice() * 80) * DAY_MS;
  const some = (share: number) =>
    new Map([...people.keys()].filter((person) => person % 5 !== 0 && dice() < share).map((one) => [one, before]));
  const sections = sectionsOf(clientId, first);
  const certifications = certificationsOf(clientId);
  return {
    clientId,
    zone,
    people,
    groups: new Map(groupsOf(clientId, some).map((one) => [one.id, one])),
    components: new Map(componentsOf(dice, clientId, zone, first, days).map((one) => [one.id, one])),
    rules: rulesOf(clientId, first),
    exceptions: new Map(),
    registrations: [],
    byComponent: new Map(),
    byPlace: new Map(),
    equivalences: [
      { id: id.rule(1), sets: [[id.privacy]], target: id.lifting, bothWays: false },
      { id: id.rule(2), sets: [[id.driving, id.privacy]], target: id.extra, bothWays: true },
    ].map((one) => ({ ...one, active: true, version: 1, computed: 0 })),
    coverage: new Map(),
    sections,
    periods: [],
    pathRules: new Map([[id.concluding, [id.hygiene, id.opening]]]),
    pathsByProgress: [id.graded],
    items: new Map([
      [
        id.recurring,
        sections
          .flatMap(({ elements }) => elements)
          .map((element): PathItem => ({ ...element, level: null, unlock: null })),
      ],
      [id.graded, gradedItems(clientId)],
    ]),
    levelPaths: [{ pathId: id.graded, levels: 3, version: 1 }],
    certifications: new Map(certifications.map((one) => [one.id, one])),
    certificationPeriods: Map.groupBy(
      certifiedAtFirst(dice, certifications, [...people.keys()], first),
      ({ personId }) => personId,
    ),
    messages: new Set(),
    completedByNight: new Set(),
    idleDays: clientId % 2 === 1 ? 90 : null,
    expiringSkills: new Set([id.skill(2)]),
    achievements: [],
    skills: new Map(),
  };
}

function groupsOf(clientId: number, some: (share: number) => Map<number, number>): Group[] {
  const id = ids(clientId);
  const target = (group: number, rule: Condition): Group => ({
    id: group,
    kind: "target_group",
    rule,
    active: true,
    members: new Map(),
  });
  const list = (group: number, kind: "group" | "job_profile", share: number): Group => ({
    id: group,
    kind,
    rule: null,
    active: true,
    members: some(share),
  });
  const east: Condition = { attr: "site", op: "eq", value: "east" };
  return [
    // The one that is made of the others comes first by name only: its id is in the middle.
    target(id.ready, { all: [{ group: id.care }, { component: id.hygiene, status: ["passed"] }] }),
    target(id.care, { attr: "dept", op: "eq", value: "care" }),
    target(id.skilled, { all: [east, { attr: "dept", op: "in", value: ["care", "lab"] }] }),
    list(id.ward, "group", 0.3),
    list(id.office, "group", 0.2),
    list(id.nurse, "job_profile", 0.2),
    list(id.crew, "group", 0.12),
    target(id.others, { not: { attr: "dept", op: "eq", value: "care" } }),
  ];
}

function componentsOf(dice: Dice, clientId: number, zone: Zone, first: DayNumber, days: number): Component[] {
  const id = ids(clientId);
  const plain: Omit<Component, "id"> = {
    kind: "course",
    templateId: null,
    planning: "released",
    dateDependent: false,
    startAt: null,
    endAt: null,
    zone: null,
    seats: null,
    waitingList: false,
    meta: new Map([[11813, "1"]]),
    grants: [],
    prerequisites: null,
    refresher: null,
  };
  const grant = (skill: number, level: number, validMonths: number | null) => ({
    skillId: id.skill(skill),
    level,
    validMonths,
  });
  const components: Component[] = [
    {
      ...plain,
      id: id.hygiene,
      grants: [grant(1, 2, 1)],
      refresher: { componentId: id.refresh, months: 1, leadDays: 12 },
    },
    { ...plain, id: id.refresh, grants: [grant(1, 1, 1)] },
    {
      ...plain,
      id: id.advanced,
      prerequisites: { component: id.hygiene, status: ["passed"] },
      meta: new Map([
        [11801, "1"],
        [12703, textOf(first + 45)],
      ]),
    },
    {
      ...plain,
      id: id.guarded,
      prerequisites: {
        any: [
          { attr: "dept", op: "eq", value: "lab" },
          { component: id.driving, status: ["passed"] },
        ],
      },
      meta: new Map([[11838, "1"]]),
    },
    {
      ...plain,
      id: id.slow,
      prerequisites: { component: id.lifting, status: ["passed"] },
      meta: new Map([[12703, textOf(first + 30)]]),
    },
    { ...plain, id: id.lifting, grants: [grant(2, 1, 2), grant(1, 1, 3)] },
    { ...plain, id: id.driving, seats: 12, waitingList: true, grants: [grant(2, 3, 1)] },
    { ...plain, id: id.privacy, grants: [grant(3, 1, null)] },
    { ...plain, id: id.firstAid, kind: "template", seats: 2 },
    { ...plain, id: id.opening, meta: new Map([[900002, "0"]]) },
    { ...plain, id: id.extra, seats: 15, meta: new Map([[900002, "3"]]) },
    { ...plain, id: id.recurring, kind: "learning_path" },
    {
      ...plain,
      id: id.concluding,
      kind: "learning_path",
      meta: new Map([
        [11813, "1"],
        [11814, "logic"],
      ]),
      grants: [grant(3, 3, 4)],
    },
    {
      ...plain,
      id: id.graded,
      kind: "learning_path",
      meta: new Map([
        [11813, "1"],
        [11814, "progress"],
      ]),
      grants: [grant(3, 2, 3)],
    },
    ...[1, 2, 3, 4, 5].map((no): Component => ({ ...plain, id: id.element(no), grants: [grant(1, no % 3, 2)] })),
  ];
  // Courses of the template, one every eight days: in the client's zone or in Tokyo's, until an hour or to the end of a day.
  for (let no = 0; no * 8 < days + 40; no += 1) {
    const own = no % 3 === 1 ? tokyo : null;
    const start = first + 3 + no * 8;
    const [startAt, endAt] = [
      instantAt(start, oneOf(dice, [0, clock(0, 21), clock(9, 0), clock(23, 59)]), own ?? zone),
      instantAt(start + 2, oneOf(dice, [0, clock(0, 25), clock(17, 30)]), own ?? zone),
    ];
    components.push({
      ...plain,
      id: id.course(no),
      templateId: id.firstAid,
      dateDependent: true,
      startAt,
      endAt,
      zone: own,
      seats: 6,
      waitingList: true,
      meta: new Map([
        [11813, "1"],
        [11816, "1"],
        [900002, String(no % 4)],
      ]),
      grants: [grant(3, 2, 2)],
    });
  }
  return components;
}

/** Three ways of going on: by the schedule, from the achievement, from the end. */
function sectionsOf(clientId: number, first: DayNumber): Section[] {
  const id = ids(clientId);
  const element = (no: number, mandatory = true) => ({ itemId: id.item(no), componentId: id.element(no), mandatory });
  const section = (no: number) => ({ id: id.section(no), pathId: id.recurring, folderId: id.item(10 + no) });
  return [
    {
      ...section(1),
      elements: [element(1), element(2, false)],
      start: { afterBooking: 5 },
      dueDays: 15,
      endDays: 30,
      months: 2,
      nextFrom: "schedule",
      late: "locked",
      autoRegister: true,
      earlyDays: 10,
    },
    {
      ...section(2),
      elements: [element(3)],
      start: { afterBooking: 0 },
      dueDays: 10,
      endDays: 20,
      months: 1,
      nextFrom: "achieved",
      late: "allowed",
      autoRegister: false,
      earlyDays: 0,
    },
    {
      ...section(3),
      elements: [element(4), element(5)],
      start: { fixed: first - 40 },
      dueDays: 7,
      endDays: 14,
      months: 1,
      nextFrom: "expiry",
      late: "locked",
      autoRegister: true,
      earlyDays: 3,
    },
  ];
}

/** Three levels: the second one's elements are locked until something of the first is done. */
function gradedItems(clientId: number): PathItem[] {
  const id = ids(clientId);
  const item = (no: number, componentId: number, level: number, mandatory = true): PathItem => ({
    itemId: id.item(40 + no),
    componentId,
    mandatory,
    level,
    unlock: level === 2 ? { component: id.hygiene, status: ["passed"] } : null,
  });
  return [
    item(1, id.hygiene, 1),
    item(2, id.refresh, 1, false),
    item(3, id.lifting, 2),
    item(4, id.advanced, 2, false),
    item(5, id.firstAid, 3, false),
    item(6, id.slow, 3),
  ];
}

function rulesOf(clientId: number, first: DayNumber): EnrolmentRule[] {
  const id = ids(clientId);
  const plain: Omit<EnrolmentRule, "id" | "componentId" | "groupId"> = {
    status: "booked",
    activeFrom: null,
    daysToFinish: 0,
    newMembers: true,
    firstRunAt: null,
    autoCancel: false,
    autoCourse: false,
    due: null,
    recertify: null,
    reenrolClosed: false,
    change: null,
    active: true,
  };
  return [
    {
      ...plain,
      componentId: id.hygiene,
      groupId: id.care,
      daysToFinish: 14,
      autoCancel: true,
      change: { afterDays: 10, to: "failed" as const },
    },
    {
      ...plain,
      componentId: id.firstAid,
      groupId: id.ward,
      status: "personal_syllabus" as const,
      autoCourse: true,
      autoCancel: true,
      daysToFinish: 25,
      due: { yearly: "06-01" },
    },
    {
      ...plain,
      componentId: id.lifting,
      groupId: id.skilled,
      daysToFinish: 10,
      recertify: { months: 2 },
      autoCancel: true,
    },
    {
      ...plain,
      componentId: id.privacy,
      groupId: id.office,
      status: "personal_syllabus" as const,
      daysToFinish: 20,
      recertify: { yearly: "05-10" },
      reenrolClosed: true,
    },
    {
      ...plain,
      componentId: id.driving,
      groupId: id.nurse,
      daysToFinish: 30,
      reenrolClosed: true,
      autoCancel: true,
      change: { afterDays: 5, to: "cancelled" as const },
    },
    {
      ...plain,
      componentId: id.opening,
      groupId: id.care,
      activeFrom: first + 10,
      newMembers: false,
      due: { fixed: first + 60 },
      daysToFinish: 30,
    },
    { ...plain, componentId: id.extra, groupId: id.ready, autoCancel: true },
    { ...plain, componentId: id.recurring, groupId: id.crew, autoCancel: true },
    { ...plain, componentId: id.advanced, groupId: id.care, autoCancel: true },
    { ...plain, componentId: id.guarded, groupId: id.ward },
    {
      ...plain,
      componentId: id.slow,
      groupId: id.skilled,
      daysToFinish: 40,
      change: { afterDays: 20, to: "cancelled" as const },
    },
    { ...plain, componentId: id.concluding, groupId: id.care, daysToFinish: 50 },
    { ...plain, componentId: id.graded, groupId: id.skilled, autoCancel: true },
    { ...plain, componentId: id.extra, groupId: id.others, daysToFinish: 5, autoCancel: true },
  ].map((rule, index) => ({ ...rule, id: id.rule(index + 1) }));
}
