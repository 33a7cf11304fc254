import { special } from "../../../src/demo/night/world/people.ts";
import { join, leave, type Person, type State } from "./state.ts";

/** 00:02: whose time is over goes: made nameless in the north, removed in the south. */
export function deletePeople(state: State): void {
  const { client } = state.world;
  for (const number of special.toDelete) {
    const person = state.people.find((one) => one.username === `${client.key}${number}`) as Person;
    if (client.deletionMode === "remove") {
      state.people.splice(state.people.indexOf(person), 1);
      const kept = state.registrations.filter((one) => one.person !== person);
      state.registrations.splice(0, state.registrations.length, ...kept);
      continue;
    }
    const id = state.world.people.find((one) => one.number === number)?.id;
    Object.assign(person, {
      username: `deleted-${id}`,
      givenName: "deleted",
      familyName: "deleted",
      status: "deleted",
    });
    Object.assign(person, { externalId: "", email: null, attributes: {}, supervisor: null });
  }
}

/** 00:10: the good lines of the file of people. */
export function importPeople(state: State): void {
  const locked = new Set(
    state.world.people
      .filter(({ deletionOn, passiveReason }) => deletionOn !== null || passiveReason === "terminated")
      .map(({ externalId }) => externalId),
  );
  for (const line of state.world.files.people.lines) {
    if (line.fault !== null) continue;
    let person = state.people.find((one) => one.externalId === line.sourcedId);
    if (!person) {
      if (line.status === "tobedeleted") continue;
      person = {
        order: 10_000 + state.people.length,
        externalId: line.sourcedId,
        username: line.username,
        givenName: line.givenName,
        familyName: line.familyName,
        email: null,
        locale: null,
        status: "active",
        role: "learner",
        attributes: {},
        supervisor: null,
        enrolledOn: state.today,
      };
      state.people.push(person);
    }
    if (line.status === "active" && !locked.has(line.sourcedId)) person.status = "active";
    if (line.status === "tobedeleted") person.status = "passive";
    if (line.email !== "") person.email = line.email;
    if (line.locale !== "") person.locale = line.locale;
    if (line.department !== "") person.attributes.department = line.department;
    const boss = state.people.find((one) => one.externalId === line.supervisorSourcedId);
    if (boss && line.supervisorSourcedId !== "") person.supervisor = boss;
    if (line.groups === null) continue;
    const lists = line.groups.map((name) => name.replace("G-", "csv-"));
    leave(state, (one) => one.person === person && one.source === "csv" && !lists.includes(one.group));
    for (const list of lists) join(state, list, person, "csv");
  }
}

/** 06:40: active people whose password is older than 90 days. */
export function expiredPasswords(state: State): string[] {
  const { client } = state.world;
  const names = new Set(Array.from({ length: 12 }, (_, index) => `${client.key}${(index + 1) * 40}`));
  return state.people
    .filter(({ username, status }) => names.has(username) && status === "active")
    .map(({ username }) => username)
    .sort();
}

/** 01:35: the file of groups. Units that it brings go by their external id. */
export function importGroups(state: State): void {
  const { groups, members } = state.world.files.groups;
  const keyOf = (id: string) => (Number(id.slice(4)) <= 6 ? id.replace("ORG-", "xml-") : `hr|${id}`);
  for (const { id, name, parent } of groups) {
    const known = state.units.get(`hr|${id}`);
    state.units.set(`hr|${id}`, { name, parent: parent === null ? (known?.parent ?? null) : `hr|${parent}` });
  }
  for (const member of members) {
    const person = state.people.find((one) => one.externalId === member.person);
    if (!person) continue;
    const group = keyOf(member.group);
    if (member.active) join(state, group, person, "xml");
    else leave(state, (one) => one.group === group && one.person === person && one.source === "xml");
  }
}
