import { addDays, type Day } from "../../../time/day.ts";
import { type NightPerson, personId, special } from "./people.ts";
import type { NightScene } from "./scene.ts";

/** A report with a client's columns. */
export interface NightReport {
  readonly id: number;
  readonly key: "registrations" | "learning_paths" | "certification_status" | "skills" | "persons" | "mail_monitor";
  readonly name: string;
  readonly definition: Readonly<Record<string, unknown>>;
}

/** Who gets a report. */
export interface NightSubscription {
  readonly id: number;
  readonly reportId: number;
  readonly personId: number;
  readonly weekdays: readonly number[];
  readonly format: "csv" | "xlsx";
  readonly filters: Readonly<Record<string, unknown>>;
  readonly locale: string;
  readonly active: boolean;
}

/** A skill that a person holds. */
export interface NightSkill {
  readonly id: number;
  readonly personId: number;
  readonly skillId: number;
  readonly level: number;
  readonly validUntilOn: Day | null;
}

/** A period of a person's certification. */
export interface NightCertification {
  readonly id: number;
  readonly personId: number;
  readonly periodNo: number;
  readonly startOn: Day;
  readonly endOn: Day;
  readonly amount: number;
  readonly status: "in_progress" | "fulfilled" | "not_fulfilled";
}

export const SKILLS = ["Welding", "Negotiation", "First response"] as const;
export const CERTIFICATION = { name: "Fire warden", format: "points", required: 7.5, months: 12 } as const;

/** 1 (Sunday) to 7 (Saturday). */
export function weekday(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() + 1;
}

/** The six reports, and one that is defined wrongly. */
export function makeReports({ client }: NightScene): NightReport[] {
  const report = (number: number, key: NightReport["key"], name: string, ...columns: string[]): NightReport => ({
    id: client.id * 10 + number,
    key,
    name,
    definition: { columns },
  });
  return [
    report(
      1,
      "registrations",
      "Registrations",
      "username",
      "given_name",
      "component_external_id",
      "cycle_no",
      "status",
      "due_on",
    ),
    report(2, "persons", "People", "external_id", "given_name", "role", "auth_status", "enrolled_on"),
    report(3, "skills", "Skills", "username", "skill", "current_level", "valid_until_on"),
    report(4, "learning_paths", "Learning paths", "username", "learning_path", "due_on"),
    report(5, "certification_status", "Certifications", "username", "certification", "amount", "end_on", "status"),
    {
      ...report(6, "mail_monitor", "System messages", "kind", "to_address", "subject", "status"),
      definition: { columns: ["kind", "to_address", "subject", "status"], filters: { kinds: ["system"] } },
    },
    report(7, "persons", "A report with an unknown column", "shoe_size"),
  ];
}

/** 14 subscriptions: every report, both formats, every kind of subscriber, and those that bring nothing tonight. */
export function makeSubscriptions({ client, day }: NightScene): NightSubscription[] {
  const tonight = weekday(day);
  const other = 1 + (tonight % 7);
  let number = 0;
  const subscribe = (report: number, person: number, more: Partial<NightSubscription> = {}): NightSubscription => {
    number += 1;
    return {
      id: client.id * 100 + number,
      reportId: client.id * 10 + report,
      personId: personId(client.id, person),
      weekdays: [tonight],
      format: "csv",
      filters: {},
      locale: "en",
      active: true,
      ...more,
    };
  };
  const { admin, firstSupervisor, firstTutor } = special;
  return [
    subscribe(1, admin, { weekdays: [1, 2, 3, 4, 5, 6, 7] }),
    subscribe(1, firstSupervisor, { locale: "de" }),
    subscribe(2, admin, { format: "xlsx" }),
    subscribe(3, firstSupervisor + 1, { locale: "de" }),
    subscribe(4, admin, { filters: { status: ["personal_syllabus"] }, weekdays: [tonight, other] }),
    subscribe(5, admin, { locale: "de" }),
    subscribe(6, admin),
    subscribe(1, 60),
    subscribe(1, firstTutor, { format: "xlsx" }),
    subscribe(2, admin, { weekdays: [other] }),
    subscribe(2, admin, { active: false }),
    // Number 58 is passive, 41 has no address.
    subscribe(2, 58),
    subscribe(1, special.withoutAddress[1]),
    subscribe(7, admin),
  ];
}

/** Skills of some learners; a few expire in 30 days. */
export function makeSkills({ client, day, dice }: NightScene, people: readonly NightPerson[]): NightSkill[] {
  const learners = people.filter(({ status, role }) => status === "active" && role === "learner");
  return dice.sample(learners, 60).map((person, index) => ({
    id: client.id * 1000 + index + 1,
    personId: person.id,
    skillId: client.id * 10 + 1 + (index % SKILLS.length),
    level: 1 + (index % 4),
    validUntilOn: index % 10 === 0 ? addDays(day, 30) : index % 3 === 0 ? addDays(day, 100 + index) : null,
  }));
}

/** Periods of a certification of some learners. */
export function makeCertifications(scene: NightScene, people: readonly NightPerson[]): NightCertification[] {
  const { client, day, dice } = scene;
  const learners = people.filter(({ status, role }) => status === "active" && role === "learner");
  return dice.sample(learners, 25).map((person, index) => ({
    id: client.id * 1000 + index + 1,
    personId: person.id,
    periodNo: 1,
    startOn: addDays(day, -200),
    endOn: addDays(day, 165),
    amount: (index % 5) * 2.5,
    status: index % 5 >= 3 ? "fulfilled" : "in_progress",
  }));
}
