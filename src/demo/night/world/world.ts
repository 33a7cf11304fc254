import type { Day } from "../../../time/day.ts";
import { type DemoClient, demoClients } from "../clients.ts";
import { makeComponents, type NightComponent } from "./components.ts";
import { makeEnrolmentRules, makeExceptions, type NightEnrolmentRule, type NightException } from "./enrolment-rules.ts";
import { makeFiles, type NightFiles } from "./files.ts";
import { makeGroups, makeMembers, type NightGroup, type NightMember } from "./groups.ts";
import { makeMails, type NightMail } from "./mails.ts";
import { makeNotificationRules, type NightNotificationRule } from "./notification-rules.ts";
import { makePeople, type NightPerson } from "./people.ts";
import { makeRegistrations, type NightRegistration } from "./registrations.ts";
import {
  makeCertifications,
  makeReports,
  makeSkills,
  makeSubscriptions,
  type NightCertification,
  type NightReport,
  type NightSkill,
  type NightSubscription,
} from "./reports.ts";
import { nightScene } from "./scene.ts";

/** A client and all that it has before the night. */
export interface ClientWorld {
  readonly client: DemoClient;
  /** The local day in whose early hours the night is. */
  readonly day: Day;
  /** Its first instant for the client (ms). */
  readonly midnight: number;
  readonly people: readonly NightPerson[];
  readonly groups: readonly NightGroup[];
  readonly members: readonly NightMember[];
  readonly components: readonly NightComponent[];
  readonly registrations: readonly NightRegistration[];
  readonly enrolmentRules: readonly NightEnrolmentRule[];
  readonly exceptions: readonly NightException[];
  readonly reports: readonly NightReport[];
  readonly subscriptions: readonly NightSubscription[];
  readonly skills: readonly NightSkill[];
  readonly certifications: readonly NightCertification[];
  readonly notificationRules: readonly NightNotificationRule[];
  readonly mails: readonly NightMail[];
  readonly files: NightFiles;
}

/** The seed of the demo that `npm start` and `npm run demo` show. */
export const DEMO_SEED = 2026;

/** A client's world. @param seed the same seed and day make the same world */
export function makeWorld(client: DemoClient, day: Day, seed: number = DEMO_SEED): ClientWorld {
  const scene = nightScene(client, day, seed);
  const people = makePeople(scene);
  const groups = makeGroups(scene);
  return {
    client,
    day,
    midnight: scene.midnight,
    people,
    groups,
    members: makeMembers(scene, people),
    components: makeComponents(scene),
    registrations: makeRegistrations(scene, people),
    enrolmentRules: makeEnrolmentRules(scene),
    exceptions: makeExceptions(scene),
    reports: makeReports(scene),
    subscriptions: makeSubscriptions(scene),
    skills: makeSkills(scene, people),
    certifications: makeCertifications(scene, people),
    notificationRules: makeNotificationRules(scene),
    mails: makeMails(scene, people),
    files: makeFiles(scene, people, groups),
  };
}

/** The worlds of some clients, the demo's two unless others are given, on one day. */
export function makeWorlds(
  day: Day,
  seed: number = DEMO_SEED,
  clients: readonly DemoClient[] = demoClients,
): ClientWorld[] {
  return clients.map((client) => makeWorld(client, day, seed));
}
