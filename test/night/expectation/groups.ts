import { isMember, join, leave, type Person, plusDays, type State } from "./state.ts";

/** What each target group's rule says, in words of our own. A broken rule has none. */
const holds: Readonly<Record<string, (state: State, person: Person) => boolean>> = {
  sales: (_, person) => person.attributes.department === "Sales",
  field: (_, person) => ["Service", "Logistics"].includes(person.attributes.department ?? ""),
  newcomers: (state, person) => person.enrolledOn >= plusDays(state.today, -60),
  // Of whom no department is known, it cannot be said that it is another one.
  seniors: (_, person) =>
    Number(person.attributes.grade ?? 0) >= 4 && !["", "Research"].includes(person.attributes.department ?? ""),
  german: (_, person) => person.locale?.startsWith("de") ?? false,
  listed: (state, person) => isMember(state, "csv-1", person) || isMember(state, "csv-2", person),
  "works-council": (state, person) =>
    [isMember(state, "xml-1", person), isMember(state, "xml-2", person), person.attributes.site === "A"].filter(Boolean)
      .length >= 2,
  leaders: (_, person) => person.role === "supervisor",
  "first-aiders": (state, person) => hasPassedFirstAid(state, person),
  emptied: () => false,
  "sales-seniors": (state, person) => isMember(state, "sales", person) && isMember(state, "seniors", person),
};

export function hasPassedFirstAid({ registrations }: State, person: Person): boolean {
  return registrations.some((one) => one.component === "first-aid" && one.person === person && one.status === "passed");
}

/** 02:00: the members of each target group. The group that refers to two others comes behind them. */
export function fillTargetGroups(state: State): void {
  for (const [group, rule] of Object.entries(holds)) {
    const belongs = (person: Person) => person.status === "active" && rule(state, person);
    const rows = state.memberships.filter((one) => one.group === group);
    const leaving = rows.filter((one) => one.source === "rule" && !belongs(one.person)).map(({ person }) => person);
    const entering = state.people.filter(
      (person) => belongs(person) && !rows.some((one) => one.person === person && one.source === "rule"),
    );
    const byRuleAlone = (person: Person) => !rows.some((one) => one.person === person && one.source !== "rule");
    const members = new Set(rows.map(({ person }) => person)).size;
    const most = Math.max(leaving.filter(byRuleAlone).length, entering.filter(byRuleAlone).length);
    if (members >= 20 && most * 2 > members) continue;

    for (const person of leaving) {
      leave(state, (one) => one.group === group && one.person === person && one.source === "rule");
      if (group === "sales") leave(state, (one) => one.group === "profile-1" && one.person === person);
      if (group === "newcomers") delete person.attributes.onboarding;
    }
    for (const person of state.people) {
      if (!belongs(person) || rows.some((one) => one.person === person && one.source === "rule")) continue;
      join(state, group, person, "rule");
      if (group === "sales") join(state, "profile-1", person, "rule");
      if (group === "leaders") join(state, "profile-2", person, "rule");
      if (group === "newcomers") {
        join(state, "plain-1", person, "rule");
        person.attributes.onboarding = "yes";
      }
    }
  }
}
