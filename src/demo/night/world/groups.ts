import { addDays } from "../../../time/day.ts";
import { componentId } from "./components.ts";
import type { NightPerson } from "./people.ts";
import { instantOf, type NightScene } from "./scene.ts";

/** A group as the night finds it. */
export interface NightGroup {
  readonly id: number;
  /** What the demo calls it. */
  readonly key: string;
  readonly kind: "org" | "group" | "target_group" | "job_profile";
  readonly source: "manual" | "csv" | "xml";
  readonly externalId: string | null;
  readonly name: string;
  readonly parentId: number | null;
  /** As it is stored: JSON, or what was broken by hand. */
  readonly rule: string | null;
  readonly onEnter: readonly Readonly<Record<string, unknown>>[];
  readonly onLeave: readonly Readonly<Record<string, unknown>>[];
}

/** A row that makes a person a member. */
export interface NightMember {
  readonly groupId: number;
  readonly personId: number;
  readonly source: "manual" | "csv" | "xml" | "rule";
  readonly joinedAt: number;
}

const CSV_GROUPS = 8;
const XML_GROUPS = 6;
const ORGANISATION = ["Head office", "Sales", "Service", "Logistics", "Research", "Finance", "Works", "Training"];

interface TargetGroup {
  readonly key: string;
  readonly name: string;
  readonly rule: unknown;
  readonly onEnter?: NightGroup["onEnter"];
  readonly onLeave?: NightGroup["onLeave"];
  /** Who was in it after the night before, more or less; empty where it is new. */
  readonly before?: (person: NightPerson) => boolean;
}

/** The id of a client's group. @param key `org-1`, `csv-3`, `xml-2`, `profile-1`, `plain-1`, or a target group's key */
export function groupId(clientId: number, key: string): number {
  const number = groupKeys.indexOf(key) + 1;
  if (number === 0) throw new RangeError(`The demo has no group ${key}`);
  return clientId * 100 + number;
}

const numbered = (word: string, count: number) => Array.from({ length: count }, (_, index) => `${word}-${index + 1}`);

const targetKeys = [
  "sales",
  "field",
  "newcomers",
  "seniors",
  "german",
  "listed",
  "works-council",
  "sales-seniors",
  "leaders",
  "first-aiders",
  "broken",
  "emptied",
] as const;

/** The keys of all 40. */
export const groupKeys: readonly string[] = [
  ...numbered("org", ORGANISATION.length),
  ...numbered("csv", CSV_GROUPS),
  ...numbered("xml", XML_GROUPS),
  ...targetKeys,
  ...numbered("profile", 3),
  ...numbered("plain", 3),
];

function targetGroups({ client, day }: NightScene): readonly TargetGroup[] {
  const group = (key: string) => groupId(client.id, key);
  const department = (value: string) => ({ attr: "department", op: "eq", value });
  return [
    {
      key: "sales",
      name: "Everybody in sales",
      rule: department("Sales"),
      onEnter: [{ assignJobProfile: group("profile-1") }],
      onLeave: [{ removeJobProfile: group("profile-1") }],
      before: (person) => person.attributes.department === "Sales",
    },
    {
      key: "field",
      name: "Service and logistics",
      rule: { attr: "department", op: "in", value: ["Service", "Logistics"] },
      before: (person) => ["Service", "Logistics"].includes(person.attributes.department ?? ""),
    },
    {
      key: "newcomers",
      name: "Newcomers",
      rule: { attr: "enrolled_on", op: "gte", value: addDays(day, -60) },
      onEnter: [{ addToGroup: group("plain-1") }, { setAttribute: "onboarding", value: "yes" }],
      onLeave: [{ setAttribute: "onboarding", value: null }],
    },
    {
      key: "seniors",
      name: "Seniors outside research",
      rule: { all: [{ attr: "grade", op: "gte", value: 4 }, { not: department("Research") }] },
      before: (person) => Number(person.attributes.grade) >= 4 && person.attributes.department !== "Research",
    },
    {
      key: "german",
      name: "Speakers of German",
      rule: { attr: "locale", op: "startsWith", value: "de" },
      before: (person) => person.locale === "de",
    },
    {
      key: "listed",
      name: "On the first or the second list",
      rule: { any: [{ group: group("csv-1") }, { group: group("csv-2") }] },
    },
    {
      key: "works-council",
      name: "Works council",
      rule: {
        atLeast: 2,
        of: [{ group: group("xml-1") }, { group: group("xml-2") }, { attr: "site", op: "eq", value: "A" }],
      },
    },
    {
      key: "sales-seniors",
      name: "Seniors in sales",
      rule: { all: [{ group: group("sales") }, { group: group("seniors") }] },
    },
    {
      key: "leaders",
      name: "Leaders",
      rule: { attr: "role", op: "eq", value: "supervisor" },
      onEnter: [{ assignJobProfile: group("profile-2") }],
    },
    {
      key: "first-aiders",
      name: "First aiders",
      rule: { component: componentId(client.id, "first-aid"), status: ["passed"] },
    },
    {
      key: "broken",
      name: "A rule that was broken by hand",
      rule: { attr: "department" },
      before: (person) => person.number % 50 === 0,
    },
    {
      key: "emptied",
      name: "A rule that would empty its group",
      rule: { attr: "grade", op: "eq", value: 9 },
      before: (person) => person.number % 12 === 0,
    },
  ];
}

/** 40 groups: units, lists from CSV and XML files, target groups with their rules, job profiles, plain groups. */
export function makeGroups(scene: NightScene): NightGroup[] {
  const id = (key: string) => groupId(scene.client.id, key);
  const plain = { parentId: null, externalId: null, rule: null, onEnter: [], onLeave: [], source: "manual" } as const;
  return [
    ...ORGANISATION.map((name, index): NightGroup => {
      const key = `org-${index + 1}`;
      return { ...plain, id: id(key), key, kind: "org", name, parentId: index === 0 ? null : id("org-1") };
    }),
    ...numbered("csv", CSV_GROUPS).map((key, index): NightGroup => {
      const externalId = `G-${index + 1}`;
      return { ...plain, id: id(key), key, kind: "group", source: "csv", externalId, name: `List ${index + 1}` };
    }),
    ...numbered("xml", XML_GROUPS).map((key, index): NightGroup => {
      const externalId = `hr|ORG-${index + 1}`;
      return { ...plain, id: id(key), key, kind: "org", source: "xml", externalId, name: `Team ${index + 1}` };
    }),
    ...targetGroups(scene).map(({ key, name, rule, onEnter = [], onLeave = [] }): NightGroup => {
      return { ...plain, id: id(key), key, kind: "target_group", name, rule: JSON.stringify(rule), onEnter, onLeave };
    }),
    ...numbered("profile", 3).map((key, index): NightGroup => {
      return { ...plain, id: id(key), key, kind: "job_profile", name: `Job profile ${index + 1}` };
    }),
    ...numbered("plain", 3).map((key, index): NightGroup => {
      return { ...plain, id: id(key), key, kind: "group", name: `Group ${index + 1}` };
    }),
  ];
}

/** Who is in which group before the night: units and lists, and what earlier nights made of the rules, not all of it true any more. */
export function makeMembers(scene: NightScene, people: readonly NightPerson[]): NightMember[] {
  const { client, dice } = scene;
  const id = (key: string) => groupId(client.id, key);
  const members: NightMember[] = [];
  const join = (key: string, person: NightPerson, source: NightMember["source"]) => {
    const joinedAt = instantOf(scene, -1 - dice.below(90), 2);
    members.push({ groupId: id(key), personId: person.id, source, joinedAt });
  };
  // A person who is to be deleted is in no group, so that the demo need not say how such a group changes.
  for (const person of people.filter(({ deletionOn }) => deletionOn === null)) {
    join(`org-${2 + (person.number % 7)}`, person, "manual");
    if (dice.chance(0.6)) join(`csv-${1 + dice.below(CSV_GROUPS)}`, person, "csv");
    if (dice.chance(0.3)) join(`xml-${1 + dice.below(XML_GROUPS)}`, person, "xml");
  }
  for (const { key, before } of targetGroups(scene)) {
    if (!before) continue;
    for (const person of people.filter(({ status }) => status === "active")) {
      const wasIn = before(person) ? dice.chance(0.9) : dice.chance(0.03);
      if (!wasIn) continue;
      join(key, person, "rule");
      if (key === "sales") join("profile-1", person, "rule");
    }
  }
  return members;
}
