import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { cancelRegistration } from "../../learning/enrolment/close.ts";
import { promoteWaiting } from "../../learning/enrolment/places/waiting-list.ts";
import {
  type OverdueComponent,
  overdueComponents,
  type UnmetRegistration,
  unmetRegistrations,
} from "../../learning/enrolment/prerequisites/overdue-prerequisites.ts";
import { prerequisitesProblem } from "../../learning/enrolment/prerequisites/prerequisites.ts";
import type { Recipient } from "../../learning/enrolment/registration-message.ts";
import { openStatuses, type RegistrationStatus, takesSeat } from "../../learning/enrolment/status.ts";
import { metaTags } from "../../learning/meta.ts";
import { parseRule, type Rule } from "../../learning/rules/schema.ts";
import type { Failure } from "../../store/step/step.ts";
import { addDays, isDay, knownZone } from "../../time/day.ts";
import { defineProcessor, type RunContext, type Step, type Unit, type Write } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailingCursor } from "../delivery.ts";
import { pages } from "../patterns/pages.ts";
import { unitOf } from "../unit-of.ts";
import { notifying, RegistrationMessages } from "./registration-messages.ts";

const parameters = z.strictObject({
  onDueDate: z.boolean().default(false).describe("Cancel on the due day itself, not only once it is past"),
  promoteWaitingList: z
    .boolean()
    .default(true)
    .describe("Give each freed place of a released or fixed course to who has waited longest"),
  notify: z
    .boolean()
    .default(true)
    .describe("Send a message to each person whose registration is cancelled, and to the supervisor"),
});

/** Who waits for a place goes before those who have one, so that no place is given to a person who has to go too. */
const groups: Readonly<Record<"waiting" | "others", readonly RegistrationStatus[]>> = {
  waiting: ["waiting_list"],
  others: openStatuses.filter((status) => status !== "waiting_list"),
};

/** Components below `component` are done, and on it, of the group at work, the registrations up to `after`. */
const position = z.strictObject({ component: z.int(), group: z.enum(["waiting", "others"]), after: z.int() });
type Position = z.output<typeof position>;

const counts = ["components", "cancelled", "promoted"] as const;
type Count = (typeof counts)[number];
type Context = RunContext<z.output<typeof parameters>, MailingCursor<Position>>;

/**
 * Handbook, catalogue: PrerequisitesOverdueCancelJob. Whether a person meets the prerequisites is asked anew; who met them once, as the
 * registration says, meets them. A dry run rehearses no promotion.
 */
export const PrerequisitesOverdueCancelJob = defineProcessor({
  id: "PrerequisitesOverdueCancelJob",
  group: "enrolment",
  title: "Cancel registrations with overdue prerequisites",
  summary:
    "Cancels registrations whose prerequisites were not met in time, and gives their places to the waiting list.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 10 3 * * ?",
  after: ["PrerequisiteCheck"],
  dryRun: "lower_bound",
  parameters,
  cursor: mailingCursor(position),
  counts: [...counts, ...deliveryCounts],
  run: (context) => notifying<Position, Count>(context, (from) => cancelOverdue(context, from)),
});

async function* cancelOverdue(
  context: Context,
  from: Position | null,
): AsyncGenerator<Step<Position, Count>, undefined> {
  const { rows, today, parameters } = context;
  const before = parameters.onDueDate ? addDays(today, 1) : today;
  const read = (done: number) => rows.all(overdueComponents(done + 1, before, parameters.chunkSize));
  for await (const page of pages((from?.component ?? 1) - 1, read, ({ id }) => id)) {
    for (const component of page.rows) {
      const { id } = component;
      const rule = await ruleOf(context, component);
      if ("code" in rule) {
        yield {
          units: [{ ref: `component:${id}`, writes: [], failure: rule }],
          cursor: { component: id + 1, group: "waiting", after: 0 },
        };
        continue;
      }
      yield* cancelOn(context, component, rule, from?.component === id ? from : null);
    }
  }
  return undefined;
}

/** The component's prerequisites; a failure where it cannot be judged who does not meet them in time. */
async function ruleOf(
  { rows }: Context,
  { prerequisites, prerequisitesDueOn: day }: OverdueComponent,
): Promise<Rule | Failure> {
  if (!isDay(day))
    return {
      code: "bad_value",
      message: `Meta tag ${metaTags.prerequisitesDueOn} is "${day}"; enter a day as YYYY-MM-DD`,
    };
  const problem = await prerequisitesProblem(rows, prerequisites);
  if (problem) return problem;
  const parsed = parseRule(prerequisites ?? "");
  return parsed.ok ? parsed.rule : { code: "bad_rule", message: "prerequisites: they cannot be read" };
}

async function* cancelOn(
  context: Context,
  component: OverdueComponent,
  rule: Rule,
  from: Position | null,
): AsyncGenerator<Step<Position, Count>, void> {
  const { rows, today, timeZone, configuration, parameters } = context;
  const scene = { today, timeZone, coverage: await configuration.read(settings.equivalencesEnabled) };
  let first = from === null;
  for (const group of ["waiting", "others"] as const) {
    if (from?.group === "others" && group === "waiting") continue;
    const read = (after: number) =>
      rows.all(unmetRegistrations(component.id, rule, scene, groups[group], { after, limit: parameters.chunkSize }));
    for await (const page of pages(from?.group === group ? from.after : 0, read, ({ id }) => id)) {
      const messages = new RegistrationMessages(context);
      const units = page.rows.map((one) =>
        unitOf(`registration:${one.id}`, () => cancel(context, component, one, messages)),
      );
      yield {
        units: await Promise.all(units),
        counts: first ? { components: 1 } : {},
        cursor: { component: component.id, group, after: page.after },
      };
      first = false;
    }
  }
}

async function cancel(
  { run, now, today, timeZone, parameters }: Context,
  component: OverdueComponent,
  registration: UnmetRegistration,
  messages: RegistrationMessages,
): Promise<Omit<Unit<Count>, "ref">> {
  const cancelled = cancelRegistration(
    registration,
    "prerequisites_overdue",
    { now, today },
    {
      prerequisite_status: "overdue",
      prerequisite_checked_at: now,
    },
  );
  const writes: Write<Count>[] = [{ ...cancelled, count: "cancelled" }];
  if (parameters.promoteWaitingList && takesSeat(registration.status) && !run.dryRun)
    writes.push({ ...promoteWaiting(component.id, now), count: "promoted" });
  if (!parameters.notify) return { writes };
  const zone = knownZone(component.timeZone ?? timeZone);
  const told = await messages.queue("prereq", registration, component, zone);
  const supervisor = supervisorOf(registration);
  const reported = supervisor && (await messages.queue("prereq_supervisor", registration, component, zone, supervisor));
  const failure = told.failure ?? reported?.failure;
  return { writes: [...writes, ...told.writes, ...(reported?.writes ?? [])], ...(failure ? { failure } : {}) };
}

function supervisorOf(registration: UnmetRegistration): Recipient | null {
  if (registration.supervisorId === null) return null;
  return {
    personId: registration.supervisorId,
    givenName: registration.supervisorGivenName ?? "",
    familyName: registration.supervisorFamilyName ?? "",
    email: registration.supervisorEmail,
    locale: registration.supervisorLocale,
    authStatus: registration.supervisorAuthStatus ?? "",
  };
}
