import type { SQL } from "drizzle-orm";
import { isZoneKnown, QuartzExpression } from "../../quartz/index.ts";
import type { Database } from "../../store/database.ts";
import { sql } from "../../store/sql.ts";
import { read } from "../../store/statement.ts";

/** Looks that one list reads at most; older ones are left out. */
export const LOOKS_AT_MOST = 500;

/** Planned moments in a row at which a job had nothing to do for a client. Instants in ms. */
export interface QuietRange {
  readonly jobId: number;
  readonly jobName: string;
  readonly processor: string;
  readonly clientId: number;
  /** Null for a client that is gone. */
  readonly clientName: string | null;
  readonly timeZone: string;
  /** The first and the last of them. */
  readonly first: number;
  readonly last: number;
  readonly occurrences: number;
  /** When the last of them was looked at. */
  readonly lookedAt: number;
}

/** What a group looked at, as far as a client was in it then. */
interface LookRow extends Omit<QuietRange, "first" | "last"> {
  readonly cron: string;
  readonly transitions: "safe" | "quartz";
  readonly first: number;
  readonly last: number;
  /** The part of the look for which the client was in the group. */
  readonly from: number;
  readonly until: number;
  /** The client was named: it has a run. */
  readonly named: 0 | 1;
}

/** Whose quiet moments, and which. */
export interface QuietFilter {
  readonly clientId: number;
  readonly jobId?: number | undefined;
  /** Only looks that reach into these instants (ms), the end exclusive. Default: all. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** The query behind {@link readQuietRanges}: looks, newest first. A client's own rows are found by its id, their looks by their group. */
export function looksQuery({ clientId, jobId, from = 0, until = Number.MAX_SAFE_INTEGER }: QuietFilter) {
  const own = (column: SQL) => (jobId === undefined ? sql`` : sql`AND ${column} = ${jobId}`);
  return sql<LookRow>`WITH stays (job_id, group_id, from_at, until_at) AS (
      SELECT job_id, group_id, from_at, until_at FROM quiet_memberships
        WHERE client_id = ${clientId} AND until_at >= ${from} AND from_at < ${until} ${own(sql`job_id`)}
      UNION ALL SELECT t.job_id, g.id, t.quiet_from, g.last_fated_at FROM triggers t CROSS JOIN quiet_groups g ON g.id = t.quiet_group_id
        WHERE t.client_id = ${clientId} AND t.quiet_group_id IS NOT NULL AND g.last_fated_at >= max(${from}, t.quiet_from)
          AND t.quiet_from < ${until} ${own(sql`t.job_id`)})
    SELECT s.job_id AS "jobId", j.name AS "jobName", j.processor, CAST(${clientId} AS INTEGER) AS "clientId",
      (SELECT name FROM clients WHERE id = ${clientId}) AS "clientName", g.time_zone AS "timeZone", g.cron,
      g.transitions, l.first_at AS first, l.last_at AS last, l.occurrences, l.last_looked_at AS "lookedAt",
      max(l.first_at, s.from_at) AS "from", min(l.last_at, s.until_at) AS until,
      l.named > 0 AND EXISTS (SELECT 1 FROM runs r WHERE r.job_id = s.job_id AND r.client_id = ${clientId} AND r.node_id = ''
        AND r.scheduled_at BETWEEN max(l.first_at, s.from_at) AND l.last_at AND r.kind = 'schedule') AS named
    FROM stays s CROSS JOIN quiet_groups g ON g.id = s.group_id CROSS JOIN quiet_looks l ON l.group_id = s.group_id
      AND l.first_at <= s.until_at AND l.first_at < ${until} CROSS JOIN jobs j ON j.id = s.job_id
    WHERE l.last_at >= max(s.from_at, ${from}) ORDER BY until DESC LIMIT ${LOOKS_AT_MOST}`;
}

/**
 * A client's quiet moments, newest first: each range ends where the client had a run of the job, left the group, or a day was over.
 */
export async function readQuietRanges(control: Database, filter: QuietFilter): Promise<QuietRange[]> {
  const ranges: QuietRange[] = [];
  /** The range of a job that the next older look may lengthen. */
  const growing = new Map<number, number>();
  for (const look of await read<LookRow>(control, looksQuery(filter))) {
    if (look.named === 1) {
      growing.delete(look.jobId);
      continue;
    }
    const index = growing.get(look.jobId);
    const newer = index === undefined ? undefined : ranges[index];
    const occurrences = occurrencesOf(look);
    if (index !== undefined && newer && newer.last - look.from < DAY_MS) {
      ranges[index] = { ...newer, first: look.from, occurrences: newer.occurrences + occurrences };
      continue;
    }
    growing.set(look.jobId, ranges.length);
    const { jobId, jobName, processor, clientId, clientName, timeZone, lookedAt, from: first, until: last } = look;
    ranges.push({ jobId, jobName, processor, clientId, clientName, timeZone, first, last, occurrences, lookedAt });
  }
  return ranges;
}

const DAY_MS = 86_400_000;

/** How many of a look's occurrences are the client's. */
function occurrencesOf({ first, last, from, until, occurrences, cron, timeZone, transitions }: LookRow): number {
  if ((from <= first && until >= last) || !isZoneKnown(timeZone)) return occurrences;
  return [...QuartzExpression.parse(cron).occurrences(from, until + 1, timeZone, { transitions })].length;
}

/** What the groups of a job looked at, for all their clients together. Instants in ms. */
export interface JobLook {
  readonly timeZone: string;
  readonly first: number;
  readonly last: number;
  readonly occurrences: number;
  /** Clients that had something to do. */
  readonly named: number;
  readonly lookedAt: number;
}

/** The newest looks of a job's groups. */
export async function readJobLooks(control: Database, jobId: number, limit: number): Promise<JobLook[]> {
  return await read<JobLook>(
    control,
    sql`SELECT g.time_zone AS "timeZone", l.first_at AS first, l.last_at AS last, l.occurrences, l.named, l.last_looked_at AS "lookedAt"
      FROM quiet_groups g CROSS JOIN quiet_looks l ON l.group_id = g.id
      WHERE g.job_id = ${jobId} ORDER BY l.last_at DESC, l.id DESC LIMIT ${limit}`,
  );
}
