import { quietGroups } from "../../control/schema.ts";
import type { Catalogue } from "../../processors/catalogue.ts";
import type { Processor, QuietQuestion } from "../../processors/contract.ts";
import { parameterSchema } from "../../processors/parameters.ts";
import { isZoneKnown, QuartzExpression, QuartzSyntaxError } from "../../quartz/index.ts";
import type { Database, Statement } from "../../store/database.ts";
import { among, columns, type RowOf, Selection } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, readEach, statement } from "../../store/statement.ts";
import { QUIET_LATE_AFTER_MS } from "../fates.ts";
import type { Expressions } from "../trigger-page.ts";
import { followed, leaveGroups } from "./members.ts";

/** Groups looked at together: their questions are one round trip, and so are their answers. */
export const GROUPS_AT_ONCE = 100;

/** Occurrences of one group that one look answers for, at most: two minutes of a poll each second. */
const OCCURRENCES_AT_ONCE = 150;

/** A row of looks that named no client stands for no more than this (ms), so that lists have a line for each day. */
const LONGEST_LOOK_MS = 86_400_000;

const groupColumns = columns(
  quietGroups,
  ["id", "jobId", "timeZone", "offsetMs", "revision", "cron", "transitions", "dueAt", "growingFrom", "joins"],
  "g",
);

/** A group that is due, with what decides whether it may be asked. */
export type DueGroup = RowOf<typeof groupColumns> & {
  /** Planned instant of the oldest occurrence that was not looked at. */
  readonly nextFireAt: number;
  readonly processor: string;
  /** JSON. */
  readonly parameters: string;
  /** False (0): the job was changed, switched off or deleted since, or another one follows it. */
  readonly holds: 0 | 1;
  /** False (0): no trigger is left in it. */
  readonly inhabited: 0 | 1;
  /** Since when everything is stopped (ms). */
  readonly stoppedAt: number | null;
};

/**
 * The groups with an occurrence that is due, oldest first, a page of them. None is asked before its second: here alone that is decided.
 * While the time is not confirmed, a late one waits.
 *
 * @param unknownZones zones that this host does not know: their groups wait for one that does
 */
export function dueGroups(
  { now, confirmed }: LookTime,
  unknownZones: ReadonlySet<string> = new Set(),
): Selection<DueGroup> {
  const onTime = confirmed ? sql`` : sql`AND g.due_at >= ${now - QUIET_LATE_AFTER_MS}`;
  return new Selection<DueGroup>([
    sql`SELECT ${groupColumns}, g.next_fire_at AS "nextFireAt", j.processor, j.parameters,
        j.revision = g.revision AND j.active = 1 AND j.deleted_at IS NULL AND NOT ${followed(sql`j.id`)} AS holds,
        EXISTS (SELECT 1 FROM triggers t WHERE t.quiet_group_id = g.id) AS inhabited,
        (SELECT value ->> 'at' FROM settings WHERE client_id = 0 AND key = 'stopped') AS "stoppedAt"
      FROM quiet_groups g CROSS JOIN jobs j ON j.id = g.job_id
      WHERE g.due_at <= ${now} ${onTime} AND +g.time_zone NOT IN ${among(unknownZones)} ORDER BY g.due_at LIMIT ${GROUPS_AT_ONCE}`,
  ]);
}

/** A group that is asked, and what for. Instants in ms. */
interface Question {
  readonly group: number;
  /** Its pointer, as it was read. */
  readonly expected: number;
  readonly joins: number;
  readonly jobId: number;
  readonly occurrences: readonly number[];
  readonly last: number;
  /** Where the pointer goes. */
  readonly next: number | null;
  readonly offset: number;
  /** `first_at` of the look that grows by this one, should it name no client. */
  readonly growing: number | null;
  readonly ask: ReturnType<typeof named>;
}

/** What looking did. */
export interface LookReport {
  /** Runs inserted for clients that were named. */
  readonly planned: number;
  /** Their clients. */
  readonly wake: readonly number[];
  /** Triggers left their groups: they have occurrences that are due. */
  readonly left: boolean;
  /** Groups are left for the next invocation, oldest first. */
  readonly more: boolean;
}

/** No group was due. */
export const NOTHING_LOOKED_AT: LookReport = { planned: 0, wake: [], left: false, more: false };

/** What looking needs to know of the time. */
export interface LookTime {
  /** ms */
  readonly now: number;
  /** False: what is late waits, as with any trigger. */
  readonly confirmed: boolean;
}

/** When a look is taken, and by which release. */
export interface Looker extends LookTime {
  /** The deployed release. */
  readonly release: string;
}

/** Ids and aliases of the processors whose polls may be quiet. */
export function quietProcessors(catalogue: Catalogue): string[] {
  return catalogue
    .all()
    .filter(({ quiet, scope }) => quiet && scope !== "node")
    .flatMap((processor) => [processor.id, ...(processor.aliases ?? [])]);
}

/**
 * Looks at the quiet occurrences that have come due. Each group is asked once, at or after the second of its oldest occurrence; an
 * answer holds for every occurrence that is due by then. Only with the answer the pointer moves, in the batch that inserts the runs of
 * the clients named, and only if group and members stand where they stood when the group was asked. So a tick that ends in between leaves
 * nothing behind, and a second one changes nothing.
 *
 * What cannot be quiet leaves its group instead, and gets its fate from the tick: late occurrences, a stop, blackouts, pauses, a job that was
 * changed or is followed by another, a client with a database of its own. A page of groups costs two round trips, questions and answers.
 *
 * @param due the first page, as {@link dueGroups} has it
 * @param maxPages pages that this invocation can afford
 */
export async function lookAround(
  control: Database,
  due: readonly DueGroup[],
  time: Looker,
  catalogue: Catalogue,
  expressions: Expressions,
  maxPages: number,
): Promise<LookReport> {
  const wake = new Set<number>();
  const unknownZones = new Set<string>();
  let planned = 0;
  let left = false;
  let page = due;
  for (let pages = 0; page.length > 0; pages += 1) {
    if (pages === maxPages) return { planned, wake: [...wake], left, more: true };
    for (const { timeZone } of page) if (!isZoneKnown(timeZone)) unknownZones.add(timeZone);
    const known = page.filter(({ timeZone }) => !unknownZones.has(timeZone));
    const sorted = sort(known, time, catalogue, expressions);
    const { exceptions, answers } = await ask(control, sorted.questions);
    // Those that leave do so first: the pointer still stands at the occurrence that they take with them.
    const leaving = leave(sorted, exceptions, time.now);
    const statements = [...leaving, ...(answers.length > 0 ? write(answers, time.now) : [])];
    const results = statements.length > 0 ? await control.batch(statements, "write") : [];
    const inserted = results[leaving.length]?.rows ?? [];
    planned += inserted.length;
    for (const row of inserted) wake.add(Number(row.client_id));
    left ||= exceptions.length + sorted.dissolved.length > 0;
    if (page.length < GROUPS_AT_ONCE) break;
    page = await read(control, dueGroups(time, unknownZones));
  }
  return { planned, wake: [...wake], left, more: false };
}

/** A page of groups by what is done with them. */
interface Sorted {
  readonly questions: readonly Question[];
  /** Their triggers leave. */
  readonly dissolved: readonly number[];
  /** No trigger is in them any more. */
  readonly empty: readonly number[];
}

function sort(groups: readonly DueGroup[], time: Looker, catalogue: Catalogue, expressions: Expressions): Sorted {
  const questions: Question[] = [];
  const dissolved: number[] = [];
  const empty: number[] = [];
  for (const group of groups) {
    if (group.inhabited === 0) {
      empty.push(group.id);
      continue;
    }
    const holds = group.holds === 1 && Number(group.dueAt) >= time.now - QUIET_LATE_AFTER_MS;
    const question = holds ? questionOf(group, time, catalogue, expressions) : null;
    if (question && question.last < (group.stoppedAt ?? Number.POSITIVE_INFINITY)) questions.push(question);
    else dissolved.push(group.id);
  }
  return { questions, dissolved, empty };
}

/** What a group is asked; null where it cannot be: its triggers leave, and its occurrences get runs. */
function questionOf(
  group: DueGroup,
  { now, release }: Looker,
  catalogue: Catalogue,
  expressions: Expressions,
): Question | null {
  const processor = catalogue.find(group.processor);
  if (!processor?.quiet || processor.scope === "node") return null;
  const { id, jobId, timeZone, offsetMs, cron, transitions, nextFireAt, growingFrom, joins } = group;
  const parameters = parameterSchema(processor).safeParse(JSON.parse(group.parameters));
  if (!parameters.success) return null;
  try {
    const expression = expressions.get(cron) ?? QuartzExpression.parse(cron);
    expressions.set(cron, expression);
    const occurrences = [nextFireAt];
    let next = expression.next(nextFireAt, timeZone, { transitions });
    while (next !== null && next + offsetMs <= now && occurrences.length < OCCURRENCES_AT_ONCE) {
      occurrences.push(next);
      next = expression.next(next, timeZone, { transitions });
    }
    const last = occurrences.at(-1) ?? nextFireAt;
    const grows = growingFrom !== null && last - growingFrom < LONGEST_LOOK_MS;
    return {
      group: id,
      expected: nextFireAt,
      joins,
      jobId,
      occurrences,
      last,
      next,
      offset: offsetMs,
      growing: grows ? growingFrom : null,
      ask: named(id, processor, { now, release, timeZone, parameters: parameters.data as QuietQuestion["parameters"] }),
    };
  } catch (error) {
    if (error instanceof QuartzSyntaxError) return null;
    throw error;
  }
}

/** The clients of a group that its processor names. */
function named(groupId: number, processor: Processor, facts: Omit<QuietQuestion, "clients">) {
  const clients = sql`SELECT client_id FROM triggers WHERE quiet_group_id = ${groupId}`;
  return sql<{ clientId: number }>`SELECT t.client_id AS "clientId" FROM triggers t WHERE t.quiet_group_id = ${groupId}
    AND t.client_id IN (${processor.quiet?.({ ...facts, clients })})`;
}

/** A question with the clients that get a run. */
type Answer = Omit<Question, "ask"> & { readonly clients: readonly number[] };

/**
 * Triggers that cannot be quiet at these occurrences: held, in a blackout, with a database of the client's own. Found from their own,
 * short lists.
 */
function exceptionsOf(questions: readonly Question[]) {
  const asked = JSON.stringify(questions.map(({ group, expected, last }) => [group, expected, last]));
  return sql<{ id: number }>`WITH asked (id, first_at, last_at) AS MATERIALIZED
      (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${asked}))
    SELECT t.id FROM triggers t INDEXED BY triggers_held CROSS JOIN asked a ON a.id = t.quiet_group_id
      WHERE t.paused_until > (SELECT min(first_at) FROM asked) AND t.paused_until > a.first_at
    UNION SELECT t.id FROM clients c INDEXED BY clients_own_database CROSS JOIN asked a
      CROSS JOIN triggers t ON t.quiet_group_id = a.id AND t.client_id = c.id WHERE c.database_url IS NOT NULL
    UNION SELECT t.id FROM blackouts b CROSS JOIN asked a ON b.ends_at > a.first_at AND b.starts_at <= a.last_at
      CROSS JOIN triggers t ON t.quiet_group_id = a.id AND t.client_id = coalesce(nullif(b.client_id, 0), t.client_id)
      WHERE b.ends_at > (SELECT min(first_at) FROM asked)`;
}

/** Clients whose last run of one of these jobs failed, or is still open: they get a run in any case. */
const unsettledOf = (questions: readonly Question[]) => {
  const jobs = among(new Set(questions.map(({ jobId }) => jobId)));
  return sql<{
    jobId: number;
    clientId: number;
  }>`SELECT job_id AS "jobId", client_id AS "clientId" FROM runs INDEXED BY runs_overdue
      WHERE state IN ('planned', 'queued', 'waiting', 'running') AND job_id IN ${jobs}
    UNION SELECT job_id, client_id FROM job_stats INDEXED BY job_stats_failing WHERE job_id IN ${jobs} AND failures_in_a_row > 0`;
};

/** Asks the groups of a page in one round trip. */
async function ask(
  control: Database,
  questions: readonly Question[],
): Promise<{ readonly exceptions: readonly number[]; readonly answers: readonly Answer[] }> {
  if (questions.length === 0) return { exceptions: [], answers: [] };
  const [exceptions, unsettled, ...found] = await readEach(control, [
    exceptionsOf(questions),
    unsettledOf(questions),
    ...questions.map((question) => question.ask),
  ]);
  const answers = questions.map(({ ask: _, ...question }, index) => {
    const inAnyCase = unsettled.filter(({ jobId }) => jobId === question.jobId);
    const clients = new Set([...(found[index] ?? []), ...inAnyCase].map(({ clientId }) => clientId));
    return { ...question, clients: [...clients] };
  });
  return { exceptions: exceptions.map(({ id }) => id), answers };
}

/** Takes out of the groups of a page what cannot be quiet, and closes those that no job is in any more. */
function leave({ dissolved, empty }: Sorted, exceptions: readonly number[], now: number): Statement[] {
  const scope = sql`(t.quiet_group_id IN ${among(dissolved)} OR t.id IN ${among(exceptions)})`;
  const closing = [...dissolved, ...empty];
  return [
    ...(dissolved.length + exceptions.length > 0 ? leaveGroups(scope, now) : []),
    ...(closing.length > 0
      ? [
          statement(sql`UPDATE quiet_groups SET next_fire_at = NULL, due_at = NULL, growing_from = NULL
            WHERE id IN ${among(closing)} AND NOT EXISTS (SELECT 1 FROM triggers t WHERE t.quiet_group_id = quiet_groups.id)`),
        ]
      : []),
  ];
}

/** Writes the answers of a page: runs of the clients named, what was looked at, and where each group stands from then on. */
function write(answers: readonly Answer[], now: number): [Statement, Statement, Statement] {
  const page = JSON.stringify(answers);
  const unmoved = sql`json_each(${page}) p
    CROSS JOIN quiet_groups g ON g.id = p.value ->> 'group' AND g.next_fire_at = p.value ->> 'expected' AND g.joins = p.value ->> 'joins'`;
  const memberNamed = sql`json_each(p.value, '$.clients') n CROSS JOIN triggers t ON t.quiet_group_id = g.id AND t.client_id = n.value`;
  return [
    statement(sql`INSERT INTO runs (job_id, client_id, node_id, kind, scheduled_at, due_at, processor, job_name, load, parameters, policies,
        time_zone, state, created_at)
      SELECT t.job_id, t.client_id, t.node_id, 'schedule', o.value, o.value + g.offset_ms, j.processor, j.name, j.load, j.parameters,
        j.policies, t.time_zone, 'planned', ${now}
      FROM ${unmoved} CROSS JOIN jobs j ON j.id = g.job_id CROSS JOIN ${memberNamed} CROSS JOIN json_each(p.value, '$.occurrences') o
      WHERE o.value >= t.quiet_from
      ON CONFLICT (job_id, client_id, node_id, scheduled_at, kind) DO NOTHING RETURNING client_id`),
    // A look that names a client has a row of its own; the growing one names no client.
    statement(sql`INSERT INTO quiet_looks (group_id, first_at, last_at, occurrences, named, first_looked_at, last_looked_at)
      SELECT v.id, iif(v.named = 0, coalesce(v.growing, v.first_at), v.first_at), v.last_at, v.occurrences, v.named, ${now}, ${now}
      FROM (SELECT g.id, p.value ->> 'growing' AS growing, p.value ->> 'expected' AS first_at, p.value ->> 'last' AS last_at,
          json_array_length(p.value, '$.occurrences') AS occurrences, (SELECT count(*) FROM ${memberNamed}) AS named FROM ${unmoved}) v
      WHERE true
      ON CONFLICT (group_id, first_at) DO UPDATE SET last_at = excluded.last_at, occurrences = occurrences + excluded.occurrences,
        last_looked_at = excluded.last_looked_at`),
    statement(sql`UPDATE quiet_groups SET next_fire_at = v.next, due_at = v.next + quiet_groups.offset_ms, last_fated_at = v.last_at,
        growing_from = iif(v.named = 0, coalesce(v.growing, v.first_at), NULL)
      FROM (SELECT g.id, p.value ->> 'next' AS next, p.value ->> 'last' AS last_at, p.value ->> 'growing' AS growing,
          p.value ->> 'expected' AS first_at, (SELECT count(*) FROM ${memberNamed}) AS named FROM ${unmoved}) v
      WHERE quiet_groups.id = v.id`),
  ];
}
