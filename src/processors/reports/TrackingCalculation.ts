import { z } from "zod";
import {
  planTracking,
  raiseTrackingDay,
  readTracking,
  selectTrackingDays,
  type TrackingDay,
  writeLastEventId,
} from "../../learning/tracking/days.ts";
import {
  addOwnerless,
  addRange,
  type DayEvents,
  deleteOwnerless,
  deleteRange,
  type EventRange,
  removeStaleSums,
  replaceSums,
  selectRange,
  selectRangeEnd,
  selectTrackedPeople,
} from "../../learning/tracking/sums.ts";
import type { Query } from "../../store/statement.ts";
import { addDays, type Day, isDay } from "../../time/day.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";

const parameters = z.strictObject({
  keepRawDays: z
    .int()
    .min(0)
    .max(3650)
    .default(30)
    .describe("Single events are deleted once their day is more than this many days ago"),
  recomputeFrom: z
    .string()
    .refine(isDay, "Enter a day such as 2026-03-02")
    .nullable()
    .default(null)
    .describe("A start by hand computes the days from this one on anew"),
});

const plan = z.strictObject({
  lateTo: z.string().nullable(),
  lastEventId: z.int(),
  from: z.string(),
  upTo: z.string(),
  rawDeletedTo: z.string().nullable(),
  deleteTo: z.string(),
  seenId: z.int(),
});
type Plan = z.output<typeof plan>;

/** What is done with a day, in this order over all days: late events, computing, deleting. */
const phase = z.enum(["late", "compute", "delete"]);

/** A phase is done for the days before `day`, and on it up to the person or event `after`. What the run does stays as it was planned. */
const cursor = z.strictObject({ plan, phase, day: z.string(), after: z.int() });
type Cursor = z.output<typeof cursor>;

const counts = ["days", "groups", "rawDeleted", "orphans"] as const;
type Count = (typeof counts)[number];
type Steps = AsyncGenerator<Step<Cursor, Count>, void>;
type Context = RunContext<z.output<typeof parameters>, Cursor>;

/** Before every id. */
const START = -1;
/** Events that are summed up or deleted with one step, for each row of `chunkSize`: none of them is read one by one. */
const EVENTS_PER_ROW = 25;

/** Handbook, catalogue: TrackingCalculation. */
export const TrackingCalculation = defineProcessor({
  id: "TrackingCalculation",
  group: "reports",
  title: "Sum up tracking",
  summary: "Sums up what people did by day, person, component and item, and deletes old single events.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 1 1 * * ?",
  after: [],
  dryRun: "exact",
  parameters,
  cursor,
  counts,
  async *run(context) {
    const { rows, today } = context;
    const upTo = addDays(today, -1);
    let { cursor: from } = context;
    let days: readonly TrackingDay[];
    if (from) {
      days = await rows.all(selectTrackingDays(from.plan.upTo));
    } else {
      const found = await readTracking(rows, upTo);
      days = found.days;
      const planned = planTracking(found, upTo, context.parameters.keepRawDays, recomputeFrom(context, found.state));
      from = { plan: planned, phase: "late", day: "", after: START };
    }
    const work = new Work(context, from);
    for (const name of phase.options.slice(phase.options.indexOf(from.phase))) yield* work.all(name, days);
    return undefined;
  },
});

/** The parameter where it counts: at a start by hand, and not before the days whose events are gone. */
function recomputeFrom({ run, parameters, log }: Context, state: { readonly rawDeletedTo: Day | null }): Day | null {
  const day = parameters.recomputeFrom;
  if (day === null) return null;
  if (run.kind !== "manual") {
    log.warn("recomputeFrom counts for a start by hand only", { recomputeFrom: day });
    return null;
  }
  if (state.rawDeletedTo !== null && day <= state.rawDeletedTo) {
    log.warn("The single events of earlier days were deleted, so those days are not computed anew", {
      recomputeFrom: day,
      rawDeletedTo: state.rawDeletedTo,
    });
  }
  return day;
}

/** One run's work on days. */
class Work {
  readonly #context: Context;
  readonly #start: Cursor;

  constructor(context: Context, start: Cursor) {
    this.#context = context;
    this.#start = start;
  }

  /** Does a phase for each day that it concerns, from where the run stands. */
  async *all(name: Cursor["phase"], days: readonly TrackingDay[]): Steps {
    const { plan, day: first, phase: at, after } = this.#start;
    const concerned = days.filter(({ day, lastId }) => concerns(plan, name, day, lastId));
    for (const { day } of concerned) {
      if (name === at && day < first) continue;
      const from = { plan, phase: name, day, after: name === at && day === first ? after : START };
      if (name === "compute") yield* this.#compute(from, null);
      else if (name === "delete") yield* this.#delete(from, concerned.at(-1)?.day ?? day);
      else if (plan.rawDeletedTo !== null && day <= plan.rawDeletedTo) yield* this.#add(from);
      else yield* this.#compute(from, plan.lastEventId);
    }
    if (name !== "compute" || plan.seenId === plan.lastEventId) return;
    yield { cursor: { plan, phase: "delete", day: "", after: START }, ...this.#notes([writeLastEventId(plan.seenId)]) };
  }

  /** Sets the sums of a day for all people with events, or only for those with late ones. */
  async *#compute(from: Cursor, lateAfter: number | null): Steps {
    const { rows, now, parameters } = this.#context;
    const { day, plan } = from;
    const of: DayEvents = { day, upTo: plan.seenId };
    const limit = parameters.chunkSize * EVENTS_PER_ROW;
    for (let after = from.after; ; ) {
      const people = await rows.all(selectTrackedPeople(of, lateAfter, after, limit));
      const isLast = (people[0]?.looked ?? 0) < limit;
      after = people.at(-1)?.id ?? after;
      const known = people.filter((person) => person.known);
      const others = people.filter((person) => !person.known).map(({ id }) => id);
      const sumsOf = (some: typeof people) => some.reduce((total, { sums }) => total + sums, 0);
      const units: Unit<Count>[] = [];
      if (known.length > 0) {
        const ids = known.map(({ id }) => id);
        const before = known.flatMap(({ id, stored }) => (stored ? [id] : []));
        units.push({
          ref: `${day} persons:${ids[0]}–${ids.at(-1)}`,
          rows: sumsOf(known),
          writes: [
            { write: replaceSums(of, ids, now), count: "groups" },
            ...(before.length > 0 ? [{ write: removeStaleSums(of, before), always: true as const }] : []),
          ],
        });
      }
      if (others.length > 0) {
        units.push({
          ref: `${day} person:0`,
          rows: sumsOf(people) - sumsOf(known),
          writes: [
            { write: addOwnerless(of, others, now), count: "groups" },
            { write: deleteOwnerless(of, others), count: "orphans" },
          ],
        });
      }
      const strays = known.reduce((total, person) => total + person.strays, 0);
      const done = isLast && lateAfter === null;
      yield {
        units,
        counts: { orphans: strays, days: done ? 1 : 0 },
        // Behind the day: a run that is taken up here does not find it done a second time.
        cursor: isLast ? { ...from, day: addDays(day, 1), after: START } : { ...from, after },
        ...this.#notes(done ? [raiseTrackingDay("watermark", day)] : []),
      };
      if (isLast) return;
    }
  }

  /** Adds late events of a day whose other events are gone, and deletes them in the same step. */
  async *#add(from: Cursor): Steps {
    const { rows, now, parameters } = this.#context;
    const { plan, day } = from;
    for (let after = Math.max(from.after, plan.lastEventId); ; ) {
      const facts = await rows.first(selectRange({ day, after, upTo: plan.seenId }, parameters.chunkSize));
      if (!facts || facts.last === null) return;
      const range: EventRange = { day, after, upTo: facts.last };
      after = facts.last;
      const unit = (whose: "known" | "ownerless", events: number, count: Count): Unit<Count>[] =>
        events === 0
          ? []
          : [
              {
                ref: `${day} late events up to ${facts.last}`,
                writes: [
                  { write: addRange(range, whose, now), count: "groups" },
                  { write: deleteRange(range, whose), count },
                ],
              },
            ];
      yield {
        units: [
          ...unit("known", facts.events - facts.ownerless, "rawDeleted"),
          ...unit("ownerless", facts.ownerless, "orphans"),
        ],
        counts: { orphans: facts.strays },
        cursor: { ...from, after },
      };
    }
  }

  /** Deletes the computed events of a day; `last` is the last such day of the run. */
  async *#delete(from: Cursor, last: Day): Steps {
    const { rows, run, parameters } = this.#context;
    const { plan, day } = from;
    const upTo = plan.rawDeletedTo !== null && day <= plan.rawDeletedTo ? plan.lastEventId : plan.seenId;
    const limit = parameters.chunkSize * EVENTS_PER_ROW;
    for (let after = from.after; ; ) {
      const rest = { day, after, upTo };
      // A dry run has left those without a person where they were.
      const facts = await rows.first(run.dryRun ? selectRange(rest, limit) : selectRangeEnd(rest, limit));
      if (!facts || facts.last === null) return;
      const range: EventRange = { day, after, upTo: facts.last };
      after = facts.last;
      const events = facts.events - facts.ownerless;
      const write = deleteRange(range, run.dryRun ? "lasting" : "all");
      const ref = `${day} events up to ${facts.last}`;
      yield {
        units: events === 0 ? [] : [{ ref, rows: events, writes: [{ write, count: "rawDeleted" }] }],
        cursor: { ...from, after },
        // Before the first event goes: a day that has lost some can never be computed again.
        ...this.#notes([raiseTrackingDay("rawDeletedTo", last)]),
        // And when it is gone, since its id may be the next one's.
        followUp: [writeLastEventId(plan.seenId)],
      };
    }
  }

  #notes(also: readonly Query[]): { readonly also?: readonly Query[] } {
    return this.#context.run.dryRun || also.length === 0 ? {} : { also };
  }
}

/** Whether a phase has something to do with a day whose highest event is `lastId`. */
function concerns(plan: Plan, name: Cursor["phase"], day: Day, lastId: number): boolean {
  switch (name) {
    case "late":
      return plan.lateTo !== null && day <= plan.lateTo && lastId > plan.lastEventId;
    case "compute":
      return day >= plan.from && day <= plan.upTo;
    case "delete":
      return day <= plan.deleteTo;
    default:
      return name satisfies never;
  }
}
