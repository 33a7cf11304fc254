import { and, type SQL } from "drizzle-orm";
import { calendarOf } from "../control/jobs/calendar.ts";
import { readPolicies } from "../control/jobs/policies.ts";
import { jobs, triggers } from "../control/schema.ts";
import {
  type Calendar,
  type FireOptions,
  isZoneKnown,
  QuartzExpression,
  QuartzSyntaxError,
  UnknownZoneError,
} from "../quartz/index.ts";
import type { Database, Statement } from "../store/database.ts";
import { among, columns, type RowOf } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { read, readEach, statement } from "../store/statement.ts";
import { COUNTED_AT_MOST } from "./fates.ts";
import { anyMember, leaveGroups, withdrawMemberships } from "./quiet/members.ts";
import { type Expressions, isPlannable, planRow, triggersBehind, writePage, zonesOtherThan } from "./trigger-page.ts";

/**
 * What every change of a trigger has in common (a job that is saved, deleted or paused, a client that is stopped or moves to
 * another zone, a block that is lifted): what came due before it keeps its fate by the old clock, what lies ahead is withdrawn, and
 * the trigger goes on from now. So each planned moment has exactly one fate.
 */

/** The triggers that an edit changes; what is left out restricts nothing. */
export interface TriggerScope {
  readonly jobIds?: readonly number[] | undefined;
  /** 0: the platform's. */
  readonly clientId?: number | undefined;
}

/** A scope as a condition on `t`. */
function within({ jobIds, clientId }: TriggerScope): SQL {
  const ofJobs = jobIds ? sql`t.job_id IN ${among(jobIds)}` : undefined;
  const ofClient = clientId === undefined ? undefined : sql`t.client_id = ${clientId}`;
  return and(ofJobs, ofClient) ?? sql`true`;
}

/**
 * Gives every occurrence up to now that has no fate yet its fate, by the triggers as they stand: a tick for some triggers that looks
 * not a moment ahead. Triggers in quiet groups leave them first. Nothing is read but those and the triggers that lie behind, mostly none.
 *
 * @param now ms
 */
export async function settleTriggers(control: Database, scope: TriggerScope, now: number): Promise<void> {
  const expressions: Expressions = new Map();
  const unknownZones = new Set<string>();
  const window = { now, until: now + 1 };
  for (;;) {
    const [rows, members] = await readEach(control, [
      triggersBehind(window.until, sql`${within(scope)} AND ${zonesOtherThan(unknownZones)}`),
      anyMember(within(scope)),
    ]);
    if (members.length > 0) {
      await control.batch(leaveGroups(within(scope), now), "write");
      continue;
    }
    if (rows.length === 0) return;
    for (const row of rows) if (!isPlannable(row)) unknownZones.add(row.timeZone);
    // A trigger that a tick or another edit moves meanwhile is read again.
    const page = rows.filter(isPlannable).map((row) => planRow(row, expressions, window));
    await control.batch(writePage(page, now), "write");
  }
}

/** A trigger as it was read, with the clock that it had. */
interface Standing {
  readonly trigger: number;
  readonly revision: number;
  readonly next: number | null;
  readonly timeZone: string;
  readonly cron: string | null;
  readonly active: boolean;
  readonly transitions: "safe" | "quartz";
  readonly calendar: Calendar | undefined;
  /** What lies behind this instant (ms) is taken back, and the trigger goes on from there. */
  readonly from: number;
  /** The skipped row that began before now and reaches beyond. */
  readonly straddling: { readonly run: number; readonly from: number; readonly until: number } | null;
}

/** What stands ahead of some triggers at an instant, and what takes it back. */
export interface Ahead {
  /** Holds as long as the triggers stand where they were read. */
  readonly unchanged: SQL;
  /** A trigger has an occurrence up to now without a fate. */
  readonly behind: boolean;
  /** Takes back what was planned or skipped ahead of time; to be sent before whatever changes the jobs. */
  readonly withdraw: readonly Statement[];
  /** Lets the triggers go on from there by the clock that they had. */
  readonly goOn: () => Statement;
}

/** Reasons that the tick skips by; every other end is the run's own. */
const tickReasons = sql`('misfire', 'dropped', 'paused', 'stopped', 'blackout', 'invalid_expression')`;

/** Rows `r` of a trigger `t` that a tick made. */
const ofTrigger = sql`r.job_id = t.job_id AND r.client_id = t.client_id AND r.node_id = t.node_id`;

/**
 * Settles the triggers of a scope ({@link settleTriggers}) and reads what stands ahead of them. The edit's batch is guarded by
 * `unchanged`; when it is refused, another writer came between, and all is done again.
 *
 * @param now ms
 * @param reason only triggers of which something ahead, or a range that reaches ahead, was skipped for this reason; default all
 */
export async function readAhead(control: Database, scope: TriggerScope, now: number, reason?: string): Promise<Ahead> {
  for (;;) {
    await settleTriggers(control, scope, now);
    const ahead = await standingAhead(control, within(scope), now, { reason });
    // Between the two reads another edit, by a clock that is behind, may have set a trigger back.
    if (!ahead.behind) return ahead;
  }
}

/** Which triggers {@link standingAhead} reads, and what it takes back of them besides what lies ahead. */
interface Which {
  /** Only triggers of which something ahead was skipped for this reason; default all. */
  readonly reason?: string | undefined;
  /** What a clock later than this instant (ms) judged of the day before now is taken back, too; default nothing. */
  readonly judgedAfter?: number;
}

/** What was misjudged is looked for so far (ms) back. */
const LOOKED_BACK_MS = 86_400_000;

/** Rows `r` that stand for no more than the tick's judgement: no runner has started them. */
const unstarted = sql`r.kind = 'schedule' AND r.started_at IS NULL
  AND (r.state IN ('planned', 'queued') OR r.state = 'skipped' AND r.reason IN ${tickReasons})`;

/** Rows `r` of the future that an edit by a clock that was ahead skipped as due. @param now ms */
const skippedEarly = (
  now: number,
) => sql`r.kind = 'schedule' AND r.started_at IS NULL AND r.state = 'skipped' AND r.scheduled_at > ${now}
  AND r.reason IN ('client_inactive', 'job_inactive', 'job_deleted', 'not_served')`;

const standingColumns = columns(triggers, ["id", "revision", "nextFireAt", "timeZone"], "t");
const clockColumns = columns(jobs, ["cron", "active", "policies"], "j");

type StandingRow = RowOf<typeof standingColumns> &
  RowOf<typeof clockColumns> & {
    /** JSON of days; null: the expression does not ask for them. */
    readonly holidays: string | null;
    /** Planned instant of the first that was misjudged; null: none was. */
    readonly misjudgedAt: number | null;
    /** The skipped row that began before now and reaches beyond; null: there is none. */
    readonly run: number | null;
    readonly from: number | null;
    readonly until: number | null;
  };

/** {@link readAhead} without settling. @param scope a condition on `t` */
export async function standingAhead(
  control: Database,
  scope: SQL,
  now: number,
  { reason, judgedAfter }: Which,
): Promise<Ahead> {
  const misjudged =
    judgedAfter === undefined
      ? sql`NULL`
      : sql`(SELECT min(r.scheduled_at) FROM runs r WHERE ${ofTrigger} AND r.scheduled_at > ${now - LOOKED_BACK_MS}
          AND r.scheduled_at <= ${now} AND r.created_at > ${judgedAfter} AND ${unstarted})`;
  const skippedFor =
    reason === undefined
      ? sql``
      : sql`AND (r.reason = ${reason} OR EXISTS (SELECT 1 FROM runs r WHERE ${ofTrigger} AND r.scheduled_at > ${now}
          AND r.kind = 'schedule' AND r.state = 'skipped' AND r.reason = ${reason}))`;
  const found = await read<StandingRow>(
    control,
    sql`SELECT ${standingColumns}, ${clockColumns},
        CASE WHEN instr(upper(j.cron), 'C') > 0 THEN
          (SELECT json_group_array(day) FROM calendars c WHERE c.client_id = t.client_id) END AS holidays,
        ${misjudged} AS "misjudgedAt", r.id AS run, r.scheduled_at AS "from", r.until_at AS until
      FROM triggers t CROSS JOIN jobs j ON j.id = t.job_id
      LEFT JOIN runs r ON ${ofTrigger} AND r.kind = 'schedule' AND r.state = 'skipped' AND r.reason IN ${tickReasons} AND r.until_at > ${now}
        AND r.scheduled_at = CASE WHEN t.skipping_from <= ${now} THEN t.skipping_from ELSE
          (SELECT max(n.scheduled_at) FROM runs n WHERE n.job_id = t.job_id AND n.client_id = t.client_id AND n.node_id = t.node_id
            AND n.kind = 'schedule' AND n.scheduled_at <= ${now}) END
      WHERE ${scope} ${skippedFor} ORDER BY t.id`,
  );
  const standing = found.map(
    (row): Standing => ({
      trigger: row.id,
      revision: row.revision,
      next: row.nextFireAt,
      timeZone: row.timeZone,
      cron: row.cron,
      active: row.active === 1,
      transitions: readPolicies(row.policies).transitions,
      calendar: calendarOf(row.holidays === null ? null : (JSON.parse(row.holidays) as string[])),
      from: row.misjudgedAt === null ? now : row.misjudgedAt - 1,
      straddling: row.run === null ? null : { run: row.run, from: Number(row.from), until: Number(row.until) },
    }),
  );
  const expressions: Expressions = new Map();
  const keys = JSON.stringify(standing.map(({ trigger, revision, next, from }) => [trigger, revision, next, from]));
  return {
    unchanged: sql`(SELECT count(*) FROM json_each(${keys}) v CROSS JOIN triggers t ON t.id = v.value ->> 0 AND t.revision = v.value ->> 1
      AND t.next_fire_at IS v.value ->> 2) = ${standing.length}`,
    behind: standing.some(({ next, timeZone }) => next !== null && next <= now && isZoneKnown(timeZone)),
    withdraw: [
      shorten(standing.flatMap((one) => shortened(one, expressions, now) ?? [])),
      statement(sql`DELETE FROM runs WHERE id IN (SELECT r.id FROM json_each(${keys}) v CROSS JOIN triggers t ON t.id = v.value ->> 0
        CROSS JOIN runs r ON ${ofTrigger} AND r.scheduled_at > v.value ->> 3 WHERE ${unstarted} OR ${skippedEarly(now)})`),
      withdrawMemberships(sql`SELECT t.job_id, t.client_id, v.value ->> 3 AS after
        FROM json_each(${keys}) v CROSS JOIN triggers t ON t.id = v.value ->> 0`),
    ],
    goOn: () => {
      const onwards = standing.map((one) => ({ trigger: one.trigger, from: one.from, next: nextOf(one, expressions) }));
      return statement(sql`UPDATE triggers SET next_fire_at = v.value ->> 'next', last_fated_at = v.value ->> 'from',
          skipping_from = NULL, skipping_reason = NULL, quiet_group_id = NULL, quiet_from = NULL, revision = triggers.revision + 1, updated_at = ${now}
        FROM json_each(${JSON.stringify(onwards)}) v WHERE triggers.id = v.value ->> 'trigger'`);
    },
  };
}

/** A skipped row that stands for fewer occurrences from now on. */
interface Shorter {
  readonly run: number;
  /** Occurrences that go; one stays at least. */
  readonly taken: number;
  /** The last one that stays (ms); null: the row stands for one. */
  readonly until: number | null;
}

function shorten(rows: readonly Shorter[]): Statement {
  return statement(sql`UPDATE runs SET until_at = v.value ->> 'until', occurrences = max(1, occurrences - (v.value ->> 'taken'))
    FROM json_each(${JSON.stringify(rows)}) v WHERE runs.id = v.value ->> 'run'`);
}

/** What becomes of a skipped row that reaches beyond now: it ends with the last occurrence up to now. */
function shortened(one: Standing, expressions: Expressions, now: number): Shorter | null {
  const { straddling, timeZone } = one;
  if (!straddling) return null;
  return withClock(one, expressions, (expression, options) => {
    const past = expression.previous(now + 1, timeZone, options);
    let taken = 0;
    for (const _ of expression.occurrences(now + 1, straddling.until + 1, timeZone, options)) {
      taken += 1;
      if (taken === COUNTED_AT_MOST) break;
    }
    return { run: straddling.run, taken, until: past !== null && past > straddling.from ? past : null };
  });
}

/** The first fire from where the trigger goes on; null for none. Where this host does not know the zone it is due from there, for a host that does. */
function nextOf(one: Standing, expressions: Expressions): number | null {
  if (!one.active) return null;
  if (one.cron !== null && !isZoneKnown(one.timeZone)) return one.from;
  return withClock(one, expressions, (expression, options) => expression.next(one.from, one.timeZone, options));
}

/** Asks a trigger's clock; null where it has none, and where the stored expression or zone cannot be read. */
function withClock<T>(
  { cron, transitions, calendar }: Standing,
  expressions: Expressions,
  ask: (expression: QuartzExpression, options: FireOptions) => T,
): T | null {
  if (cron === null) return null;
  try {
    const expression = expressions.get(cron) ?? QuartzExpression.parse(cron);
    expressions.set(cron, expression);
    return ask(expression, calendar ? { transitions, calendar } : { transitions });
  } catch (error) {
    if (error instanceof QuartzSyntaxError || error instanceof UnknownZoneError) return null;
    throw error;
  }
}

/**
 * Takes back what stands ahead in sites that are about to get their first trigger: an edit by a clock that was ahead may have settled it
 * before the trigger of then went.
 *
 * @param now ms
 */
export function withdrawOrphans(
  sites: readonly { readonly jobId: number; readonly clientId: number; readonly nodeId: string }[],
  now: number,
): Statement[] {
  const json = JSON.stringify(sites);
  return [
    statement(sql`DELETE FROM runs WHERE id IN (SELECT r.id FROM json_each(${json}) v
        CROSS JOIN runs r ON r.job_id = v.value ->> 'jobId' AND r.client_id = v.value ->> 'clientId' AND r.node_id = v.value ->> 'nodeId'
          AND r.scheduled_at > ${now}
      WHERE (${unstarted} OR ${skippedEarly(now)}) AND NOT EXISTS (SELECT 1 FROM triggers t WHERE ${ofTrigger}))`),
    withdrawMemberships(sql`SELECT v.value ->> 'jobId' AS job_id, v.value ->> 'clientId' AS client_id, ${now} AS after
      FROM json_each(${json}) v WHERE NOT EXISTS (SELECT 1 FROM triggers t
        WHERE t.job_id = v.value ->> 'jobId' AND t.client_id = v.value ->> 'clientId' AND t.node_id = v.value ->> 'nodeId')`),
  ];
}
