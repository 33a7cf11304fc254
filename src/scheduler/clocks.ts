import type { Database } from "../store/database.ts";
import { sql } from "../store/sql.ts";
import { readEach } from "../store/statement.ts";

/** Clocks that differ by no more than this (ms) agree. */
const AGREE_MS = 60_000;

/** An instant further than this (ms) beyond the newest tick is not believed at once: an outage, or a clock that is ahead. */
const BEYOND_MS = 600_000;

/** Ticks nearer than this (ms) to one that counts do not count: a second one of the same minute confirms nothing. */
const APART_MS = 30_000;

/** Number of earlier ticks that confirm a time. */
const CONFIRMATIONS = 2;

/** Ticks looked at, at most: of several processes, at the cron's minute and at alarms. */
const REMEMBERED = 200;

/** A fate more than this (ms) ahead was given by a clock that was ahead: the tick looks two minutes ahead. */
export const AHEAD_MS = 180_000;

/** What the clocks show at a tick, ms. */
export interface Readings {
  /** The host's clock. */
  readonly host: number;
  /** The database's own; null where it has none but the host's, as a file. */
  readonly database: number | null;
  /**
   * A third: the planned instant of a Cron Trigger's call, or the `Date` of an HTTP answer; null: none. It may be some minutes
   * behind, as a call that comes late is.
   */
  readonly witness: number | null;
}

/** A tick of before. */
export interface RecordedTick {
  /** What it took for the time, ms. */
  readonly at: number;
  /** The host's clock less the database's, ms; null: there was one clock only. */
  readonly apartMs: number | null;
  /** Two ticks before it bore it out. Default false. */
  readonly confirmed?: boolean;
}

/** What a tick takes for the time, and how far it may trust it. */
export interface TickTime {
  /** ms */
  readonly now: number;
  /** Two ticks before it bear it out: what is late may be judged missed. */
  readonly confirmed: boolean;
  /** Runners may follow it: it is confirmed, or a third clock or the ticks before decided between two. */
  readonly sure: boolean;
  /** It is confirmed by the newest ticks of all, and none of them was ahead: what an earlier clock gave a fate ahead may be withdrawn. */
  readonly steady: boolean;
  /** The host's clock less `now`, ms. */
  readonly hostAheadMs: number;
  /** The database's clock less `now`, ms; null: it has none of its own. */
  readonly databaseAheadMs: number | null;
}

/** A time that is not in doubt: virtual time, where there is one clock only. @param now ms */
export function certainTime(now: number): TickTime {
  return { now, confirmed: true, sure: true, steady: false, hostAheadMs: 0, databaseAheadMs: null };
}

/**
 * Which clock a tick follows, and whether it may judge occurrences missed by it. One clock that is hours off must neither silence a
 * job nor start it early:
 *
 * - Clocks that agree within a minute are followed, the earlier of them. Where they differ, the one that the witness sides with,
 *   else the one that goes on from the newest tick whose time nothing spoke against, else the earlier.
 * - A time more than ten minutes beyond the newest tick, or by one clock against another, is not confirmed before two further ticks
 *   came to the same, at least half a minute apart.
 *
 * @param ticks the newest ticks in the order of their coming, newest first
 */
export function judgeTime(readings: Readings, ticks: readonly RecordedTick[]): TickTime {
  const { host, database } = readings;
  const { now, doubted, decided } = chooseTime(readings, newestTrusted(ticks));
  const apartMs = database === null ? null : host - database;
  const { confirmed, steady } = confirmation(now, ticks, doubted ? apartMs : undefined);
  return {
    now,
    confirmed,
    sure: confirmed || decided,
    steady,
    hostAheadMs: host - now,
    databaseAheadMs: database === null ? null : database - now,
  };
}

/**
 * The time (ms) of the newest tick that can be a guide: it was borne out, or no clock spoke against it and it went on from one that can.
 * What was merely the earlier of two clocks is no guide, nor is a jump of both. Null: there is none.
 */
function newestTrusted(ticks: readonly RecordedTick[]): number | null {
  return ticks.toReversed().reduce<number | null>((trusted, { at, apartMs, confirmed }) => {
    const agreed = apartMs === null || Math.abs(apartMs) <= AGREE_MS;
    return confirmed || (agreed && (trusted === null || goesOnFrom(trusted, at))) ? at : trusted;
  }, null);
}

/** Whether an instant is one that the tick behind another may have, ms. */
const goesOnFrom = (at: number, instant: number) => instant >= at - 2 * AGREE_MS && instant <= at + BEYOND_MS;

/** The time by the clocks, whether one of them speaks against it, and whether something decided between them. */
function chooseTime(
  { host, database, witness }: Readings,
  newest: number | null,
): { readonly now: number; readonly doubted: boolean; readonly decided: boolean } {
  const own = database === null ? [host] : [host, database];
  const agree = own.every((clock) => Math.abs(clock - host) <= AGREE_MS);
  const sided = (clock: number) => witness !== null && clock - witness >= -AGREE_MS && clock - witness <= BEYOND_MS;
  const goesOn = (clock: number) => newest !== null && goesOnFrom(newest, clock);
  // Two that agree outvote the third.
  if (agree && (database !== null || witness === null || sided(host)))
    return { now: Math.min(...own), doubted: false, decided: false };
  const clocks = agree ? [host, ...(witness === null ? [] : [witness])] : own;
  const bySide = agree ? [] : clocks.filter(sided);
  const byCourse = clocks.filter(goesOn);
  const chosen = [bySide, byCourse].find(({ length }) => length === 1)?.[0];
  return { now: chosen ?? Math.min(...clocks), doubted: true, decided: chosen !== undefined };
}

/**
 * Whether the ticks before bear a time out.
 *
 * @param apartMs given where the clocks differ: only ticks at which they differed alike count
 */
function confirmation(
  now: number,
  ticks: readonly RecordedTick[],
  apartMs?: number | null,
): Pick<TickTime, "confirmed" | "steady"> {
  let counted = 0;
  let last = now;
  let overtaken = false;
  for (const { at, apartMs: then } of ticks) {
    if (at > now + AHEAD_MS) {
      overtaken = true;
      continue;
    }
    if (last - at > BEYOND_MS) return { confirmed: false, steady: false };
    const alike = apartMs === undefined || differAlike(apartMs, then);
    if (!alike) return { confirmed: false, steady: false };
    if (last - at < APART_MS) continue;
    last = at;
    counted += 1;
    if (counted === CONFIRMATIONS) return { confirmed: true, steady: !overtaken };
  }
  // A young database, or one whose ticks were all ahead.
  return { confirmed: false, steady: false };
}

const differAlike = (one: number | null, other: number | null) =>
  one === null || other === null ? one === other : Math.abs(one - other) <= AGREE_MS;

/** What {@link readTimes} found. */
export interface Times {
  /** The database's own clock, ms. */
  readonly database: number;
  /** Newest first. */
  readonly ticks: readonly RecordedTick[];
  /** How far the fates of the trigger or quiet group that is furthest reach, ms; null: there are none. */
  readonly fatedUntil: number | null;
  /** When the last of the open runs that were asked for, rather than planned, is due, ms; null: there are none. */
  readonly askedUntil: number | null;
}

/** The queries behind {@link readTimes}; each ends in an index. */
const timeQueries = [
  sql<{ at: number }>`SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS at`,
  sql<{
    at: number;
    apartMs: number | null;
    confirmed: 0 | 1;
  }>`SELECT at, host_ahead_ms - database_ahead_ms AS "apartMs", confirmed FROM ticks ORDER BY id DESC LIMIT ${REMEMBERED}`,
  sql<{ at: number | null }>`SELECT max(at) AS at FROM (SELECT max(last_fated_at) AS at FROM triggers
    UNION ALL SELECT max(last_fated_at) FROM quiet_groups INDEXED BY quiet_groups_fated WHERE next_fire_at IS NOT NULL)`,
  sql<{
    at: number | null;
  }>`SELECT max(due_at) AS at FROM runs WHERE state IN ('planned', 'queued', 'waiting', 'running') AND kind <> 'schedule'`,
] as const;

/** What the database knows of the time, in one round trip. */
export async function readTimes(control: Database): Promise<Times> {
  const [clock, ticks, fated, asked] = await readEach(control, timeQueries);
  return {
    database: Number(clock[0]?.at),
    ticks: ticks.map(({ at, apartMs, confirmed }) => ({ at, apartMs, confirmed: confirmed === 1 })),
    fatedUntil: fated[0]?.at ?? null,
    askedUntil: asked[0]?.at ?? null,
  };
}
