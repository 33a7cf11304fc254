import { calendarOf } from "../../control/jobs/calendar.ts";
import type { PlannedJob } from "../../control/jobs/planned-jobs.ts";
import type { Catalogue } from "../../processors/catalogue.ts";
import { type FireOptions, QuartzExpression, QuartzSyntaxError, UnknownZoneError } from "../../quartz/index.ts";

/** Heavy jobs whose fires lie this close (ms) are in each other's way (handbook, manager: plan and warnings). */
export const NEAR_MS = 15 * 60_000;

/** Fires to come that are compared (handbook, manager: plan and warnings). */
const FIRES = 20;

/** A month (ms): meetings are looked for so far at least. */
const LOOK_AHEAD_MS = 31 * 24 * 3_600_000;

/** Heavy jobs of a client that are compared with each other at most: the pairs grow with the square. */
export const COMPARED_AT_MOST = 40;

/** Pairs of jobs whose order one plan looks at. */
const PAIRS_AT_MOST = 1000;

/** A clock that can be asked. */
interface Clock {
  readonly job: PlannedJob;
  readonly expression: QuartzExpression;
  readonly options: FireOptions;
  /** Its next fires, ms. */
  readonly fires: readonly number[];
}

/** Two heavy jobs that start close to each other. Instants in ms. */
export interface Meeting {
  readonly one: PlannedJob;
  readonly other: PlannedJob;
  /** The first time that they meet. */
  readonly oneAt: number;
  readonly otherAt: number;
  /** How often among the fires that were compared. */
  readonly times: number;
}

/** A job that fires ahead of one whose work it needs. Instants in ms. */
export interface Contradiction {
  /** Should be first. */
  readonly earlier: PlannedJob;
  /** Needs it, and fires before it. */
  readonly later: PlannedJob;
  /** The first such day: the last fire of `later`, and the first of `earlier` behind it. */
  readonly laterAt: number;
  readonly earlierAt: number;
}

/** What is wrong with a job beside its neighbours. It never keeps an administrator from saving it. */
export interface PlanWarnings {
  readonly meetings: readonly Meeting[];
  readonly contradictions: readonly Contradiction[];
}

/** The clock of a job, seen from `now` (ms); null where the stored expression or zone cannot be read. */
function clockOf(job: PlannedJob, now: number): Clock | null {
  const calendar = calendarOf(job.holidays);
  try {
    const expression = QuartzExpression.parse(job.cron);
    const options: FireOptions = { transitions: job.transitions, ...(calendar ? { calendar } : {}) };
    const fires: number[] = [];
    for (let at = expression.next(now, job.timeZone, options); at !== null && fires.length < FIRES; ) {
      fires.push(at);
      at = expression.next(at, job.timeZone, options);
    }
    return { job, expression, options, fires };
  } catch (error) {
    if (error instanceof QuartzSyntaxError || error instanceof UnknownZoneError) return null;
    throw error;
  }
}

const clocksOf = (jobs: readonly PlannedJob[], now: number): Clock[] =>
  jobs.map((job) => clockOf(job, now)).filter((clock): clock is Clock => clock !== null);

const isHeavy = ({ job }: Clock) => job.load === "heavy";
const next = ({ expression, job, options }: Clock, after: number) => expression.next(after, job.timeZone, options);
const previous = ({ expression, job, options }: Clock, before: number) =>
  expression.previous(before, job.timeZone, options);

/** The fire of a clock that lies nearest to an instant, and after `now`; null for none within {@link NEAR_MS}. */
function nearest(clock: Clock, instant: number, now: number): number | null {
  const following = next(clock, instant - 1);
  const before = previous(clock, instant);
  const near = [before, following].filter(
    (at): at is number => at !== null && at > now && Math.abs(at - instant) <= NEAR_MS,
  );
  return near.toSorted((a, b) => Math.abs(a - instant) - Math.abs(b - instant))[0] ?? null;
}

/** Where two heavy jobs meet among the next 20 fires of either, as far as the other's go, or a month; null where they do not. */
function meetingOf(one: Clock, other: Clock, now: number): Meeting | null {
  const [ofOne, ofOther] = [one.fires, other.fires];
  // What a yearly job will meet in ten years does not matter; what an hourly one meets tomorrow night is.
  const end = Math.max(now + LOOK_AHEAD_MS, Math.min(ofOne.at(-1) ?? now, ofOther.at(-1) ?? now));
  const seenFromOne = ofOne.filter((at) => at <= end).map((at) => [at, nearest(other, at, now)] as const);
  const seenFromOther = ofOther.filter((at) => at <= end).map((at) => [nearest(one, at, now), at] as const);
  const pairs = [...seenFromOne, ...seenFromOther].filter(
    (pair): pair is readonly [number, number] => pair[0] !== null && pair[1] !== null,
  );
  const first = pairs.toSorted((a, b) => Math.min(...a) - Math.min(...b))[0];
  if (!first) return null;
  const times = new Set(pairs.map(([at]) => at)).size;
  return { one: one.job, other: other.job, oneAt: first[0], otherAt: first[1], times };
}

const MIDNIGHT = QuartzExpression.parse("0 0 0 * * ?");

/** A local day on which a clock fires. Instants in ms. */
interface FiringDay {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Its last fire on that day. */
  readonly last: number;
}

/** The local days of a clock's next fires. */
function firingDays(clock: Clock): FiringDay[] {
  const zone = clock.job.timeZone;
  const days: FiringDay[] = [];
  for (const at of clock.fires) {
    if (at < (days.at(-1)?.end ?? Number.NEGATIVE_INFINITY)) continue;
    const end = MIDNIGHT.next(at, zone) ?? Number.POSITIVE_INFINITY;
    days.push({ start: MIDNIGHT.previous(at + 1, zone) ?? at, end, last: previous(clock, end) ?? at });
  }
  return days;
}

/**
 * Whether a job comes before the one whose work it needs: on a local day that both have a fire, its last one lies before the
 * first of the other, and not just behind the other's fire of the evening before. Looked at on the days of its next 20 fires.
 */
function contradictionOf(later: Clock, days: readonly FiringDay[], earlier: Clock): Contradiction | null {
  for (const { start, end, last } of days) {
    const first = next(earlier, start - 1);
    if (first === null) return null;
    if (first >= end || first <= last) continue;
    const eve = previous(earlier, first);
    if (eve !== null && last - eve < first - last) continue;
    return { earlier: earlier.job, later: later.job, laterAt: last, earlierAt: first };
  }
  return null;
}

/** The id under which the catalogue knows a processor: jobs may be stored under an alias. */
const idOf = (catalogue: Catalogue, processor: string) => catalogue.find(processor)?.id ?? processor;

/**
 * Ids and aliases of the processors that a job of this one has an order with, on either side: those that it must be behind,
 * and those that must be behind it.
 */
export function orderedWith(catalogue: Catalogue, processor: string): readonly string[] {
  const id = idOf(catalogue, processor);
  const before = catalogue.before(id);
  return catalogue
    .all()
    .filter((other) => before.has(other.id) || catalogue.before(other.id).has(id))
    .flatMap((other) => [other.id, ...(other.aliases ?? [])]);
}

const mustBeBehind = (catalogue: Catalogue, later: PlannedJob, earlier: PlannedJob) =>
  catalogue.before(later.processor).has(idOf(catalogue, earlier.processor));

/**
 * What is wrong with one job among the others of its client: heavy ones that start within 15 minutes of it, and an order
 * that its fires contradict (handbook, manager: plan and warnings). Those whose expression cannot be read are left out.
 *
 * @param others active jobs with a clock of the same client, at most some hundred
 * @param now ms
 */
export function warningsFor(
  job: PlannedJob,
  others: readonly PlannedJob[],
  catalogue: Catalogue,
  now: number,
): PlanWarnings {
  const own = clockOf(job, now);
  if (!own) return { meetings: [], contradictions: [] };
  const meetings: Meeting[] = [];
  const contradictions: Contradiction[] = [];
  const ownDays = firingDays(own);
  for (const other of clocksOf(others, now)) {
    const meeting = job.load === "heavy" && other.job.load === "heavy" ? meetingOf(own, other, now) : null;
    if (meeting) meetings.push(meeting);
    const contradiction = mustBeBehind(catalogue, job, other.job)
      ? contradictionOf(own, ownDays, other)
      : mustBeBehind(catalogue, other.job, job)
        ? contradictionOf(other, firingDays(other), own)
        : null;
    if (contradiction) contradictions.push(contradiction);
  }
  return { meetings, contradictions };
}

/** One fire of the plan. Instants in ms. */
export interface PlannedFire {
  readonly job: PlannedJob;
  readonly at: number;
  /** Nothing starts then: the job is paused. */
  readonly paused: boolean;
}

/** A job that fires too often for a line each. Instants in ms. */
export interface FrequentJob {
  readonly job: PlannedJob;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** Something that a change of clocks does to a job. */
export interface Surprise {
  readonly job: PlannedJob;
  readonly messages: { readonly en: string; readonly de: string };
}

/** A client's plan. */
export interface Plan extends PlanWarnings {
  /** By time. */
  readonly fires: readonly PlannedFire[];
  readonly frequent: readonly FrequentJob[];
  readonly surprises: readonly Surprise[];
  /** Their expression or zone cannot be read. */
  readonly unreadable: readonly PlannedJob[];
  /** False: there are more heavy or ordered jobs than are compared with each other. */
  readonly comparedAll: boolean;
}

/** A job with more fires than this in the window is shown in one line. */
export const LINES_PER_JOB = 8;

/** A day (ms) as the window of the plan; the clocks' changes are seen four weeks ahead. */
export const WINDOW_MS = 24 * 3_600_000;
export const SURPRISES_MS = 28 * WINDOW_MS;

/** More fires than one a minute are not counted further. */
const COUNTED_AT_MOST = 1440;

/**
 * The next 24 hours of a client's jobs, which of them meet or contradict their order, and what a change of clocks within four
 * weeks does to them.
 *
 * @param jobs of one client, at most some hundred: the work grows with their number, for heavy and ordered ones with the pairs
 * @param now ms
 */
export function planOf(jobs: readonly PlannedJob[], catalogue: Catalogue, now: number): Plan {
  const clocks = clocksOf(jobs, now);
  const readable = new Set(clocks.map(({ job }) => job));
  const planned: PlannedFire[] = [];
  const frequent: FrequentJob[] = [];
  const surprises: Surprise[] = [];
  for (const clock of clocks) {
    const { job } = clock;
    const window: number[] = [];
    for (const at of clock.expression.occurrences(now + 1, now + WINDOW_MS, job.timeZone, clock.options)) {
      window.push(at);
      if (window.length === COUNTED_AT_MOST) break;
    }
    const [first, last] = [window[0], window.at(-1)];
    if (window.length > LINES_PER_JOB && first !== undefined && last !== undefined) {
      frequent.push({ job, first, last, count: window.length });
    } else {
      planned.push(...window.map((at) => ({ job, at, paused: job.pausedUntil !== null && at < job.pausedUntil })));
    }
    if (window.length <= LINES_PER_JOB) surprises.push(...surprisesOf(clock, now));
  }
  const heavy = clocks.filter(isHeavy).slice(0, COMPARED_AT_MOST);
  const meetings = heavy.flatMap((one, index) =>
    heavy.slice(index + 1).flatMap((other) => meetingOf(one, other, now) ?? []),
  );
  const contradictions: Contradiction[] = [];
  let pairs = 0;
  for (const later of clocks) {
    const before = clocks.filter((earlier) => mustBeBehind(catalogue, later.job, earlier.job));
    pairs += before.length;
    if (before.length === 0 || pairs > PAIRS_AT_MOST) continue;
    const days = firingDays(later);
    contradictions.push(...before.flatMap((earlier) => contradictionOf(later, days, earlier) ?? []));
  }
  return {
    fires: planned.toSorted((a, b) => a.at - b.at || a.job.jobId - b.job.jobId),
    frequent,
    meetings: meetings.toSorted((a, b) => a.oneAt - b.oneAt),
    contradictions: contradictions.toSorted((a, b) => a.laterAt - b.laterAt),
    surprises,
    unreadable: jobs.filter((job) => !readable.has(job)),
    comparedAll: clocks.filter(isHeavy).length <= COMPARED_AT_MOST && pairs <= PAIRS_AT_MOST,
  };
}

/** What the changes of clocks to come do to a clock: moved, lost, or shown twice. A rhythm that just goes on is none. */
function surprisesOf({ job, expression, options }: Clock, now: number): Surprise[] {
  return expression
    .lint(job.timeZone, now, options, now + SURPRISES_MS)
    .filter(
      ({ code, severity, instants }) =>
        code === "overlap" || (code === "gap" && (instants.length > 0 || severity === "warning")),
    )
    .map(({ messages }) => ({ job, messages }));
}
