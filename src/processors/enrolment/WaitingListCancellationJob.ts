import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { endOf, unknownZone } from "../../learning/component-end.ts";
import { readSeatsLeft } from "../../learning/enrolment/places/seats.ts";
import { promote, type WaitingList, waitingLists, waitingOn } from "../../learning/enrolment/places/waiting-list.ts";
import { Prerequisites, prerequisitesProblem } from "../../learning/enrolment/prerequisites/prerequisites.ts";
import type { Failure } from "../../store/step/step.ts";
import { isTimeZone, localDay, startOfDay } from "../../time/day.ts";
import { nowAsOf } from "../as-of.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailingCursor } from "../delivery.ts";
import { pages } from "../patterns/pages.ts";
import { unitOf } from "../unit-of.ts";
import { cancelAndTell, notifying, RegistrationMessages } from "./registration-messages.ts";

const parameters = z.strictObject({
  graceHours: z
    .int()
    .min(0)
    .max(8760)
    .default(0)
    .describe("Hours after the start before the waiting list is cancelled"),
  fillPlaces: z
    .boolean()
    .default(true)
    .describe("From the day of the start on, give free places to those who have waited longest"),
  notify: z.boolean().default(true).describe("Send a message to each person who is taken off a waiting list"),
});

/** Components below `component` are done, and on it the registrations up to `after`; `given`: places that a dry run gave on it. */
const position = z.strictObject({ component: z.int(), after: z.int(), given: z.int() });
type Position = z.output<typeof position>;

const counts = ["promoted", "cancelled"] as const;
type Count = (typeof counts)[number];
type Context = RunContext<z.output<typeof parameters>, MailingCursor<Position>>;

/** A waiting list at which something is to be done now. */
interface Task {
  readonly list: WaitingList;
  readonly zone: string;
  /** Its free places are given away; who is left is cancelled. */
  readonly fill: boolean;
  readonly cancel: boolean;
}

const MS_PER_HOUR = 3_600_000;
/** A local day is not longer (ms), so a component whose day has begun somewhere starts within it. */
const LONGEST_DAY = 26 * MS_PER_HOUR;

/**
 * Handbook, catalogue: WaitingListCancellationJob. A registration gets a place, or it is cancelled, or nothing happens to it
 * yet: that is one unit, in the order in which
 * people wait. One whose place is taken between read and write stays on the list until the next run.
 *
 * What the spec leaves open: the start is an instant, also where it is midnight; `graceHours` keeps a list longer. A person who
 * once met the prerequisites, as the registration says, meets them. Where they cannot be read, no person is promoted and none
 * cancelled. People who are not active get no place and no message.
 */
export const WaitingListCancellationJob = defineProcessor({
  id: "WaitingListCancellationJob",
  group: "enrolment",
  title: "Clear waiting lists at the start",
  summary:
    "Gives free places to the waiting list on the day of the start, and cancels who is left once the course has begun.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 20 0 * * ?",
  after: [],
  // Mails are sent once they are queued, and a dry run queues none.
  dryRun: "lower_bound",
  parameters,
  cursor: mailingCursor(position),
  counts: [...counts, ...deliveryCounts],
  run: (context) => notifying<Position, Count>(context, (from) => clearLists(context, from)),
});

async function* clearLists(context: Context, from: Position | null): AsyncGenerator<Step<Position, Count>, undefined> {
  const { rows, today, log, parameters } = context;
  const reached = nowAsOf(context);
  const start = from ?? { component: 1, after: 0, given: 0 };
  const read = (done: number) => rows.all(waitingLists(done + 1, reached + LONGEST_DAY, today, parameters.chunkSize));
  for await (const page of pages(start.component - 1, read, ({ id }) => id)) {
    for (const list of page.rows) {
      const { id } = list;
      const done = { component: id + 1, after: 0, given: 0 };
      const task = await taskOf(context, list, reached);
      if (task && !("code" in task)) {
        yield* clearList(context, task, id === start.component ? start : { ...done, component: id });
        continue;
      }
      if (list.startAt === null) log.warn(`Component ${id} has a waiting list but no start; left as it is`);
      const unit: Unit<Count> = { ref: `component:${id}`, writes: [], ...(task ? { failure: task } : {}) };
      if (task || list.startAt === null) yield { units: [unit], cursor: done };
    }
  }
  return undefined;
}

/** What is to be done at a waiting list at the instant (ms) `reached`; null: nothing. A failure says why it cannot be known. */
async function taskOf(context: Context, list: WaitingList, reached: number): Promise<Task | Failure | null> {
  const { rows, timeZone, parameters } = context;
  const { startAt, endAt, planningStatus, prerequisites } = list;
  if (startAt === null) return null;
  const zone = list.timeZone ?? timeZone;
  if (!isTimeZone(zone)) return unknownZone(zone);
  const open = planningStatus === "released" || planningStatus === "fixed";
  const isStartDay = startOfDay(localDay(startAt, zone), zone) <= reached;
  const over = endAt !== null && endOf(endAt, zone) <= reached;
  const fill = parameters.fillPlaces && open && isStartDay && !over;
  const cancel = startAt + parameters.graceHours * MS_PER_HOUR <= reached;
  if (!fill && !cancel) return null;
  return (fill ? await prerequisitesProblem(rows, prerequisites) : null) ?? { list, zone, fill, cancel };
}

async function* clearList(context: Context, task: Task, start: Position): AsyncGenerator<Step<Position, Count>, void> {
  const { rows, run, today, timeZone, configuration, parameters } = context;
  const { list, zone, fill, cancel } = task;
  const dropped = { reason: "waiting_list_start", event: "waitlist", component: list, zone } as const;
  const coverage = await configuration.read(settings.equivalencesEnabled);
  let left = fill ? (await readSeatsLeft(rows, list.id)) - start.given : 0;
  let { given } = start;
  const read = (after: number) =>
    left > 0 || cancel ? rows.all(waitingOn(list.id, after, parameters.chunkSize)) : Promise.resolve([]);
  for await (const { rows: found, after } of pages(start.after, read, ({ id }) => id)) {
    const people = found.map(({ personId }) => personId);
    // Who gets no place anyway is asked nothing.
    const asked = left > 0 ? list.prerequisites : null;
    const standing = await new Prerequisites(rows, { today, timeZone, coverage }, people).standing(asked);
    const units: Unit<Count>[] = [];
    const messages = new RegistrationMessages(context);
    for (const waiting of found) {
      const stands = waiting.prerequisiteStatus === "met" ? "met" : standing(waiting.personId);
      const meets = stands !== "not_met" || !list.prerequisitesRequired;
      const ref = `registration:${waiting.id}`;
      if (left > 0 && meets && waiting.authStatus === "active") {
        left -= 1;
        given += run.dryRun ? 1 : 0;
        units.push({ ref, writes: [{ ...promote(waiting, stands, context.now), count: "promoted" }] });
      } else if (cancel) units.push(await unitOf(ref, () => cancelAndTell(context, messages, waiting, dropped)));
      else if (left > 0) units.push({ ref, writes: [] });
    }
    yield { units, cursor: { component: list.id, after, given } };
  }
}
