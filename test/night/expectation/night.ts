import type { ClientWorld } from "../../../src/demo/night/world/world.ts";
import { cancelInactive, checkPrerequisites, clearWaitingLists, completeCourses, enrolPeople } from "./enrolment.ts";
import { fillTargetGroups } from "./groups.ts";
import { type Mail, mailTo } from "./mail.ts";
import { notify } from "./notifications.ts";
import { deletePeople, expiredPasswords, importGroups, importPeople } from "./people.ts";
import { makeReports, type ReportFile } from "./reports.ts";
import { type State, stateBefore } from "./state.ts";

/** What a client's night should leave behind. */
export interface Expectation {
  readonly people: readonly string[];
  readonly memberships: readonly string[];
  readonly units: readonly string[];
  readonly planning: readonly string[];
  /** People whose password expired. */
  readonly expired: readonly string[];
  readonly registrations: readonly string[];
  readonly reports: readonly ReportFile[];
  readonly mails: readonly Mail[];
  /** Messages that stay in the suite. */
  readonly internal: readonly string[];
}

const line = (...cells: readonly unknown[]) => cells.map((cell) => cell ?? "-").join(" · ");

/** @param has whether the release that played the night has a processor */
export function expectNight(world: ClientWorld, has: (processor: string) => boolean): Expectation {
  const state = stateBefore(world);
  if (has("DeleteUsersJob")) deletePeople(state);
  importPeople(state);
  const lists = has("WaitingListCancellationJob") ? clearWaitingLists(state) : { mails: [], internal: [] };
  completeCourses(state);
  if (has("XMLGroupImport")) importGroups(state);
  cancelInactive(state);
  fillTargetGroups(state);
  enrolPeople(state);
  if (has("PrerequisiteCheck")) checkPrerequisites(state);
  const reports = makeReports(state);
  const notifications = notify(state);
  const waiting = world.mails
    .filter(({ status }) => status === "to_forward")
    .map(({ toAddress, subject }) => mailTo(state, toAddress, subject));
  return {
    ...describeState(state),
    reports: reports.files,
    expired: has("PasswordChangeExpiryCheck") ? expiredPasswords(state) : [],
    mails: [...waiting, ...lists.mails, ...reports.mails, ...notifications.mails],
    internal: [...lists.internal, ...notifications.internal].sort(),
  };
}

function describeState(state: State) {
  return {
    people: state.people
      .map((one) => {
        const { username, externalId, status, email, locale, supervisor, enrolledOn, attributes } = one;
        const words = Object.entries(attributes).map(([name, value]) => `${name}=${value}`);
        return line(
          username,
          externalId || null,
          status,
          email,
          locale,
          supervisor?.username,
          enrolledOn,
          ...words.sort(),
        );
      })
      .sort(),
    memberships: state.memberships.map(({ group, person, source }) => line(group, person.username, source)).sort(),
    units: [...state.units].map(([id, { name, parent }]) => line(id, name, parent)).sort(),
    planning: [...state.planning].map(([key, status]) => line(key, status)).sort(),
    registrations: state.registrations
      .map((one) => {
        const { component, person, cycle, status, source, dueOn, bookedOn, cancelReason, nextDueOn, prerequisites } =
          one;
        return line(
          component,
          person.username,
          cycle,
          status,
          source,
          dueOn,
          bookedOn,
          cancelReason,
          nextDueOn,
          prerequisites,
          one.parent?.component,
        );
      })
      .sort(),
  };
}

export { line };
