import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { addDays, type Day, isTimeZone, MS_PER_DAY, startOfDay } from "../../time/day.ts";
import { type Anchor, anchors } from "./anchor.ts";
import type { NotificationRule } from "./rule.ts";

/** An object whose anchor lies on the day in question, with its person. */
export interface Occasion {
  /** Where it stands in the order of reading. */
  readonly at: number;
  readonly id: number;
  readonly person_id: number;
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string | null;
  readonly locale: string | null;
  readonly supervisor_id: number | null;
  /** Title of the component, name of the skill or certification. */
  readonly title: string;
  readonly component_id: number | null;
  readonly location: string | null;
  /** Instants in ms. */
  readonly start_at: number | null;
  readonly end_at: number | null;
  /** The component's own zone. */
  readonly zone: string | null;
  /** 1: no mail about the component is wanted. */
  readonly mail_refused: number;
  readonly due_on: Day | null;
}

/** A position in the order of occasions. */
export interface OccasionPosition {
  readonly at: number;
  readonly id: number;
}

/** The day in a zone, as instants (ms) `from <= x < until`. */
export interface ZonedDay {
  /** '' stands for components without a zone of their own: the client's. */
  readonly zone: string;
  readonly from: number;
  readonly until: number;
}

/** A zone that components name and the host does not know. */
export interface UnknownZone {
  readonly zone: string;
  /** One of the components that name it. */
  readonly componentId: number;
}

/** No zone is further from UTC (ms). */
const FURTHEST = 26 * 3_600_000;

/** The zones of components whose start or end may fall on a day: `time_zone`, `example` (the id of one of them). */
export function selectZonesOf(anchor: Anchor, day: Day): SQL<{ time_zone: string | null; example: number }> {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const { column } = anchor.day;
  return sql`SELECT component.time_zone, min(component.id) AS example FROM components AS component
    WHERE component.client_id = ${thisClient}
      AND ${column} >= ${midnight - FURTHEST} AND ${column} < ${midnight + MS_PER_DAY + FURTHEST}
    GROUP BY component.time_zone`;
}

/** A day in each zone of {@link selectZonesOf}; zones that the runtime does not know apart. */
export function zonedDays(
  zones: readonly { readonly time_zone: string | null; readonly example: number }[],
  day: Day,
  clientZone: string,
): { days: ZonedDay[]; unknown: UnknownZone[] } {
  const days: ZonedDay[] = [];
  const unknown: UnknownZone[] = [];
  for (const { time_zone: own, example } of zones) {
    const zone = own ?? clientZone;
    if (isTimeZone(zone)) days.push({ zone: own ?? "", ...dayIn(day, zone) });
    else unknown.push({ zone, componentId: example });
  }
  return { days, unknown };
}

function dayIn(day: Day, zone: string) {
  return { from: startOfDay(day, zone), until: startOfDay(addDays(day, 1), zone) };
}

/** What a page of occasions is read for. */
export interface OccasionRequest {
  readonly rule: NotificationRule;
  /** The anchor's day. */
  readonly day: Day;
  readonly clientZone: string;
  /** Of an anchor that is a component's instant. */
  readonly zonedDays: readonly ZonedDay[];
  /** SQL condition on `component` (the rule's filter); null: none. */
  readonly filter: SQL | null;
  readonly after: OccasionPosition | null;
  readonly limit: number;
}

/**
 * A page of the objects whose anchor lies on a day, in the order of {@link OccasionPosition}: in one of the rule's statuses, of
 * people who are neither passive nor deleted, and whose notifications are not suppressed.
 */
export function selectOccasions(request: OccasionRequest): SQL {
  const { rule, filter, after, limit } = request;
  const anchor = anchors[rule.anchor];
  const query = queryOf(anchor, request);
  return sql`SELECT ${query.at} AS at, ${anchor.id} AS id, participant.id AS person_id, participant.given_name, participant.family_name,
      participant.email, participant.locale, participant.supervisor_id, ${anchor.columns}
    FROM ${query.zones}${anchor.from}
    WHERE ${anchor.client} = ${thisClient} AND participant.client_id = ${anchor.client} AND ${query.onDay}
      AND ${anchor.status} IN (SELECT value FROM json_each(${JSON.stringify(rule.statuses)}))
      AND ${anchor.where} AND participant.auth_status NOT IN ('passive', 'deleted')
      AND ${filter ?? sql`1`} AND ${query.behind(after)}
    ORDER BY ${query.order} LIMIT ${limit}`;
}

interface OccasionQuery {
  readonly at: SQL;
  /** Goes in front of the anchor's own tables. */
  readonly zones: SQL;
  readonly onDay: SQL;
  readonly behind: (after: OccasionPosition | null) => SQL;
  readonly order: SQL;
}

function queryOf(anchor: Anchor, { day, clientZone, zonedDays }: OccasionRequest): OccasionQuery {
  const { kind, column } = anchor.day;
  const byId = (id: SQL) => (after: OccasionPosition | null) => sql`${id} > ${after?.id ?? 0}`;
  if (kind === "day") {
    return { at: sql`0`, zones: sql``, onDay: sql`${column} = ${day}`, behind: byId(anchor.id), order: anchor.id };
  }
  if (kind === "client_instant") {
    const { from, until } = dayIn(day, clientZone);
    return {
      at: column,
      zones: sql``,
      onDay: sql`${column} >= ${from} AND ${column} < ${until}`,
      behind: (after) => (after ? sql`(${column}, ${anchor.id}) > (${after.at}, ${after.id})` : sql`1`),
      order: sql`${column}, ${anchor.id}`,
    };
  }
  // The unary plus keeps SQLite from walking all registrations of the client by id until it has met enough of these components.
  const id = sql`+${anchor.id}`;
  return {
    at: sql`0`,
    zones: sql`json_each(${JSON.stringify(zonedDays)}) AS zoned CROSS JOIN `,
    onDay: sql`${column} >= zoned.value ->> 'from' AND ${column} < zoned.value ->> 'until'
      AND coalesce(component.time_zone, '') = zoned.value ->> 'zone'`,
    behind: byId(id),
    order: id,
  };
}
