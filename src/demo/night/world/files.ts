import type { NightGroup } from "./groups.ts";
import { DEPARTMENTS, type NightPerson, special } from "./people.ts";
import type { NightScene } from "./scene.ts";

/** A line of the file of people. */
export interface PeopleLine {
  readonly sourcedId: string;
  readonly status: "active" | "tobedeleted" | "";
  readonly username: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly locale: string;
  readonly supervisorSourcedId: string;
  /** External ids; null: an empty cell, which leaves them. */
  readonly groups: readonly string[] | null;
  /** '' leaves it. */
  readonly department: string;
  /** Why the import has to refuse the line; null: it is good. */
  readonly fault: string | null;
}

/** A group in the file of groups. */
export interface GroupElement {
  /** Within the data source `hr`. */
  readonly id: string;
  readonly name: string;
  readonly parent: string | null;
  /** The group is closed. */
  readonly closed: boolean;
}

/** A membership in the file of groups. */
export interface MemberElement {
  readonly group: string;
  /** The person's external id. */
  readonly person: string;
  readonly active: boolean;
  readonly lead: boolean;
  /** No group has this id: the import has to name it. */
  readonly unknown: boolean;
}

/** The files that lie ready to be imported. */
export interface NightFiles {
  readonly people: { readonly name: string; readonly lines: readonly PeopleLine[]; readonly text: string };
  readonly groups: {
    readonly name: string;
    readonly groups: readonly GroupElement[];
    readonly members: readonly MemberElement[];
    readonly text: string;
  };
}

const NEW_PEOPLE = 12;

/** A delta of people as CSV and one of groups as IMS Enterprise XML, for the people and groups of a client. */
export function makeFiles(
  scene: NightScene,
  people: readonly NightPerson[],
  groups: readonly NightGroup[],
): NightFiles {
  const lines = makeLines(scene, people);
  const units = makeUnits(scene, groups);
  const members = makeUnitMembers(scene, people);
  const { key } = scene.client;
  return {
    people: { name: `${key}-people.csv`, lines, text: csvText(lines) },
    groups: { name: `${key}-groups.xml`, groups: units, members, text: xmlText(scene, units, members) },
  };
}

function makeLines({ client, dice }: NightScene, people: readonly NightPerson[]): PeopleLine[] {
  const known = (person: NightPerson, more: Partial<PeopleLine> = {}): PeopleLine => ({
    sourcedId: person.externalId,
    status: "",
    username: person.username,
    givenName: person.givenName,
    familyName: person.familyName,
    email: "",
    locale: "",
    supervisorSourcedId: "",
    groups: null,
    department: "",
    fault: null,
    ...more,
  });
  const learners = people.filter(({ role, deletionOn }) => role === "learner" && deletionOn === null);
  const active = learners.filter(({ status }) => status === "active");
  const passive = learners.filter(({ status }) => status === "passive");
  const taken = dice.sample(active, 60);
  const some = (count: number) => taken.splice(0, count);
  const supervisor = people[special.firstSupervisor - 1];
  const fresh = Array.from({ length: NEW_PEOPLE }, (_, index): PeopleLine => {
    const number = index + 1;
    const username = `${client.key}-new${number}`;
    return {
      sourcedId: `${client.key.slice(0, 1).toUpperCase()}-NEW-${number}`,
      status: "active",
      username,
      givenName: number === 1 ? "=HYPERLINK(1)" : "New",
      familyName: `Person ${number}`,
      email: `${username}@people.example`,
      locale: number % 2 === 0 ? "de" : "en",
      supervisorSourcedId: supervisor?.externalId ?? "",
      groups: number % 3 === 0 ? ["G-1", "G-3"] : ["G-6"],
      department: dice.pick(DEPARTMENTS),
      fault: null,
    };
  });
  const [one, two, three] = taken;
  if (!one || !two || !three) throw new RangeError("The demo has too few people");
  return [
    ...some(15).map((person) => known(person, { department: dice.pick(DEPARTMENTS) })),
    ...fresh,
    ...some(10).map((person) => known(person, { groups: [`G-${1 + dice.below(8)}`, "G-2"] })),
    ...some(4).map((person) => known(person, { status: "tobedeleted" })),
    ...dice.sample(passive, 2).map((person) => known(person, { status: "active" })),
    ...some(5).map((person) => known(person)),
    ...some(1).map((person) => known(person, { familyName: "", fault: "no family name" })),
    ...some(1).map((person) => known(person, { email: "no-address.example", fault: "bad e-mail address" })),
    { ...known(three), sourcedId: fresh[0]?.sourcedId ?? "", fault: "sourcedId twice" },
  ];
}

const COLUMNS =
  "sourcedId;status;username;givenName;familyName;email;locale;supervisorSourcedId;groups;attr.department";

function csvText(lines: readonly PeopleLine[]): string {
  const rows = lines.map((line) =>
    [
      line.sourcedId,
      line.status,
      line.username,
      line.givenName,
      line.familyName,
      line.email,
      line.locale,
      line.supervisorSourcedId,
      line.groups?.join("|") ?? "",
      line.department,
    ].join(";"),
  );
  return `${[COLUMNS, ...rows].join("\r\n")}\r\n`;
}

function makeUnits({ client }: NightScene, groups: readonly NightGroup[]): GroupElement[] {
  const stored = groups.filter(({ source }) => source === "xml");
  return [
    ...stored.slice(0, 4).map((group, index): GroupElement => {
      const id = group.externalId?.split("|")[1] ?? "";
      // The first keeps everything, the others get another name and a parent.
      return index === 0
        ? { id, name: group.name, parent: null, closed: false }
        : { id, name: `${group.name} of ${client.name}`, parent: "ORG-1", closed: false };
    }),
    { id: "ORG-7", name: "Team 7", parent: "ORG-2", closed: false },
    { id: "ORG-8", name: "Team 8 & friends", parent: "ORG-7", closed: false },
  ];
}

function makeUnitMembers(scene: NightScene, people: readonly NightPerson[]): MemberElement[] {
  const { dice } = scene;
  const staying = people.filter(({ deletionOn }) => deletionOn === null);
  const list = (group: string, count: number, active: boolean): MemberElement[] =>
    dice
      .sample(staying, count)
      .map(({ externalId }, index) => ({ group, person: externalId, active, lead: index === 0, unknown: false }));
  return [
    ...list("ORG-1", 15, true),
    ...list("ORG-2", 40, false),
    ...list("ORG-7", 10, true),
    ...list("ORG-8", 10, true),
    { group: "ORG-8", person: "NOBODY-1", active: true, lead: false, unknown: true },
  ];
}

const xmlEscape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const sourced = (id: string) => `<sourcedid><source>hr</source><id>${xmlEscape(id)}</id></sourcedid>`;

function xmlText({ day }: NightScene, groups: readonly GroupElement[], members: readonly MemberElement[]): string {
  const units = groups.map(
    ({ id, name, parent, closed }) =>
      `  <group recstatus="${closed ? 3 : 2}">${sourced(id)}<description><short>${xmlEscape(name)}</short></description>` +
      `${parent === null ? "" : `<relationship relation="1">${sourced(parent)}</relationship>`}</group>`,
  );
  const named = [...new Set(members.map(({ group }) => group))];
  const lists = named.map((group) => {
    const rows = members
      .filter((member) => member.group === group)
      .map(
        ({ person, active, lead }) =>
          `    <member>${sourced(person)}<idtype>1</idtype><role roletype="${lead ? "02" : "01"}"><status>${active ? 1 : 0}</status></role></member>`,
      );
    return [`  <membership>${sourced(group)}`, ...rows, "  </membership>"].join("\n");
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<enterprise>",
    `  <properties><datasource>hr</datasource><datetime>${day}</datetime></properties>`,
    ...units,
    ...lists,
    "</enterprise>",
    "",
  ].join("\n");
}

/** Where a client's files are looked for (handbook, rules: import files; rules: files). */
export function importKey(clientId: number, kind: "user_csv" | "xml_group", name: string): string {
  return `c/${clientId}/import/${kind}/${name}`;
}
