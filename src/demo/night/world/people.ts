import { addDays, type Day } from "../../../time/day.ts";
import { instantOf, type NightScene } from "./scene.ts";

/** A person as the night finds it. */
export interface NightPerson {
  readonly id: number;
  /** From 1, within its client. */
  readonly number: number;
  readonly externalId: string;
  readonly username: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly locale: string | null;
  readonly status: "active" | "passive" | "inactive";
  /** Who is passive because an import said so comes back when a file says `active`; others do not. */
  readonly passiveReason: "import" | "terminated" | "deletion" | null;
  readonly role: "learner" | "tutor" | "supervisor" | "client_admin";
  readonly attributes: Readonly<Record<string, string>>;
  readonly supervisorId: number | null;
  readonly enrolledOn: Day;
  readonly deletionOn: Day | null;
  readonly lastLoginAt: number | null;
  /** Null: never, since the person was made. */
  readonly passwordChangedAt: number | null;
}

export const PEOPLE = 500;
export const SUPERVISORS = 20;
export const TUTORS = 10;

/** Numbers of the people who stand for a case of their own. */
export const special = {
  admin: 1,
  firstSupervisor: 2,
  firstTutor: 2 + SUPERVISORS,
  firstLearner: 2 + SUPERVISORS + TUTORS,
  withoutAddress: [40, 41],
  formulaName: 50,
  /** The time after which they are to be deleted is over. */
  toDelete: [499, 500],
  toDeleteLater: 498,
} as const;

const GIVEN =
  "Ada,Björn,Chiara,Dmitri,Elif,Fátima,Grégoire,Hana,Ines,João,Kübra,Lars,Maja,Noël,Oskar,Priya,Søren,Tomáš,Uta,Viktor".split(
    ",",
  );
const FAMILY =
  "Almeida,Bauer,Çelik,Dubois,Eriksson,Fernández,Groß,Horváth,Ivanova,Jensen,Kowalski,Løvås,Meyer,Novák,O'Brien,Pérez,Rossi,Šimić".split(
    ",",
  );
export const DEPARTMENTS = ["Sales", "Service", "Logistics", "Research"] as const;

/** Days after which the demo's passwords expire. */
export const PASSWORD_DAYS = 90;

/** Whether a person's password is so old that it expires in the night. */
export const hasOldPassword = (number: number): boolean => number % 40 === 0;

/** The id of a client's person. */
export function personId(clientId: number, number: number): number {
  return clientId * 10_000 + number;
}

/** 500 people: an administrator, supervisors, tutors, learners; some passive, inactive, without an address, or to be deleted. */
export function makePeople(scene: NightScene): NightPerson[] {
  return Array.from({ length: PEOPLE }, (_, index) => makePerson(scene, index + 1));
}

function makePerson(scene: NightScene, number: number): NightPerson {
  const { client, dice, day } = scene;
  const id = (one: number) => personId(client.id, one);
  const deleted = (special.toDelete as readonly number[]).includes(number);
  const later = number === special.toDeleteLater;
  const learner = number >= special.firstLearner;
  const passive = deleted || later || (learner && number % 29 === 0);
  const username = `${client.key}${number}`;
  const spoken = dice.next();
  return {
    id: id(number),
    number,
    externalId: `${client.key.slice(0, 1).toUpperCase()}-${String(number).padStart(4, "0")}`,
    username,
    givenName: number === special.formulaName ? "=1+1" : dice.pick(GIVEN),
    familyName: dice.pick(FAMILY),
    email: (special.withoutAddress as readonly number[]).includes(number) ? null : `${username}@people.example`,
    locale: spoken < 0.5 ? client.locale : spoken < 0.9 ? client.otherLocale : null,
    status: passive ? "passive" : learner && number % 67 === 0 ? "inactive" : "active",
    passiveReason: !passive ? null : deleted || later ? "deletion" : number % 2 === 0 ? "import" : "terminated",
    role: roleOf(number),
    attributes: { department: dice.pick(DEPARTMENTS), grade: String(1 + dice.below(5)), site: dice.pick(["A", "B"]) },
    supervisorId: number === special.admin ? null : learner ? id(2 + (number % SUPERVISORS)) : id(special.admin),
    enrolledOn: addDays(day, -1 - dice.below(dice.chance(0.15) ? 60 : 3000)),
    deletionOn: deleted ? addDays(day, -1) : later ? addDays(day, 30) : null,
    lastLoginAt: dice.chance(0.7) ? instantOf(scene, -1 - dice.below(200), dice.below(24)) : null,
    passwordChangedAt: instantOf(
      scene,
      hasOldPassword(number) ? -PASSWORD_DAYS - 5 : -10 - (number % PASSWORD_DAYS) / 2,
      8,
    ),
  };
}

function roleOf(number: number): NightPerson["role"] {
  if (number === special.admin) return "client_admin";
  if (number < special.firstTutor) return "supervisor";
  return number < special.firstLearner ? "tutor" : "learner";
}
