import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { assignments, insert, type Written } from "../../store/insert.ts";
import { columns, type RowOf, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, readEach, statement } from "../../store/statement.ts";
import { files } from "../schema/files.ts";
import { groups } from "../schema/people.ts";
import { reportSubscriptions, reports } from "../schema/reports.ts";

/** Reports of a client, and groups, that a form offers at most. */
const MOST_OFFERED = 200;

const subscriptionColumns = columns(
  reportSubscriptions,
  [
    "id",
    "reportId",
    "audience",
    "personId",
    "groupId",
    "schedule",
    "weekdays",
    "monthDay",
    "format",
    "filters",
    "skipWhenEmpty",
    "locale",
    "active",
    "updatedAt",
  ],
  "subscription",
);

/** A subscription with the names of what it is about. JSON columns as they are stored. */
export interface ListedSubscription extends RowOf<typeof subscriptionColumns> {
  /** Name and kind of the report; null: it was deleted. */
  readonly reportName: string | null;
  readonly reportKey: string | null;
  /** Null: it is for no group, or the group is gone. */
  readonly groupName: string | null;
  /** Given and family name; null: it is for no single person, or the person is gone. */
  readonly personName: string | null;
}

/** Which subscriptions of a client a list shows. */
export interface SubscriptionFilter {
  readonly clientId: number;
  readonly reportId?: number | undefined;
  readonly audience?: "person" | "group" | "client" | undefined;
  readonly active?: boolean | undefined;
  /** Id of the last subscription of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
}

const named = (from: SQL): SQL<ListedSubscription> =>
  sql<ListedSubscription>`SELECT ${subscriptionColumns}, report.name AS "reportName", report.key AS "reportKey", "group".name AS "groupName",
      person.given_name || ' ' || person.family_name AS "personName"
    FROM ${from}
    LEFT JOIN reports AS report ON report.id = subscription.report_id AND +report.client_id = subscription.client_id
    LEFT JOIN groups AS "group" ON "group".id = subscription.group_id AND +"group".client_id = subscription.client_id
    LEFT JOIN persons AS person ON person.id = subscription.person_id AND +person.client_id = subscription.client_id`;

function listed({ clientId, reportId, audience, active, before, limit }: SubscriptionFilter): SQL<ListedSubscription> {
  const rest = sql`AND id < ${before ?? Number.MAX_SAFE_INTEGER}${audience === undefined ? sql`` : sql` AND audience = ${audience}`}
    ORDER BY id DESC LIMIT ${limit}`;
  const walks =
    reportId === undefined
      ? (active === undefined ? [1, 0] : [active ? 1 : 0]).map(
          (one) => sql`SELECT * FROM (SELECT id FROM report_subscriptions INDEXED BY report_subscriptions_active
            WHERE client_id = ${clientId} AND active = ${one} ${rest})`,
        )
      : [
          sql`SELECT * FROM (SELECT id FROM report_subscriptions INDEXED BY report_subscriptions_report
            WHERE client_id = ${clientId} AND report_id = ${reportId}${active === undefined ? sql`` : sql` AND active = ${active ? 1 : 0}`} ${rest})`,
        ];
  return named(sql`(SELECT id FROM (${sql.join(walks, sql` UNION ALL `)}) ORDER BY id DESC LIMIT ${limit}) AS walked
    CROSS JOIN report_subscriptions AS subscription ON subscription.id = walked.id`);
}

/** A report of a client. */
export type OfferedReport = { readonly id: number; readonly name: string; readonly key: string };

const offeredReports = (clientId: number) =>
  select(reports, ["id", "name", "key"], sql`WHERE client_id = ${clientId} LIMIT ${MOST_OFFERED}`);

/** A client's reports, by name. @param store the client's */
export async function listReports(store: Database, clientId: number): Promise<OfferedReport[]> {
  return byName(await read(store, offeredReports(clientId)));
}

const byName = <R extends { readonly name: string }>(rows: readonly R[]): R[] =>
  rows.toSorted((one, other) => one.name.localeCompare(other.name));

/** Subscriptions of a client, the latest first, and its reports by name. @param store the client's */
export async function listSubscriptions(store: Database, filter: SubscriptionFilter) {
  const [subscriptions, offered] = await readEach(store, [listed(filter), offeredReports(filter.clientId)]);
  return { subscriptions: subscriptions.toSorted((a, b) => b.id - a.id), reports: byName(offered) };
}

/** What a form of a subscription can choose from: a client's reports, and its groups as far as a list goes. @param store the client's */
export async function readSubscriptionChoices(store: Database, clientId: number) {
  const [offered, found] = await readEach(store, [
    offeredReports(clientId),
    select(groups, ["id", "name"], sql`WHERE client_id = ${clientId} LIMIT ${MOST_OFFERED}`),
  ]);
  return { reports: byName(offered), groups: byName(found) };
}

/** One subscription of a client; null when there is none. @param store the client's */
export async function readSubscription(
  store: Database,
  clientId: number,
  id: number,
): Promise<ListedSubscription | null> {
  const query = named(sql`report_subscriptions AS subscription`);
  const [row] = await read<ListedSubscription>(
    store,
    sql`${query} WHERE subscription.id = ${id} AND +subscription.client_id = ${clientId}`,
  );
  return row ?? null;
}

const fileColumns = columns(files, ["id", "size", "state", "storedAt"], "file");

/** A file that was made for a subscription. */
export interface SubscriptionFile extends RowOf<typeof fileColumns> {
  /** For whom: given and family name; null: the person is gone. */
  readonly personName: string | null;
  readonly personId: number;
}

/** The files that were made for a subscription, the latest first: read by the index of what files are for. @param store the client's */
export async function listSubscriptionFiles(
  store: Database,
  clientId: number,
  id: number,
  limit: number,
): Promise<SubscriptionFile[]> {
  // The recipient stands in the key: `…/<day>_<person>.<format>`.
  const recipient = sql`CAST(substr(file.key, instr(file.key, '_') + 1) AS INTEGER)`;
  return await read<SubscriptionFile>(
    store,
    sql`SELECT ${fileColumns}, ${recipient} AS "personId", person.given_name || ' ' || person.family_name AS "personName"
      FROM files AS file LEFT JOIN persons AS person ON person.id = ${recipient} AND +person.client_id = file.client_id
      WHERE file.client_id = ${clientId} AND file.kind = 'report' AND file.ref_type = 'report_subscription' AND file.ref_id = ${id}
      ORDER BY file.id DESC LIMIT ${limit}`,
  );
}

/** Whether a client has a report, with its kind, and a group. */
export async function readReferences(
  store: Database,
  clientId: number,
  { reportId, groupId }: { readonly reportId: number; readonly groupId: number | null },
) {
  const [found, group] = await readEach(store, [
    select(reports, ["key"], sql`WHERE id = ${reportId} AND +client_id = ${clientId}`),
    select(groups, ["id"], sql`WHERE id = ${groupId} AND +client_id = ${clientId}`),
  ]);
  return { reportKey: found[0]?.key ?? null, hasGroup: group.length > 0 };
}

/** The columns that an administrator sets; JSON columns as they are stored. */
export type SubscriptionRow = Required<
  Pick<
    Written<typeof reportSubscriptions>,
    | "reportId"
    | "audience"
    | "groupId"
    | "schedule"
    | "weekdays"
    | "monthDay"
    | "format"
    | "filters"
    | "skipWhenEmpty"
    | "locale"
    | "active"
  >
>;

/** Adds a subscription: `id`. @param now ms */
export function insertSubscription(clientId: number, row: SubscriptionRow, now: number): Statement {
  const whole = { clientId, ...row, createdAt: now, updatedAt: now };
  return statement(insert(reportSubscriptions, whole, sql`RETURNING id`));
}

/** Of a subscription that is not a person's own: administrators change the others only by deleting them. */
const isTheirs = (clientId: number, id: number) =>
  sql`id = ${id} AND +client_id = ${clientId} AND audience <> 'person'`;

/** Changes a subscription for a group or the client, as long as it was not changed since. @param updatedAt of the row that was changed */
export function updateSubscription(
  clientId: number,
  id: number,
  row: SubscriptionRow,
  updatedAt: number,
  now: number,
): Statement {
  const changes = { ...row, updatedAt: Math.max(now, updatedAt + 1) };
  return statement(sql`UPDATE report_subscriptions SET ${assignments(reportSubscriptions, changes)}
    WHERE ${isTheirs(clientId, id)} AND updated_at = ${updatedAt}`);
}

/** Ends a subscription for good, also a person's own. Its files go with the clean-ups. */
export function deleteSubscription(clientId: number, id: number): Statement {
  return statement(sql`DELETE FROM report_subscriptions WHERE id = ${id} AND +client_id = ${clientId}`);
}
