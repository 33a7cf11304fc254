import type { SQL } from "drizzle-orm";
import { z } from "zod";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step/step.ts";
import { addDays, type Day } from "../../time/day.ts";
import type { ReportKey } from "./report.ts";
import type { Subscriber } from "./scope.ts";

export type ReportFormat = "csv" | "xlsx";

/** A subscription that may be due, with its report. */
export interface StoredSubscription {
  readonly id: number;
  readonly audience: "person" | "group" | "client";
  readonly person_id: number | null;
  readonly group_id: number | null;
  readonly schedule: "daily" | "weekdays" | "monthly";
  readonly weekdays: string;
  readonly month_day: number | null;
  readonly format: ReportFormat;
  /** Null: those of each recipient's default view. */
  readonly filters: string | null;
  /** 1: a report without rows is neither written nor mailed. */
  readonly skip_when_empty: number;
  readonly locale: string;
  readonly report_id: number;
  /** Null: the report is gone. */
  readonly key: ReportKey | null;
  readonly name: string | null;
  readonly definition: string | null;
}

/** A person who gets a subscription's report, with the default view of that report; null: there is none. */
export interface Recipient extends Subscriber {
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string | null;
  /** JSON. */
  readonly view_filters: string | null;
  readonly view_columns: string | null;
}

/** 1 (Sunday) to 7 (Saturday). */
export function weekdayOf(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() + 1;
}

/** The key of the file that a recipient of a subscription gets on a day. */
export function reportFileKey(
  clientId: number,
  of: { readonly subscription: number; readonly person: number; readonly day: Day },
  format: ReportFormat,
): string {
  return `${filePrefix(clientId)}${of.subscription}/${of.day}_${of.person}.${format}`;
}

/** Below it lie the files of all subscriptions, each in a folder with the subscription's id. */
export function filePrefix(clientId: number): string {
  return `c/${clientId}/data/report/subscription/`;
}

/**
 * Active subscriptions from an id on that are due on a day, in order: `daily`; `weekdays` on its days of the week; `monthly` on its
 * day of the month, or on the last day of a month that is shorter. One whose days cannot be read is among them:
 * {@link subscriptionFailure} says so.
 *
 * @param ids only these; null: all
 */
export function selectDueSubscriptions(day: Day, from: number, ids: readonly number[] | null, limit: number): SQL {
  const chosen = ids === null ? sql`1` : sql`subscription.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const dayOfMonth = Number(day.slice(8));
  const isLast = addDays(day, 1).endsWith("-01") ? 1 : 0;
  return sql`SELECT subscription.id, subscription.audience, subscription.person_id, subscription.group_id, subscription.schedule,
      subscription.weekdays, subscription.month_day, subscription.format, subscription.filters, subscription.skip_when_empty,
      subscription.locale, subscription.report_id, report.key, report.name, report.definition
    FROM report_subscriptions AS subscription
    LEFT JOIN reports AS report ON report.id = subscription.report_id AND report.client_id = subscription.client_id
    WHERE subscription.client_id = ${thisClient} AND subscription.active = 1 AND subscription.id >= ${from} AND ${chosen}
      AND CASE subscription.schedule
        WHEN 'daily' THEN 1
        WHEN 'monthly' THEN coalesce(subscription.month_day NOT BETWEEN 1 AND 31, 1) OR subscription.month_day = ${dayOfMonth}
          OR ${isLast} AND subscription.month_day > ${dayOfMonth}
        ELSE CASE WHEN NOT json_valid(subscription.weekdays) OR json_array_length(subscription.weekdays) = 0 THEN 1
          ELSE EXISTS (SELECT 1 FROM json_each(subscription.weekdays) WHERE value = ${weekdayOf(day)}) END END
    ORDER BY subscription.id LIMIT ${limit}`;
}

/**
 * Active recipients of a subscription behind an id who have no file of it of a day yet, in order: the person, the people of the
 * group by any row, or all of the client.
 */
export function selectRecipients(
  { id, audience, person_id, group_id, report_id }: StoredSubscription,
  clientId: number,
  day: Day,
  after: number,
  limit: number,
): SQL {
  const among = {
    person: sql`person.id = ${person_id}`,
    group: sql`person.id IN (SELECT person_id FROM group_members WHERE client_id = ${thisClient} AND group_id = ${group_id})`,
    client: sql`1`,
  }[audience];
  const file = sql`${`${filePrefix(clientId)}${id}/${day}_`} || person.id`;
  return sql`SELECT person.id, person.role, person.given_name, person.family_name, person.email,
      view.filters AS view_filters, view.columns AS view_columns
    FROM persons AS person
    LEFT JOIN report_views AS view ON view.report_id = ${report_id} AND view.person_id = person.id AND view.client_id = person.client_id
    WHERE person.client_id = ${thisClient} AND person.id > ${after} AND person.auth_status = 'active' AND ${among}
      AND NOT EXISTS (SELECT 1 FROM files WHERE files.key IN (${file} || '.csv', ${file} || '.xlsx'))
    ORDER BY person.id LIMIT ${limit}`;
}

const weekdays = z.array(z.int().min(1).max(7)).min(1);

function isWeekdays(json: string): boolean {
  try {
    return weekdays.safeParse(JSON.parse(json)).success;
  } catch {
    return false;
  }
}

/** What is wrong with a subscription's days or audience, and how to mend it; null: nothing. */
export function subscriptionFailure(subscription: StoredSubscription): Failure | null {
  const { audience, person_id, group_id, schedule, month_day } = subscription;
  const problems = [
    schedule === "weekdays" &&
      !isWeekdays(subscription.weekdays) &&
      "weekdays: enter a list of numbers from 1 (Sunday) to 7 (Saturday)",
    schedule === "monthly" &&
      !(month_day !== null && Number.isInteger(month_day) && month_day >= 1 && month_day <= 31) &&
      "month_day: enter a day of the month from 1 to 31",
    audience === "person" && person_id === null && "person_id: choose the person who gets the report",
    audience === "group" && group_id === null && "group_id: choose the group whose people get the report",
  ].filter((problem) => problem !== false);
  return problems.length > 0 ? { code: "bad_subscription", message: problems.join("; ") } : null;
}

/** A report's file as it was written. */
export interface ReportFile {
  readonly key: string;
  readonly subscriptionId: number;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  readonly accessTokenHash: string;
  /** Instant (ms) from which on its link no longer opens. */
  readonly expiresAt: number;
}

/** Registers a report's file. Matches nothing when another run has made it meanwhile: its token and mail count. */
export function insertReportFile(file: ReportFile, now: number): SQL {
  return sql`INSERT INTO files (client_id, key, kind, ref_type, ref_id, size, etag, state, access_token_hash, expires_at,
      stored_at, created_at, updated_at)
    VALUES (${thisClient}, ${file.key}, 'report', 'report_subscription', ${file.subscriptionId}, ${file.size}, ${file.etag},
      'ready', ${file.accessTokenHash}, ${file.expiresAt}, ${now}, ${now}, ${now})
    ON CONFLICT (key) DO NOTHING`;
}
