import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { settings } from "../../control/clients/setting-definitions.ts";
import { calendarOf } from "../../control/jobs/calendar.ts";
import { jobs, triggers } from "../../control/schema.ts";
import { type FireOptions, QuartzExpression, QuartzSyntaxError, UnknownZoneError } from "../../quartz/index.ts";
import { auditOnly } from "../../store/audit.ts";
import { independent, leadHit } from "../../store/change.ts";
import { columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { writeState } from "../../store/state.ts";
import {
  defineProcessor,
  effect,
  type RunContext,
  type RunEnded,
  type RunToEnd,
  type Unit,
  type Yielded,
} from "../contract.ts";
import { type AfterId, afterId, changeRows } from "../patterns/change-rows.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";

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

const otherRun = z.strictObject({ id: z.int(), job: z.string(), client: z.int(), lease: z.int() });

/** A run that loses its place to another of its job: `beside`. */
const duplicate = otherRun.extend({ beside: z.int() });
type Duplicate = z.output<typeof duplicate>;

/** A run at work that gives no sign of life: its last one (ms; 0: none), and the wake-ups since then. */
const silent = otherRun.extend({ heartbeat: z.int(), wakes: z.int() });
type Silent = z.output<typeof silent>;

/** Runs that were found and are not dealt with yet; how far the triggers were looked at; definitions are reported once. */
const at = {
  duplicates: z.array(duplicate),
  silent: z.array(silent),
  triggers: afterId,
  definitions: z.literal("reported"),
};

type Context = RunContext<z.output<typeof parameters>, unknown>;
type Steps<At> = AsyncGenerator<Yielded<At, Count>, void, unknown>;

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
export const JobSchedulerDuplicateCheck = defineProcessor({
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
  cursor: phaseCursor(at),
  cursorVersion: 3,
  // What it found is true of its own run only.
  nextRunFrom: () => null,
  counts,
  run: (context) =>
    phases(context.cursor, at, {
      duplicates: (from) => endDuplicates(context, from),
      silent: (from) => wakeSilentRuns(context, from),
      triggers: (from) => rescheduleTriggers(context, from),
      definitions: (from) => reportSameDefinitions(context, from),
    }),
});

/**
 * The runs that lose, each with the one that keeps its place: of the runs of one job, client and node that are at work or wait for their
 * runner all but the eldest; where the youngest is one of `cancel_running`, all but that. What may wait behind a run at work
 * (`queue_one`, `queue_all`, a backfill) counts only once it is at work itself, and nothing waits for a backfill.
 */
function selectDuplicates(now: number): SQL {
  return sql`WITH live AS (
      SELECT id, client_id, job_name, lease, state, coalesce(policies ->> 'overlap', 'skip') AS overlap, row_number() OVER elder AS place,
        count(*) FILTER (WHERE kind <> 'backfill') OVER (elder ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ahead,
        first_value(id) OVER elder AS eldest, first_value(id) OVER younger AS youngest,
        first_value(coalesce(policies ->> 'overlap', 'skip')) OVER younger AS newest_overlap
      FROM runs WHERE state IN ('planned', 'queued', 'running') AND (state = 'running' OR kind <> 'backfill' AND due_at < ${now - UNSEEN_MS}
        AND coalesce(policies ->> 'overlap', 'skip') IN ('skip', 'cancel_running'))
      WINDOW elder AS (PARTITION BY job_id, client_id, node_id ORDER BY state <> 'running', started_at, due_at, id),
        younger AS (PARTITION BY job_id, client_id, node_id ORDER BY state = 'running', started_at DESC, due_at DESC, id DESC))
    SELECT id, job_name AS job, client_id AS client, lease, iif(newest_overlap = 'cancel_running', youngest, eldest) AS beside FROM live
    WHERE CASE newest_overlap WHEN 'cancel_running' THEN id <> youngest
      ELSE overlap <> 'allow' AND place > 1 AND (state = 'running' OR ahead > 0) END
    ORDER BY id LIMIT ${AT_MOST}`;
}

/** (a) Runs that must not be beside another of their job are ended. */
async function* endDuplicates(context: Context, found: Duplicate[] | null): Steps<Duplicate[]> {
  const { rows, now, runners } = context;
  let left = found;
  if (!left) {
    left = await rows.all<Duplicate>(selectDuplicates(now));
    yield { cursor: left };
  }
  for (const [index, duplicate] of left.entries()) {
    const { id, client, lease, beside } = duplicate;
    const message = `Run ${beside} of the same job has its place; the job lets only one of them work`;
    yield* end(context, duplicate, {
      run: { runId: id, lease, beside, ending: { state: "cancelled", code: "duplicate", message } },
      action: "cancel",
      // Its owner asks at once whether it may go on.
      after: () => runners.wake(client),
      counts: { duplicates: 1 },
      cursor: left.slice(index + 1),
    });
  }
}

/** (b) A run at work without a heartbeat: its runner is woken; after three wake-ups that brought nothing it fails. */
async function* wakeSilentRuns(context: Context, found: Silent[] | null): Steps<Silent[]> {
  const { rows, now, configuration, runners, run, log } = context;
  const minutes = await configuration.read(settings.lockTimeoutMinutes);
  let left = found;
  if (!left) {
    left = await rows.all<Silent>(selectSilent(now - minutes * MINUTE_MS, run.id));
    yield { cursor: left };
  }
  for (const [index, silent] of left.entries()) {
    const { id, client, lease, heartbeat, wakes } = silent;
    const key = stateKey(id);
    const cursor = left.slice(index + 1);
    if (wakes >= FRUITLESS) {
      const message = `No runner took it up after ${FRUITLESS} wake-ups; what was done before stays`;
      yield* end(context, silent, {
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
}

const stateKey = (runId: number) => `silent:${runId}`;

/** Runs at work that were last heard of before an instant (ms), other than this one. */
function selectSilent(before: number, except: number): SQL {
  return sql`SELECT r.id, r.job_name AS job, r.client_id AS client, r.lease, coalesce(r.heartbeat_at, 0) AS heartbeat,
      iif(s.value ->> 'lease' = r.lease AND s.value ->> 'heartbeat' = coalesce(r.heartbeat_at, 0), s.value ->> 'wakes', 0) AS wakes
    FROM runs r LEFT JOIN processor_state s ON s.processor = ${ID} AND s.client_id = 0 AND s.node_id = '' AND s.key = 'silent:' || r.id
    WHERE r.state = 'running' AND coalesce(r.heartbeat_at, r.started_at, 0) < ${before} AND r.id <> ${except}
    ORDER BY r.id LIMIT ${AT_MOST}`;
}

/** Ends a run of another owner by one effect. One that goes on counts as skipped, one whose store is silent as failed. */
async function* end<At>(
  { otherRuns }: Context,
  { id, job, client }: z.output<typeof otherRun>,
  what: {
    readonly run: RunToEnd;
    /** For the audit. */
    readonly action: "cancel" | "fail";
    readonly after?: () => Promise<void>;
    readonly also?: SQL;
    readonly counts?: Unit<Count>["counts"] & object;
    readonly cursor: At;
  },
): Steps<At> {
  const { run, action, also, counts = {}, cursor } = what;
  const ref = `run:${id}`;
  const { code, message } = run.ending;
  const recorded = auditOnly({ entity: "run", id, action, after: { job, reason: code } }, client);
  yield* effect<RunEnded, At, Count>({
    key: `end:${id}`,
    description: `end run ${id} (${code}): ${message}`,
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

const triggerColumns = columns(triggers, ["id", "revision", "nextFireAt", "timeZone"], "t");
const jobColumns = columns(jobs, ["name"], "j");

/** A trigger that was left behind, with its job's clock and its client's holidays (JSON array of local days). */
interface LeftBehind extends RowOf<typeof triggerColumns>, RowOf<typeof jobColumns> {
  readonly cron: string;
  readonly transitions: "safe" | "quartz";
  readonly holidays: string;
}

/** (c) An active trigger with a clock but no next fire, or one that is late and was not planned: computed anew. */
function rescheduleTriggers(context: Context, cursor: AfterId | null): Steps<AfterId> {
  const { now, parameters, log } = context;
  const late = now - parameters.lateMinutes * MINUTE_MS;
  return changeRows(
    { ...context, cursor },
    {
      entity: "trigger",
      find: (
        after,
        limit,
      ) => sql<LeftBehind>`SELECT ${triggerColumns}, ${jobColumns}, j.cron, coalesce(j.policies ->> 'transitions', 'safe') AS transitions,
          (SELECT json_group_array(day) FROM calendars c WHERE c.client_id = t.client_id) AS holidays
        FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
        WHERE (t.next_fire_at IS NULL AND t.quiet_group_id IS NULL OR t.next_fire_at < ${late}) AND j.cron IS NOT NULL AND j.active = 1 AND j.deleted_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.job_id = t.job_id AND r.client_id = t.client_id AND r.node_id = t.node_id
            AND r.scheduled_at = t.next_fire_at AND r.kind = 'schedule')
          AND +t.id > ${after} ORDER BY +t.id LIMIT ${limit}`,
      change: (trigger) => {
        const anew = computeAnew(trigger, now);
        // An expression whose last fire has passed has none to come; that is as it should be.
        if (!anew || anew.next === trigger.nextFireAt) return null;
        log.warn(`A trigger of ${trigger.name} had been left behind; its next fire was computed anew`);
        const unmoved = sql`t.id = ${trigger.id} AND t.revision = ${trigger.revision} AND t.next_fire_at IS ${trigger.nextFireAt}`;
        return {
          writes: [
            sql`UPDATE triggers AS t SET next_fire_at = ${anew.next}, last_fated_at = max(coalesce(t.last_fated_at, 0), ${anew.missed?.last ?? 0}),
                skipping_from = NULL, skipping_reason = NULL, revision = t.revision + 1, updated_at = ${now} WHERE ${unmoved}`,
            ...(anew.missed ? [recordMissed(trigger.id, anew.missed, now)] : []),
          ],
          counts: { rescheduled: 1 },
        };
      },
    },
  );
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
  const { cron, timeZone: zone, transitions } = trigger;
  const options: FireOptions = calendar ? { transitions, calendar } : { transitions };
  try {
    const expression = QuartzExpression.parse(cron);
    const missed: number[] = [];
    for (const at of expression.occurrences(trigger.nextFireAt ?? now + 1, now + 1, zone, options)) {
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
async function* reportSameDefinitions({ rows, log }: Context, from: "reported" | null): Steps<"reported"> {
  if (from) return;
  const same = await rows.all<{
    ids: string;
    processor: string;
  }>(sql`SELECT group_concat(id, ', ') AS ids, processor FROM jobs
    WHERE active = 1 AND deleted_at IS NULL AND cron IS NOT NULL
    GROUP BY processor, client_id, parameters, cron, time_zone HAVING count(*) > 1 LIMIT ${AT_MOST}`);
  for (const { ids, processor } of same)
    log.warn(`Jobs ${ids} run ${processor} for the same client at the same times with the same parameters`);
  yield { cursor: "reported", counts: same.length > 0 ? { sameDefinitions: same.length } : {} };
}
