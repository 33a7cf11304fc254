import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { calendarOf } from "../../control/jobs/calendar.ts";
import { type FireOptions, QuartzExpression, QuartzSyntaxError, UnknownZoneError } from "../../quartz/index.ts";
import { independent, leadHit } from "../../store/change.ts";
import { writeState } from "../../store/state.ts";
import { thisRun } from "../../store/statement.ts";
import {
  defineProcessor,
  effect,
  type RunContext,
  type RunEnded,
  type RunToEnd,
  type Unit,
  type Yielded,
} from "../contract.ts";

const ID = "JobSchedulerDuplicateCheck";
const MINUTE_MS = 60_000;
/** Wake-ups without a sign of life after which a run is given up. */
const FRUITLESS = 3;
/** A runner judges what has come due within seconds; what has been queued for this time (ms) it has not seen. */
const UNSEEN_MS = 60_000;
/** Rows of each kind that one run deals with; the next is five minutes away. */
const AT_MOST = 200;
/** Missed occurrences of one trigger that are counted; where there are more, the row says "at least" this number. */
const COUNTED_AT_MOST = 10_000;

const parameters = z.strictObject({
  lateMinutes: z.int().min(1).max(1440).default(15).describe("A trigger this late without a run is computed anew"),
});

/** A run that loses its place to another of its job. */
interface Duplicate {
  readonly id: number;
  readonly client: number;
  readonly lease: number;
  /** The run that keeps the place. */
  readonly beside: number;
}

/** A run at work that gives no sign of life. */
interface Silent {
  readonly id: number;
  readonly client: number;
  readonly lease: number;
  /** Its last sign of life (ms); 0: none. */
  readonly heartbeat: number;
  /** Wake-ups since then. */
  readonly wakes: number;
}

/** The phase under way; what it found and has not dealt with, null before it has looked. */
type Cursor =
  | { readonly phase: "duplicates"; readonly left: readonly Duplicate[] | null }
  | { readonly phase: "silent"; readonly left: readonly Silent[] | null }
  | { readonly phase: "triggers" | "definitions" | "done" };

type Context = RunContext<z.output<typeof parameters>, Cursor>;
type Phase = AsyncGenerator<Yielded<Cursor, Count>, void, unknown>;

const counts = ["duplicates", "resumed", "rescheduled", "sameDefinitions"] as const;
type Count = (typeof counts)[number];

/**
 * A safety net behind the locks, in four phases: runs of one job that must not be at work together, runs without a runner,
 * triggers that were left behind, jobs that are defined twice. It removes runs from play, never a job's definition, and it ends a
 * run as every run is ended ({@link RunContext.otherRuns}).
 *
 * A run of a client whose database does not answer is left for the next time and listed as failed: its owner could not be
 * kept from going on.
 */
export const JobSchedulerDuplicateCheck = defineProcessor<typeof parameters, Cursor, Count>({
  id: ID,
  group: "platform",
  title: "Find duplicate and stuck runs",
  summary: "Looks for doubled runs, runs without a runner, and triggers that were left behind.",
  scope: "global",
  store: "control",
  load: "light",
  suggestedCron: "30 0/5 * * * ?",
  after: [],
  misfire: "skip",
  dryRun: "exact",
  parameters,
  cursorVersion: 2,
  // What it found is true of its own run only.
  nextRunFrom: () => null,
  counts,
  async *run(context) {
    const at = context.cursor ?? { phase: "duplicates", left: null };
    if (at.phase === "done") return undefined;
    if (at.phase === "duplicates") yield* endDuplicates(context, at.left);
    if (at.phase === "duplicates" || at.phase === "silent") {
      yield* wakeSilentRuns(context, at.phase === "silent" ? at.left : null);
    }
    if (at.phase !== "definitions") yield* rescheduleTriggers(context);
    yield* reportSameDefinitions(context);
    return undefined;
  },
});

/**
 * The runs that lose, each with the one that keeps its place: of the runs of one job, client and node that are at work or wait for their
 * runner all but the eldest; where the youngest is one of `cancel_running`, all but that. What may wait behind a run at work
 * (`queue_one`, `queue_all`, a backfill) counts only once it is at work itself, and nothing waits for a backfill.
 */
function selectDuplicates(now: number): SQL {
  return sql`WITH live AS (
      SELECT id, client_id, lease, state, coalesce(policies ->> 'overlap', 'skip') AS overlap, row_number() OVER elder AS place,
        count(*) FILTER (WHERE kind <> 'backfill') OVER (elder ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ahead,
        first_value(id) OVER elder AS eldest, first_value(id) OVER younger AS youngest,
        first_value(coalesce(policies ->> 'overlap', 'skip')) OVER younger AS newest_overlap
      FROM runs WHERE state IN ('queued', 'running') AND (state = 'running' OR kind <> 'backfill' AND due_at < ${now - UNSEEN_MS}
        AND coalesce(policies ->> 'overlap', 'skip') IN ('skip', 'cancel_running'))
      WINDOW elder AS (PARTITION BY job_id, client_id, node_id ORDER BY state <> 'running', started_at, due_at, id),
        younger AS (PARTITION BY job_id, client_id, node_id ORDER BY state = 'running', started_at DESC, due_at DESC, id DESC))
    SELECT id, client_id AS client, lease, iif(newest_overlap = 'cancel_running', youngest, eldest) AS beside FROM live
    WHERE CASE newest_overlap WHEN 'cancel_running' THEN id <> youngest
      ELSE overlap <> 'allow' AND place > 1 AND (state = 'running' OR ahead > 0) END
    ORDER BY id LIMIT ${AT_MOST}`;
}

/** (a) Runs that must not be beside another of their job are ended. */
async function* endDuplicates(context: Context, found: readonly Duplicate[] | null): Phase {
  const { rows, now, runners } = context;
  let left = found;
  if (!left) {
    left = await rows.all<Duplicate>(selectDuplicates(now));
    yield { cursor: { phase: "duplicates", left } };
  }
  for (const [index, { id, client, lease, beside }] of left.entries()) {
    const message = `Run ${beside} of the same job has its place; the job lets only one of them work`;
    yield* end(context, {
      run: { runId: id, lease, beside, ending: { state: "cancelled", code: "duplicate", message } },
      action: "cancel",
      // Its owner asks at once whether it may go on.
      after: () => runners.wake(client),
      counts: { duplicates: 1 },
      cursor: { phase: "duplicates", left: left.slice(index + 1) },
    });
  }
  yield { cursor: { phase: "silent", left: null } };
}

/** (b) A run at work without a heartbeat: its runner is woken; after three wake-ups that brought nothing it fails. */
async function* wakeSilentRuns(context: Context, found: readonly Silent[] | null): Phase {
  const { rows, now, configuration, runners, run, log } = context;
  const minutes = await configuration.read(settings.lockTimeoutMinutes);
  let left = found;
  if (!left) {
    left = await rows.all<Silent>(selectSilent(now - minutes * MINUTE_MS, run.id));
    yield { cursor: { phase: "silent", left } };
  }
  for (const [index, { id, client, lease, heartbeat, wakes }] of left.entries()) {
    const key = stateKey(id);
    const cursor: Cursor = { phase: "silent", left: left.slice(index + 1) };
    if (wakes >= FRUITLESS) {
      const message = `No runner took it up after ${FRUITLESS} wake-ups; what was done before stays`;
      yield* end(context, {
        run: { runId: id, lease, heartbeatAt: heartbeat, ending: { state: "failed", code: "no_runner", message } },
        action: "fail",
        also: sql`DELETE FROM processor_state WHERE processor = ${ID} AND client_id = 0 AND node_id = '' AND key = ${key}`,
        cursor,
      });
      continue;
    }
    log.warn(`Run ${id} gave no sign of life for ${minutes} minutes; its runner is woken`);
    yield* effect({
      key: `wake:${id}`,
      description: `wake the runner of client ${client} for run ${id}`,
      repeatable: true,
      call: async () => {
        await runners.wake(client);
        return null;
      },
      settle: () => [
        {
          ref: `run:${id}`,
          writes: [writeState(ID, key, { lease, heartbeat, wakes: wakes + 1 })],
          counts: { resumed: 1 },
        },
      ],
      cursor,
    });
  }
  yield { cursor: { phase: "triggers" } };
}

const stateKey = (runId: number) => `silent:${runId}`;

/** Runs at work that were last heard of before an instant (ms), other than this one. */
function selectSilent(before: number, except: number): SQL {
  return sql`SELECT r.id, r.client_id AS client, r.lease, coalesce(r.heartbeat_at, 0) AS heartbeat,
      iif(s.value ->> 'lease' = r.lease AND s.value ->> 'heartbeat' = coalesce(r.heartbeat_at, 0), s.value ->> 'wakes', 0) AS wakes
    FROM runs r LEFT JOIN processor_state s ON s.processor = ${ID} AND s.client_id = 0 AND s.node_id = '' AND s.key = 'silent:' || r.id
    WHERE r.state = 'running' AND coalesce(r.heartbeat_at, r.started_at, 0) < ${before} AND r.id <> ${except}
    ORDER BY r.id LIMIT ${AT_MOST}`;
}

/** Ends a run of another owner by one effect. One that goes on counts as skipped, one whose store is silent as failed. */
async function* end(
  { now, otherRuns }: Context,
  what: {
    readonly run: RunToEnd;
    /** For the audit. */
    readonly action: "cancel" | "fail";
    readonly after?: () => Promise<void>;
    readonly also?: SQL;
    readonly counts?: Unit<Count>["counts"] & object;
    readonly cursor: Cursor;
  },
): Phase {
  const { run, action, also, counts = {}, cursor } = what;
  const ref = `run:${run.runId}`;
  const { code, message } = run.ending;
  const recorded = sql`INSERT INTO audit_log (client_id, run_id, entity, entity_id, action, after, at)
    SELECT client_id, ${thisRun}, 'run', id, ${action}, json_object('job', job_name, 'reason', ${code}), ${now}
    FROM runs WHERE id = ${run.runId}`;
  yield* effect<RunEnded, Cursor, Count>({
    key: `end:${run.runId}`,
    description: `end run ${run.runId} (${code}): ${message}`,
    repeatable: true,
    call: async () => {
      const ended = await otherRuns.end(run);
      if (ended === "ended") await what.after?.();
      return ended;
    },
    settle: (outcome) => {
      const ended = outcome.state === "done" ? outcome.value : "ended";
      if (ended === "unchanged") return [{ ref, writes: [] }];
      if (ended === "ended") return [{ ref, writes: [recorded, ...independent(also ? [also] : [])], counts }];
      const text = "The database of its client does not answer, so its owner could go on; the next check tries again";
      return [{ ref, writes: [], failure: { code: "store_unreachable", message: text } }];
    },
    cursor,
  });
}

/** A trigger that was left behind, with its job's clock and its client's holidays. */
interface LeftBehind {
  readonly id: number;
  readonly revision: number;
  readonly next_fire_at: number | null;
  readonly time_zone: string;
  readonly cron: string;
  readonly transitions: "safe" | "quartz";
  readonly name: string;
  /** JSON array of local days. */
  readonly holidays: string;
}

/** (c) An active trigger with a clock but no next fire, or one that is late and was not planned: computed anew. */
async function* rescheduleTriggers({ rows, now, parameters, log }: Context): Phase {
  const late = now - parameters.lateMinutes * MINUTE_MS;
  const found = await rows.all<LeftBehind>(sql`SELECT t.id, t.revision, t.next_fire_at, t.time_zone, j.cron, j.name,
      coalesce(j.policies ->> 'transitions', 'safe') AS transitions,
      (SELECT json_group_array(day) FROM calendars c WHERE c.client_id = t.client_id) AS holidays
    FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
    WHERE (t.next_fire_at IS NULL OR t.next_fire_at < ${late}) AND j.cron IS NOT NULL AND j.active = 1 AND j.deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.job_id = t.job_id AND r.client_id = t.client_id AND r.node_id = t.node_id
        AND r.scheduled_at = t.next_fire_at AND r.kind = 'schedule')
    ORDER BY t.id LIMIT ${AT_MOST}`);
  const units: Unit<Count>[] = [];
  for (const trigger of found) {
    const anew = computeAnew(trigger, now);
    // An expression whose last fire has passed has none to come; that is as it should be.
    if (!anew || anew.next === trigger.next_fire_at) continue;
    log.warn(`The trigger ${trigger.id} of ${trigger.name} had been left behind; its next fire was computed anew`);
    const unmoved = sql`t.id = ${trigger.id} AND t.revision = ${trigger.revision} AND t.next_fire_at IS ${trigger.next_fire_at}`;
    units.push({
      ref: `trigger:${trigger.id}`,
      writes: [
        sql`UPDATE triggers AS t SET next_fire_at = ${anew.next}, last_fated_at = max(coalesce(t.last_fated_at, 0), ${anew.missed?.last ?? 0}),
            skipping_from = NULL, skipping_reason = NULL, revision = t.revision + 1, updated_at = ${now} WHERE ${unmoved}`,
        ...(anew.missed ? [recordMissed(trigger.id, anew.missed, now)] : []),
      ],
      counts: { rescheduled: 1 },
    });
  }
  yield { units, cursor: { phase: "definitions" } };
}

/** Occurrences that a late trigger missed: the first and the last (ms), and how many ("at least", where 10,000). */
interface Missed {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** They are one skipped row, so that none is lost without a word. */
function recordMissed(triggerId: number, { first, last, count }: Missed, now: number): SQL {
  return sql`INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
      time_zone, state, reason, message, until_at, occurrences, ended_at, created_at)
    SELECT t.job_id, t.client_id, t.node_id, 'schedule', ${first}, ${first}, j.processor, j.name, j.load, j.parameters, j.policies,
      t.time_zone, 'skipped', 'misfire', 'Its trigger had been left behind', ${count > 1 ? last : null}, ${count}, ${now}, ${now}
    FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
    WHERE t.id = ${triggerId} AND ${leadHit} ON CONFLICT DO NOTHING`;
}

/** When a trigger fires next, and what it missed; null where the stored expression or zone cannot be read: that is the tick's to say. */
function computeAnew(trigger: LeftBehind, now: number): { next: number | null; missed: Missed | null } | null {
  const calendar = calendarOf(JSON.parse(trigger.holidays) as string[]);
  const { cron, time_zone: zone, transitions } = trigger;
  const options: FireOptions = calendar ? { transitions, calendar } : { transitions };
  try {
    const expression = QuartzExpression.parse(cron);
    const missed: number[] = [];
    for (const at of expression.occurrences(trigger.next_fire_at ?? now + 1, now + 1, zone, options)) {
      missed.push(at);
      if (missed.length === COUNTED_AT_MOST) break;
    }
    const [first, last] = [missed[0], missed.at(-1)];
    return {
      next: expression.next(now, zone, options),
      missed: first === undefined || last === undefined ? null : { first, last, count: missed.length },
    };
  } catch (error) {
    if (error instanceof QuartzSyntaxError || error instanceof UnknownZoneError) return null;
    throw error;
  }
}

/** (d) Two active jobs that do the same at the same time are reported; nothing is changed. */
async function* reportSameDefinitions({ rows, log }: Context): Phase {
  const same = await rows.all<{
    ids: string;
    processor: string;
  }>(sql`SELECT group_concat(id, ', ') AS ids, processor FROM jobs
    WHERE active = 1 AND deleted_at IS NULL AND cron IS NOT NULL
    GROUP BY processor, client_id, parameters, cron, time_zone HAVING count(*) > 1 LIMIT ${AT_MOST}`);
  for (const { ids, processor } of same)
    log.warn(`Jobs ${ids} run ${processor} for the same client at the same times with the same parameters`);
  yield { cursor: { phase: "done" }, counts: same.length > 0 ? { sameDefinitions: same.length } : {} };
}
