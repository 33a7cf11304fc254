import { addDays, type Day } from "../../../time/day.ts";
import { componentId } from "./components.ts";
import { enrolmentRuleId } from "./enrolment-rules.ts";
import { type NightPerson, personId, special } from "./people.ts";
import { instantOf, type NightScene } from "./scene.ts";

/** A registration as the night finds it. */
export interface NightRegistration {
  readonly id: number;
  readonly componentId: number;
  readonly personId: number;
  readonly cycleNo: number;
  readonly status:
    | "waiting_list"
    | "personal_syllabus"
    | "booked"
    | "in_progress"
    | "failed"
    | "completed"
    | "passed"
    | "cancelled";
  readonly source: "manual" | "auto_rule";
  readonly sourceRef: string | null;
  readonly bookedAt: number | null;
  readonly dueOn: Day | null;
  readonly completedAt: number | null;
  readonly cancelledAt: number | null;
  readonly cancelReason: string | null;
  readonly nextDueOn: Day | null;
  readonly suppressNotifications: boolean;
}

type Details = Partial<Omit<NightRegistration, "id" | "componentId" | "personId">>;

/** The registrations of a client before the night: some for each case that the night has to deal with. */
export function makeRegistrations(scene: NightScene, people: readonly NightPerson[]): NightRegistration[] {
  const { client, day, dice } = scene;
  const made: NightRegistration[] = [];
  const register = (component: string, person: NightPerson, details: Details) => {
    const booked = details.status === "booked" || details.status === "in_progress";
    made.push({
      id: client.id * 10_000 + made.length + 1,
      componentId: componentId(client.id, component),
      personId: person.id,
      cycleNo: 1,
      status: "booked",
      source: "manual",
      sourceRef: null,
      bookedAt: booked ? instantOf(scene, -20, 10) : null,
      dueOn: null,
      completedAt: null,
      cancelledAt: null,
      cancelReason: null,
      nextDueOn: null,
      suppressNotifications: false,
      ...details,
    });
  };
  const byRule = (rule: string, component: string, person: NightPerson): Details => ({
    source: "auto_rule",
    sourceRef: `rule:${enrolmentRuleId(client.id, rule)}|${componentId(client.id, component)}|${person.id}|1`,
  });
  const active = people.filter(({ status, role }) => status === "active" && role === "learner");
  const gone = people.filter(({ status, deletionOn }) => status !== "active" && deletionOn === null);

  for (const component of ["inactive-released", "inactive-planned"]) {
    const seated = [...dice.sample(gone, 4), ...dice.sample(active.slice(0, 200), 11)];
    for (const person of seated) register(component, person, { status: dice.chance(0.5) ? "booked" : "in_progress" });
    const waiting = [
      ...dice.sample(
        gone.filter((person) => !seated.includes(person)),
        1,
      ),
      ...dice.sample(active.slice(200), 5),
    ];
    for (const person of waiting) register(component, person, { status: "waiting_list" });
  }
  for (const person of dice.sample(active, 30))
    register("left", person, { status: "booked", ...byRule("leavers", "left", person) });
  for (const person of dice.sample(active, 30)) {
    const dueOn = addDays(day, dice.chance(0.5) ? -40 : -10);
    register("overdue", person, { status: "personal_syllabus", dueOn, ...byRule("overdue", "overdue", person) });
  }
  for (const person of dice.sample(active, 60)) {
    const nextDueOn = addDays(day, dice.pick([5, 15, 200]));
    const completedAt = instantOf(scene, -200, 12);
    register("recertified", person, {
      status: "passed",
      completedAt,
      nextDueOn,
      ...byRule("recertified", "recertified", person),
    });
  }
  const dueSoon = [personOf(people, special.withoutAddress[0]), ...dice.sample(active.slice(20), 25)];
  for (const [index, person] of dueSoon.entries()) {
    const status = (["booked", "in_progress", "personal_syllabus"] as const)[index % 3] ?? "booked";
    register("due-soon", person, {
      status,
      dueOn: addDays(day, index % 5 === 4 ? 8 : 7),
      suppressNotifications: index === 5,
    });
  }
  for (const person of dice.sample(active, 12)) {
    register("done-yesterday", person, { status: "passed", completedAt: instantOf(scene, -1, 15) });
  }
  const left = { status: "cancelled", cancelledAt: instantOf(scene, -50, 2) } as const;
  const learners = dice.sample(active, 24);
  for (const [index, person] of learners.entries()) {
    const cancelReason = index % 2 === 0 ? "left_group" : "self";
    if (index % 3 === 2) register("basics", person, { status: "failed" });
    else
      register("basics", person, { ...left, cancelReason, ...(index === 0 ? byRule("sales", "basics", person) : {}) });
  }
  for (const person of dice.sample(active, 60)) {
    register("first-aid", person, { status: "passed", completedAt: instantOf(scene, -30 - dice.below(300), 12) });
  }
  for (const person of dice.sample(gone, 15)) register("limited-with-waiting", person, { status: "booked" });
  for (const person of dice.sample(gone, 8)) register("limited", person, { status: "booked" });
  for (const person of dice.sample(active, 20)) register("starts-in-a-week", person, { status: "booked" });
  for (const person of dice.sample(active, 8)) register("starts-tomorrow", person, { status: "booked" });
  register("starts-tomorrow", personOf(people, special.firstTutor), { status: "booked" });
  for (const person of dice.sample(active, 12)) {
    register("path-4", person, { status: "personal_syllabus", dueOn: addDays(day, -3) });
  }
  for (const person of dice.sample(active, 4)) register("over-1", person, { status: "waiting_list" });
  for (const number of special.toDelete)
    register("concluded", personOf(people, number), { status: "passed", completedAt: instantOf(scene, -100, 17) });
  return made;

  function personOf(all: readonly NightPerson[], number: number): NightPerson {
    const found = all.find(({ id }) => id === personId(client.id, number));
    if (!found) throw new RangeError(`The demo has no person ${number}`);
    return found;
  }
}
