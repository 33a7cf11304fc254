import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { thisClient } from "../../store/statement.ts";
import type { Failure } from "../../store/step.ts";
import type { Day } from "../day.ts";
import type { ReportKey } from "./report.ts";
import type { Subscriber } from "./scope.ts";

export type ReportFormat = "csv" | "xlsx";

/** A subscription that may be due, with its subscriber and its report. */
export interface StoredSubscription {
  readonly id: number;
  readonly weekdays: string;
  readonly format: ReportFormat;
  readonly filters: string;
  readonly locale: string;
  readonly person_id: number;
  readonly role: Subscriber["role"];
  readonly given_name: string;
  readonly family_name: string;
  readonly email: string | null;
  /** Null: the report is gone. */
  readonly key: ReportKey | null;
  readonly name: string | null;
  readonly definition: string | null;
}

/** 1 (Sunday) to 7 (Saturday). */
export function weekdayOf(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() + 1;
}

/** The key of a subscription's file of a day (spec 2.8.1). */
export function reportFileKey(clientId: number, subscriptionId: number, day: Day, format: ReportFormat): string {
  return `${filePrefix(clientId)}${subscriptionId}/${day}.${format}`;
}

/** Below it lie the files of all subscriptions, each in a folder with the subscription's id. */
export function filePrefix(clientId: number): string {
  return `c/${clientId}/data/report/subscription/`;
}

/**
 * Active subscriptions behind an id that are for a day's weekday, whose person is active, and that have no file of that day
 * yet, in order. One whose weekdays cannot be read is among them.
 *
 * @param ids only these; null: all
 */
export function selectDueSubscriptions(
  clientId: number,
  day: Day,
  after: number,
  ids: readonly number[] | null,
  limit: number,
): SQL {
  const chosen = ids === null ? sql`1` : sql`subscription.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const file = sql`${filePrefix(clientId)} || subscription.id || ${`/${day}`}`;
  return sql`SELECT subscription.id, subscription.weekdays, subscription.format, coalesce(subscription.filters, '{}') AS filters, subscription.locale,
      person.id AS person_id, person.role, person.given_name, person.family_name, person.email,
      report.key, report.name, report.definition
    FROM report_subscriptions AS subscription
    CROSS JOIN persons AS person ON person.id = subscription.person_id AND person.client_id = subscription.client_id
    LEFT JOIN reports AS report ON report.id = subscription.report_id AND report.client_id = subscription.client_id
    WHERE subscription.client_id = ${thisClient} AND subscription.active = 1 AND subscription.id > ${after} AND ${chosen}
      AND person.auth_status = 'active'
      AND CASE WHEN json_valid(subscription.weekdays)
        THEN EXISTS (SELECT 1 FROM json_each(subscription.weekdays) WHERE value = ${weekdayOf(day)}) ELSE 1 END
      AND NOT EXISTS (SELECT 1 FROM files WHERE files.key IN (${file} || '.csv', ${file} || '.xlsx'))
    ORDER BY subscription.id LIMIT ${limit}`;
}

const weekdays = z.array(z.int().min(1).max(7)).min(1);

/** What is wrong with a subscription's weekdays; null: nothing. */
export function weekdayFailure(subscription: Pick<StoredSubscription, "weekdays">): Failure | null {
  try {
    if (weekdays.safeParse(JSON.parse(subscription.weekdays)).success) return null;
  } catch {
    // Not JSON.
  }
  return {
    code: "bad_subscription",
    message: "weekdays: enter a list of numbers from 1 (Sunday) to 7 (Saturday)",
  };
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
