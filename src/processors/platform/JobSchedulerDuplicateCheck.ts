import { sql } from "drizzle-orm";
import { z } from "zod";
import { QuartzExpression, QuartzSyntaxError, UnknownZoneError } from "../../quartz/index.ts";
import { writeState } from "../../store/state.ts";
import { defineProcessor, effect, type RunContext, type Step, type Unit, type Yielded } from "../contract.ts";

const ID = "JobSchedulerDuplicateCheck";
const MINUTE_MS = 60_000;
/** Minutes without a heartbeat, unless setting `lockTimeoutMinutes` says otherwise (spec 1.2). */
const LOCK_TIMEOUT = 10;
/** After so many wake-ups that brought no sign of life a run is given up. */
const FRUITLESS = 3;
/** Rows of each kind that one run deals with; the next is five minutes away. */
const AT_MOST = 200;

const parameters = z.strictObject({
  lateMinutes: z.int().min(1).max(1440).default(15).describe("A trigger this late without a run is computed anew"),
});

type Context = RunContext<z.output<typeof parameters>, { phase: number }>;
const PHASES = [cancelDuplicates, wakeSilentRuns, rescheduleTriggers, reportSameDefinitions] as const;

/**
 * Spec 2.12.3: a safety net behind the locks, in four phases. It removes runs from play, never a job's definition. The run
 * that it cancels stops at its next heartbeat: its row is no longer running, so its lease is worth nothing.
 */
export const JobSchedulerDuplicateCheck = defineProcessor<typeof parameters, { phase: number }>({
  id: ID,
  group: "platform",
  summary: "Looks for doubled runs, runs without a runner, and triggers that were left behind.",
  scope: "global",
  store: "control",
  load: "light",
  suggestedCron: "30 0/5 * * * ?",
  after: [],
  misfire: "skip",
  dryRun: "exact",
  parameters,
  counts: ["duplicates", "resumed", "rescheduled", "sameDefinitions"],
  async *run(context) {
    for (let phase = context.cursor?.phase ?? 0; phase < PHASES.length; phase += 1) {
      const act = PHASES[phase];
      if (act) yield* act(context, { phase: phase + 1 });
    }
    return undefined;
  },
});

type Phase = AsyncGenerator<Yielded<{ phase: number }>, void, unknown>;

/** (a) Of two runs of one job, client and node at work although they may not overlap, the one that started later is cancelled. */
async function* cancelDuplicates({ rows, now }: Context, cursor: { phase: number }): Phase {
  const found = await rows.all<{ id: number; first: number }>(sql`SELECT r.id, min(e.id) AS first FROM runs r
    CROSS JOIN runs e ON e.client_id = r.client_id AND e.state = 'running' AND e.job_id = r.job_id AND e.node_id = r.node_id
      AND (e.started_at, e.id) < (r.started_at, r.id)
    WHERE r.state = 'running' AND coalesce(r.policies ->> 'overlap', 'skip') <> 'allow' GROUP BY r.id LIMIT ${AT_MOST}`);
  const units = found.map(
    ({ id, first }): Unit => ({
      ref: `run:${id}`,
      writes: [
        sql`UPDATE runs SET state = 'cancelled', reason = 'duplicate', ended_at = ${now},
            message = ${`Run ${first} of the same job was at work already`} WHERE id = ${id} AND state = 'running'`,
        sql`DELETE FROM heavy_permits WHERE run_id = ${id} AND changes() > 0`,
      ],
      counts: { duplicates: 1 },
    }),
  );
  yield { units, cursor };
}

/** (b) A run at work without a heartbeat: its runner is woken; after three wake-ups that brought nothing it fails. */
async function* wakeSilentRuns(context: Context, cursor: { phase: number }): Phase {
  const { rows, now, configuration, runners, run, log } = context;
  const minutes = (await configuration.setting<number>("lockTimeoutMinutes")) ?? LOCK_TIMEOUT;
  const silent = await rows.all<{ id: number; client_id: number; sign: string; known: string | null }>(
    sql`SELECT r.id, r.client_id, r.lease || ' ' || coalesce(r.heartbeat_at, 0) AS sign,
        (SELECT value FROM processor_state WHERE processor = ${ID} AND client_id = 0 AND node_id = '' AND key = 'silent:' || r.id) AS known
      FROM runs r WHERE r.state = 'running' AND coalesce(r.heartbeat_at, r.started_at, 0) < ${now - minutes * MINUTE_MS}
        AND r.id <> ${run.id} LIMIT ${AT_MOST}`,
  );
  for (const one of silent) {
    const known = one.known === null ? null : (JSON.parse(one.known) as { sign: string; wakes: number });
    const wakes = known?.sign === one.sign ? known.wakes : 0;
    const key = `silent:${one.id}`;
    if (wakes >= FRUITLESS) {
      yield {
        units: [
          {
            ref: `run:${one.id}`,
            writes: [
              sql`UPDATE runs SET state = 'failed', reason = 'no_runner', ended_at = ${now}, lease = lease + 1,
                  message = 'No runner took it up after three wake-ups' WHERE id = ${one.id} AND state = 'running'
                  AND lease || ' ' || coalesce(heartbeat_at, 0) = ${one.sign}`,
              sql`DELETE FROM heavy_permits WHERE run_id = ${one.id} AND changes() > 0`,
              sql`DELETE FROM processor_state WHERE processor = ${ID} AND key = ${key}`,
            ],
          },
        ],
        cursor: { phase: cursor.phase - 1 },
      };
      continue;
    }
    log.warn(`Run ${one.id} gave no sign of life for ${minutes} minutes; its runner is woken`);
    yield* effect({
      key: `wake:${one.id}`,
      description: `wake the runner of client ${one.client_id} for run ${one.id}`,
      repeatable: true,
      call: async () => {
        await runners.wake(one.client_id);
        return null;
      },
      settle: () => [
        {
          ref: `run:${one.id}`,
          writes: [writeState(ID, key, { sign: one.sign, wakes: wakes + 1 })],
          counts: { resumed: 1 },
        },
      ],
    });
  }
  yield { cursor };
}

/** (c) An active trigger with a clock but no next fire, or one that is late and was not planned: computed anew. */
async function* rescheduleTriggers({ rows, now, parameters, log }: Context, cursor: { phase: number }): Phase {
  const late = now - parameters.lateMinutes * MINUTE_MS;
  const found = await rows.all<{
    id: number;
    revision: number;
    next_fire_at: number | null;
    time_zone: string;
    cron: string;
    transitions: "safe" | "quartz";
    name: string;
  }>(sql`SELECT t.id, t.revision, t.next_fire_at, t.time_zone, j.cron, j.name, coalesce(j.policies ->> 'transitions', 'safe') AS transitions
    FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
    WHERE (t.next_fire_at IS NULL OR t.next_fire_at < ${late}) AND j.cron IS NOT NULL AND j.active = 1 AND j.deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.job_id = t.job_id AND r.client_id = t.client_id AND r.node_id = t.node_id
        AND r.scheduled_at = t.next_fire_at AND r.kind = 'schedule')
    ORDER BY t.id LIMIT ${AT_MOST}`);
  const units: Unit[] = [];
  for (const trigger of found) {
    const next = nextFire(trigger, now);
    // An expression whose last fire has passed has none to come; that is as it should be.
    if (next === trigger.next_fire_at) continue;
    log.warn(`The trigger ${trigger.id} of ${trigger.name} had been left behind; its next fire was computed anew`);
    units.push({
      ref: `trigger:${trigger.id}`,
      writes: [
        sql`UPDATE triggers SET next_fire_at = ${next}, revision = revision + 1, updated_at = ${now}
          WHERE id = ${trigger.id} AND revision = ${trigger.revision} AND next_fire_at IS ${trigger.next_fire_at}`,
      ],
      counts: { rescheduled: 1 },
    });
  }
  yield { units, cursor };
}

function nextFire(
  trigger: { cron: string; time_zone: string; transitions: "safe" | "quartz"; next_fire_at: number | null },
  now: number,
) {
  try {
    return QuartzExpression.parse(trigger.cron).next(now, trigger.time_zone, { transitions: trigger.transitions });
  } catch (error) {
    if (error instanceof QuartzSyntaxError || error instanceof UnknownZoneError) return trigger.next_fire_at;
    throw error;
  }
}

/** (d) Two active jobs that do the same at the same time are reported; nothing is changed. */
async function* reportSameDefinitions({ rows, log }: Context, cursor: { phase: number }): Phase {
  const same = await rows.all<{
    ids: string;
    processor: string;
  }>(sql`SELECT group_concat(id, ', ') AS ids, processor FROM jobs
    WHERE active = 1 AND deleted_at IS NULL AND cron IS NOT NULL
    GROUP BY processor, client_id, parameters, cron, time_zone HAVING count(*) > 1 LIMIT ${AT_MOST}`);
  for (const { ids, processor } of same)
    log.warn(`Jobs ${ids} run ${processor} for the same client at the same times with the same parameters`);
  const step: Step<{ phase: number }> = { cursor, counts: same.length > 0 ? { sameDefinitions: same.length } : {} };
  yield step;
}
