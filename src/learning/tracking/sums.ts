import type { SQL } from "drizzle-orm";
import { leadHit } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Day } from "../../time/day.ts";
import { rawDeletedTo } from "./days.ts";

/** What one event can last at most, s. */
const LONGEST = 86_400;

/** A person with events of a day. */
export interface TrackedPerson {
  readonly id: number;
  /** 0: the client has no such person. */
  readonly known: 0 | 1;
  /** Rows of `tracking_daily` that the events come to. */
  readonly sums: number;
  /** Events of components that the client does not have. */
  readonly strays: number;
  /** 1: there are sums of the day from before. */
  readonly stored: 0 | 1;
  /** Events that were looked at for all of them, at most as many as were asked for. */
  readonly looked: number;
}

const list = (ids: readonly number[]) => sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
const knownPerson = sql`EXISTS (SELECT 1 FROM persons AS person WHERE person.id = event.person_id AND +person.client_id = event.client_id)`;
/** Events, with the component of each (`own`) where the client has it. */
const events = sql`tracking_events AS event LEFT JOIN components AS own ON own.id = event.component_id AND +own.client_id = event.client_id`;
const strayComponent = sql`(event.component_id <> 0 AND own.id IS NULL)`;
/** Of a number alone, GROUP BY would think that it is a column's place. */
const ofNoPerson = sql`CAST(0 AS INTEGER)`;
/** What the columns of a sum are for an event. */
const component = sql`coalesce(own.id, 0)`;
const item = sql`coalesce(event.item_id, 0)`;
/** None of the day's events was deleted: a sum of those that are left would be too low. */
const isWhole = (day: Day) => sql`coalesce((SELECT value ->> '$' FROM (${rawDeletedTo})), '') < ${day}`;
const ofDay = (day: Day) => sql`event.client_id = ${thisClient} AND event.day_on = ${day}`;

/** Which events of a day a run computes sums of. Later ones are the next run's, which would count them a second time. */
export interface DayEvents {
  readonly day: Day;
  /** Up to this id: the highest that the run saw when it began. */
  readonly upTo: number;
}

/** The `+` leaves the choice to the index of a day's people. */
const ofDayUpTo = ({ day, upTo }: DayEvents) => sql`${ofDay(day)} AND +event.id <= ${upTo}`;

/**
 * People with events of a day behind an id, in order: those of the first events, so that a step has about as much to do with people who did
 * a lot as with people who did little.
 *
 * @param lateAfter only people with an event of a higher id; null: all
 * @param limit events that are looked at; with fewer, the people are the last of the day
 */
export function selectTrackedPeople(
  of: DayEvents,
  lateAfter: number | null,
  after: number,
  limit: number,
): SQL<TrackedPerson> {
  const late = lateAfter === null ? sql`1` : sql`event.id > ${lateAfter}`;
  return sql<TrackedPerson>`WITH first (id) AS MATERIALIZED (SELECT event.person_id FROM tracking_events AS event
      WHERE ${ofDayUpTo(of)} AND event.person_id > ${after} AND ${late} ORDER BY event.person_id LIMIT ${limit}),
    people (id) AS MATERIALIZED (SELECT DISTINCT id FROM first)
    SELECT id, (SELECT count(*) FROM first) AS looked,
      EXISTS (SELECT 1 FROM persons AS person WHERE person.id = groups.id AND +person.client_id = ${thisClient}) AS known,
      EXISTS (SELECT 1 FROM tracking_daily AS daily WHERE daily.client_id = ${thisClient} AND daily.day_on = ${of.day}
        AND daily.person_id = groups.id) AS stored,
      count(*) AS sums, sum(strays) AS strays
    FROM (SELECT people.id AS id, sum(coalesce(${strayComponent}, 0)) AS strays
      FROM people CROSS JOIN ${events}
      WHERE ${ofDayUpTo(of)} AND event.person_id = people.id
      GROUP BY people.id, ${component}, ${item}, event.event) AS groups
    GROUP BY id ORDER BY id`;
}

/** The sums of some events. @param person SQL of whose they are @param which condition of the events, named `event` */
const sums = (person: SQL, which: SQL, now: number) => sql`INSERT INTO tracking_daily
    (client_id, day_on, person_id, component_id, item_id, event, event_count, duration_s, created_at, updated_at)
  SELECT ${thisClient}, event.day_on, ${person}, ${component}, ${item}, event.event, count(*),
    sum(max(0, min(event.duration_s, ${LONGEST}))), ${now}, ${now}
  FROM ${events} WHERE ${which}
  GROUP BY event.day_on, ${person}, ${component}, ${item}, event.event
  ON CONFLICT (client_id, day_on, person_id, component_id, item_id, event) DO UPDATE SET`;

/** Sets the sums of a day for some people to what their events come to. @param now ms */
export function replaceSums(of: DayEvents, people: readonly number[], now: number): SQL {
  const theirs = sql`${ofDayUpTo(of)} AND event.person_id IN ${list(people)} AND ${isWhole(of.day)}`;
  return sql`${sums(sql`event.person_id`, theirs, now)}
    event_count = excluded.event_count, duration_s = excluded.duration_s, updated_at = excluded.updated_at
    WHERE event_count <> excluded.event_count OR duration_s <> excluded.duration_s`;
}

/** Removes sums of a day of some people, which no event stands behind. */
export function removeStaleSums(of: DayEvents, people: readonly number[]): SQL {
  return sql`DELETE FROM tracking_daily WHERE client_id = ${thisClient} AND day_on = ${of.day} AND person_id IN ${list(people)}
    AND ${isWhole(of.day)} AND NOT EXISTS (SELECT 1 FROM ${events}
      WHERE ${ofDayUpTo(of)} AND event.person_id = tracking_daily.person_id AND event.event = tracking_daily.event
        AND ${item} = tracking_daily.item_id AND ${component} = tracking_daily.component_id)`;
}

/** Adds the events of a day of people whom the client does not have to the sums without a person. {@link deleteOwnerless} follows. @param now ms */
export function addOwnerless(of: DayEvents, people: readonly number[], now: number): SQL {
  return adding(ofNoPerson, ownerless(of, people), now);
}

/** Deletes the events that {@link addOwnerless} has just added. */
export function deleteOwnerless(of: DayEvents, people: readonly number[]): SQL {
  return sql`DELETE FROM tracking_events AS event WHERE ${ownerless(of, people)} AND ${leadHit}`;
}

const ownerless = (of: DayEvents, people: readonly number[]) =>
  sql`${ofDayUpTo(of)} AND event.person_id IN ${list(people)} AND NOT ${knownPerson}`;

const adding = (person: SQL, which: SQL, now: number) => sql`${sums(person, which, now)}
  event_count = event_count + excluded.event_count, duration_s = duration_s + excluded.duration_s, updated_at = excluded.updated_at`;

/** Events of a day with an id above `after` and up to `upTo`. */
export interface EventRange {
  readonly day: Day;
  readonly after: number;
  readonly upTo: number;
}

const inRange = ({ day, after, upTo }: EventRange) =>
  sql`${ofDay(day)} AND event.id > ${after} AND event.id <= ${upTo}`;

/** What a range of events holds. */
export interface RangeFacts {
  /** The id of the last; null: there is none. */
  readonly last: number | null;
  readonly events: number;
  /** Of people whom the client does not have, and those of components that it does not have. */
  readonly ownerless: number;
  readonly strays: number;
}

/** The facts of the first `limit` events of a range. */
export function selectRange(range: EventRange, limit: number): SQL<RangeFacts> {
  return sql<RangeFacts>`SELECT max(id) AS last, count(*) AS events, coalesce(sum(ownerless), 0) AS ownerless, coalesce(sum(strays), 0) AS strays
    FROM (SELECT event.id, NOT ${knownPerson} AS ownerless, ${knownPerson} AND ${strayComponent} AS strays
      FROM ${events} WHERE ${inRange(range)} ORDER BY event.id LIMIT ${limit})`;
}

/** The same without a look at whose they are: what `ownerless` and `strays` say is 0. */
export function selectRangeEnd(range: EventRange, limit: number): SQL<RangeFacts> {
  return sql<RangeFacts>`SELECT max(id) AS last, count(*) AS events, 0 AS ownerless, 0 AS strays
    FROM (SELECT event.id FROM tracking_events AS event WHERE ${inRange(range)} ORDER BY event.id LIMIT ${limit})`;
}

/** Adds events that came when the raw data of their day was gone. {@link deleteRange} of the same follows. @param now ms */
export function addRange(range: EventRange, whose: "known" | "ownerless", now: number): SQL {
  const person = whose === "known" ? sql`event.person_id` : ofNoPerson;
  return adding(person, sql`${inRange(range)} AND ${whose === "known" ? knownPerson : sql`NOT ${knownPerson}`}`, now);
}

/**
 * Deletes the events of a range.
 *
 * @param whose of people whom the client has, or of others, behind {@link addRange}; `all`: of both, which were computed before;
 *   `lasting`: of those among them that a run that writes nothing has not deleted otherwise
 */
export function deleteRange(range: EventRange, whose: "known" | "ownerless" | "all" | "lasting"): SQL {
  const condition = {
    known: sql`${knownPerson} AND ${leadHit}`,
    ownerless: sql`NOT ${knownPerson} AND ${leadHit}`,
    all: sql`1`,
    lasting: knownPerson,
  }[whose];
  return sql`DELETE FROM tracking_events AS event WHERE ${inRange(range)} AND ${condition}`;
}
