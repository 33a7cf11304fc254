import type { ClientWorld } from "../../../src/demo/night/world/world.ts";

// What a night should come to, computed from the demo's own data by plain loops. Nothing here imports a processor, the rule
// language, the reports or the database: the demo's generator is all that the two sides have in common.

export interface Person {
  /** Its place in the order of ids: new people come last. */
  readonly order: number;
  externalId: string;
  username: string;
  givenName: string;
  familyName: string;
  email: string | null;
  locale: string | null;
  status: string;
  role: string;
  attributes: Record<string, string>;
  supervisor: Person | null;
  enrolledOn: string;
}

export interface Membership {
  readonly group: string;
  readonly person: Person;
  readonly source: string;
  /** ms; tonight's are Infinity. */
  readonly joinedAt: number;
}

export interface Registration {
  /** Its place in the order of ids. */
  readonly order: number;
  readonly component: string;
  readonly person: Person;
  readonly cycle: number;
  status: string;
  readonly source: string;
  readonly rule: string | null;
  dueOn: string | null;
  bookedOn: string | null;
  completedOn: string | null;
  cancelReason: string | null;
  nextDueOn: string | null;
  prerequisites: string;
  readonly parent: Registration | null;
  readonly suppressed: boolean;
}

/** One client in the course of its night. */
export interface State {
  readonly world: ClientWorld;
  readonly today: string;
  readonly people: Person[];
  memberships: Membership[];
  readonly registrations: Registration[];
  /** By key. */
  readonly planning: Map<string, string>;
  /** Units of the file of groups: name and parent, by external id. */
  readonly units: Map<string, { name: string; parent: string | null }>;
}

export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The local day of an instant; Swedes write days as we do. */
export function dayOf(instant: number, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(instant);
}

export function componentOf({ world }: State, key: string) {
  const found = world.components.find((one) => one.key === key);
  if (!found) throw new Error(`no component ${key}`);
  return found;
}

export function isMember({ memberships }: State, group: string, person: Person): boolean {
  return memberships.some((one) => one.group === group && one.person === person);
}

export function join(state: State, group: string, person: Person, source: string): void {
  const known = state.memberships.some((one) => one.group === group && one.person === person && one.source === source);
  if (!known) state.memberships.push({ group, person, source, joinedAt: Number.POSITIVE_INFINITY });
}

export function leave(state: State, gone: (membership: Membership) => boolean): void {
  state.memberships = state.memberships.filter((one) => !gone(one));
}

/** A client as it is before its night. */
export function stateBefore(world: ClientWorld): State {
  const people = world.people.map((one, order): Person => {
    const { externalId, username, givenName, familyName, email, locale, status, role, enrolledOn } = one;
    const attributes = { ...one.attributes };
    return {
      order,
      externalId,
      username,
      givenName,
      familyName,
      email,
      locale,
      status,
      role,
      enrolledOn,
      attributes,
      supervisor: null,
    };
  });
  const byId = new Map(world.people.map(({ id }, index) => [id, people[index] as Person]));
  const personOf = (id: number) => byId.get(id) as Person;
  world.people.forEach(({ id, supervisorId }) => {
    if (supervisorId !== null) personOf(id).supervisor = personOf(supervisorId);
  });
  const groups = new Map(world.groups.map(({ id, key }) => [id, key]));
  const components = new Map(world.components.map(({ id, key }) => [id, key]));
  const rules = new Map(world.enrolmentRules.map(({ id, key }) => [String(id), key]));
  const { timeZone } = world.client;
  return {
    world,
    today: world.day,
    people,
    memberships: world.members.map(({ groupId, personId, source, joinedAt }) => {
      return { group: groups.get(groupId) ?? "", person: personOf(personId), source, joinedAt };
    }),
    registrations: world.registrations.map((one, order): Registration => {
      return {
        order,
        component: components.get(one.componentId) ?? "",
        person: personOf(one.personId),
        cycle: one.cycleNo,
        status: one.status,
        source: one.source,
        rule: rules.get(/^rule:(\d+)/.exec(one.sourceRef ?? "")?.[1] ?? "") ?? null,
        dueOn: one.dueOn,
        bookedOn: one.bookedAt === null ? null : dayOf(one.bookedAt, timeZone),
        completedOn: one.completedAt === null ? null : dayOf(one.completedAt, timeZone),
        cancelReason: one.cancelReason,
        nextDueOn: one.nextDueOn,
        prerequisites: "none",
        parent: null,
        suppressed: one.suppressNotifications,
      };
    }),
    planning: new Map(world.components.map(({ key, planningStatus }) => [key, planningStatus])),
    units: new Map(
      world.groups
        .filter(({ source }) => source === "xml")
        .map(({ externalId, name }) => [externalId ?? "", { name, parent: null }]),
    ),
  };
}
