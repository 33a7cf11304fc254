import { type SQL, sql } from "drizzle-orm";
import type { ClientRows } from "../../store/rows.ts";
import { readState } from "../../store/state.ts";
import { thisClient } from "../../store/statement.ts";
import { addDays, type Day, laterDay } from "../../time/day.ts";

const PROCESSOR = "TrackingCalculation";

/** Reads {@link TrackingState.rawDeletedTo}, as JSON. */
export const rawDeletedTo: SQL = readState(PROCESSOR, "rawDeletedTo");

/** What is kept from one run to the next. */
export interface TrackingState {
  /** All days up to this one have been computed; null: none. */
  readonly watermark: Day | null;
  /** The highest id of an event that the last run saw. One with a higher id, of a day up to the watermark, came late. */
  readonly lastEventId: number;
  /** Raw events of all days up to this one were deleted; null: none. Those days are never computed again. */
  readonly rawDeletedTo: Day | null;
}

/** A day on which there are raw events. */
export interface TrackingDay {
  readonly day: Day;
  /** The highest id among them. */
  readonly lastId: number;
}

/** The days up to one, or up to the watermark, that have raw events, in order. One seek for each, however many events they have. */
export function selectTrackingDays(upTo: Day): SQL<TrackingDay> {
  const watermark = sql`(SELECT value ->> '$' FROM (${readState(PROCESSOR, "watermark")}))`;
  const last = sql`max(${upTo}, coalesce(${watermark}, ''))`;
  const next = (after: SQL) => sql`(SELECT min(next.day_on) FROM tracking_events AS next
    WHERE next.client_id = ${thisClient} AND next.day_on > ${after} AND next.day_on <= ${last})`;
  return sql<TrackingDay>`WITH RECURSIVE days (day) AS (
      SELECT ${next(sql`''`)} UNION ALL SELECT ${next(sql`days.day`)} FROM days WHERE days.day IS NOT NULL)
    SELECT day, (SELECT max(event.id) FROM tracking_events AS event WHERE event.client_id = ${thisClient} AND event.day_on = days.day)
      AS lastId
    FROM days WHERE day IS NOT NULL ORDER BY day`;
}

/** Reads the state and the days, in one round trip. */
export async function readTracking(
  rows: ClientRows,
  upTo: Day,
): Promise<{ readonly state: TrackingState; readonly days: readonly TrackingDay[] }> {
  const value = (key: string) => readState(PROCESSOR, key) as SQL<{ readonly value: string }>;
  const [watermark, lastEventId, deletedTo, days] = await rows.each([
    value("watermark"),
    value("lastEventId"),
    rawDeletedTo as SQL<{ readonly value: string }>,
    selectTrackingDays(upTo),
  ]);
  const parsed = <T>(read: readonly { readonly value: string }[], otherwise: T): T =>
    read[0] ? (JSON.parse(read[0].value) as T) : otherwise;
  return {
    state: {
      watermark: parsed<Day | null>(watermark, null),
      lastEventId: parsed(lastEventId, 0),
      rawDeletedTo: parsed<Day | null>(deletedTo, null),
    },
    days,
  };
}

/** Writes that all days up to one are computed, or that their raw events go. It never moves back. */
export function raiseTrackingDay(key: "watermark" | "rawDeletedTo", day: Day): SQL {
  return sql`INSERT INTO processor_state (processor, client_id, node_id, key, value)
    VALUES (${PROCESSOR}, ${thisClient}, '', ${key}, ${JSON.stringify(day)})
    ON CONFLICT (processor, client_id, node_id, key) DO UPDATE SET value = excluded.value WHERE value < excluded.value`;
}

/**
 * Writes the highest id that a run saw, or the highest that is left of them. No event gets an id that another one had; but in a database
 * that the client moves to, ids go on behind the highest one that moves.
 */
export function writeLastEventId(id: number): SQL {
  return sql`INSERT INTO processor_state (processor, client_id, node_id, key, value)
    SELECT ${PROCESSOR}, ${thisClient}, '', 'lastEventId', json(min(${id}, coalesce((SELECT max(id) FROM tracking_events), 0))) WHERE true
    ON CONFLICT (processor, client_id, node_id, key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`;
}

/** What a run does; days are worked in their order. */
export interface TrackingPlan {
  /** Days up to the old watermark with events that came late, `lastEventId` being the last one seen before. */
  readonly lateTo: Day | null;
  readonly lastEventId: number;
  /** The first day that is computed anew; the last is `upTo`. */
  readonly from: Day;
  readonly upTo: Day;
  /** Of days up to this one the raw events were deleted before this run. */
  readonly rawDeletedTo: Day | null;
  /** Raw events of days up to this one go. */
  readonly deleteTo: Day;
  /** The highest id among the events of these days when the run began. */
  readonly seenId: number;
}

/**
 * @param upTo the last complete day
 * @param recomputeFrom null: no day is computed that was before
 */
export function planTracking(
  { state, days }: { readonly state: TrackingState; readonly days: readonly TrackingDay[] },
  upTo: Day,
  keepRawDays: number,
  recomputeFrom: Day | null,
): TrackingPlan {
  const { watermark, lastEventId } = state;
  const fresh = watermark === null ? "" : addDays(watermark, 1);
  const wanted = recomputeFrom !== null && recomputeFrom < fresh ? recomputeFrom : fresh;
  const first = state.rawDeletedTo === null ? "" : addDays(state.rawDeletedTo, 1);
  return {
    lateTo: watermark,
    lastEventId,
    from: laterDay(wanted, first),
    upTo,
    rawDeletedTo: state.rawDeletedTo,
    deleteTo: addDays(upTo, -keepRawDays),
    seenId: Math.max(lastEventId, ...days.map(({ lastId }) => lastId)),
  };
}
