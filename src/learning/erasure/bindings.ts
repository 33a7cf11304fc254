import type { SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import type { Binding, Change } from "./facts.ts";
import type { ErasedPerson } from "./person.ts";

type Rows = Binding["rows"];

const own: Rows = ({ id }) => sql`person_id = ${id}`;
/** Rows that belong to rows of another table, which must still be there. */
const through =
  (column: string, table: string): Rows =>
  ({ id }) =>
    sql`${sql.identifier(column)} IN (SELECT id FROM ${sql.identifier(table)} WHERE client_id = ${thisClient} AND person_id = ${id})`;
/** Rows without a person that have the address. */
const addressed =
  (column: string): Rows =>
  ({ address }) =>
    address === null ? null : sql`person_id IS NULL AND lower(${sql.identifier(column)}) = lower(${address})`;

const set = (assignments: SQL, clears = ""): Change => ({ set: () => assignments, clears });

/** Rows that are of no use once the person is gone. */
const goes = (table: string, rows: Rows = own, by = "person_id"): Binding => ({
  table,
  by,
  rows,
  anonymise: "delete",
  remove: "delete",
});
/** The records of learning: they stay where people are anonymised. */
const stays = (table: string, rows: Rows = own, by = "person_id"): Binding => ({
  table,
  by,
  rows,
  anonymise: "keep",
  remove: "delete",
});

/** What waits to be sent has nothing left to say; what was sent stays as the fact that it was. */
const emptied = sql`subject = '', body = '',
  error = CASE WHEN status = 'to_forward' THEN 'deleted: The person was deleted' END,
  status = CASE WHEN status = 'to_forward' THEN 'error' ELSE status END`;
const emptiedWithAddress = set(
  sql`${emptied}, to_address = NULL, provider_message_id = NULL`,
  "subject body error to_address provider_message_id",
);

const noAddress = sql`remote_email = '', join_key = 'deleted-' || id`;
const attended = set(noAddress, "remote_email join_key");

/** The file is gone and is never made again. */
const certificate: Change = {
  set: (_, now) => sql`verification_code = NULL, file_id = NULL, file_deleted_at = coalesce(file_deleted_at, ${now})`,
  clears: "verification_code",
};

/** AVETMISS rows of no registration that have a key of the person. */
const avetmissKeys: Rows = ({ keys }) =>
  keys.length === 0
    ? null
    : sql`+registration_id IS NULL AND client_identifier IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`;

/** `d<id>`; where two of the person's rows would become one by that, the later ones get their own id behind it. */
const anonymousAvetmiss: Change = {
  clears: "client_identifier",
  set: ({ id }) => sql`client_identifier = ${`d${id}`} || CASE WHEN EXISTS (SELECT 1 FROM avetmiss_activities AS twin
      WHERE twin.client_id = avetmiss_activities.client_id AND twin.id <> avetmiss_activities.id
        AND twin.subject_identifier = avetmiss_activities.subject_identifier AND twin.program_identifier = avetmiss_activities.program_identifier
        AND (twin.client_identifier = ${`d${id}`} OR (twin.id < avetmiss_activities.id AND twin.registration_id IN
          (SELECT id FROM registrations WHERE client_id = ${thisClient} AND person_id = ${id}))))
    THEN '-' || avetmiss_activities.id ELSE '' END`,
};

/**
 * What is kept of a file under import (seen.ts): keys of the person as a row and as a member of a group, rows of the person that were
 * put off, and notes about the person's row.
 */
const seenKeys: Rows = ({ id, externalId, username, usernameKey, keys }) => {
  const has = (key: string | null): key is string => key !== null && keys.includes(key);
  const whole = [
    ...(has(externalId) ? [`key:${externalId}`] : []),
    ...(has(username) ? [`username:${username}`, `username:${usernameKey}`] : []),
  ];
  const suffix = has(externalId) ? `\u001f${externalId}` : null;
  // Behind the sort and ten digits of the line there is JSON: [person, username], and [key, code, message].
  return sql`(key IN (SELECT value FROM json_each(${JSON.stringify(whole)}))
    OR key LIKE ${`later:__________:[${id},%`}
    OR (key LIKE 'note:__________:[%' AND json_extract(substr(key, 17), '$[0]') IN (SELECT value FROM json_each(${JSON.stringify(keys)})))
    ${suffix === null ? sql`` : sql`OR (key LIKE 'member:%' AND substr(key, -${sql.raw(String([...suffix].length))}) = ${suffix})`})`;
};

/** Adds daily sums to those without a person, before they go with their person. */
const asNobodys = (ids: SQL, now: number): SQL => sql`INSERT INTO tracking_daily
    (client_id, day_on, person_id, component_id, item_id, event, event_count, duration_s, created_at, updated_at)
  SELECT client_id, day_on, 0, component_id, item_id, event, event_count, duration_s, ${now}, ${now}
  FROM tracking_daily WHERE client_id = ${thisClient} AND id IN ${ids}
  ON CONFLICT (client_id, day_on, person_id, component_id, item_id, event) DO UPDATE SET
    event_count = event_count + excluded.event_count, duration_s = duration_s + excluded.duration_s, updated_at = excluded.updated_at`;

const orderCleared = sql`email = ''`;
const deliveryCleared = sql`payload = '{}', error = NULL`;

/** Deliveries about orders that `whose` finds among `bought`. */
const deliveriesAbout = (whose: SQL) => sql`SELECT event.id FROM orders AS bought
  CROSS JOIN webhook_events AS event ON event.client_id = bought.client_id AND event.provider = bought.provider
    AND event.subject = bought.remote_id
  WHERE bought.client_id = ${thisClient} AND ${whose}`;

/** Deliveries that no person is known of, about orders of the person: those that were parked or ignored hold the buyer's data too. */
const aboutOrders: Rows = ({ id, address }) => {
  const ids = [
    deliveriesAbout(sql`bought.person_id = ${id}`),
    ...(address === null
      ? []
      : [deliveriesAbout(sql`bought.person_id IS NULL AND lower(bought.email) = lower(${address})`)]),
  ];
  return sql`+person_id IS NULL AND id IN (${sql.join(ids, sql` UNION `)})`;
};
const auditCleared = sql`before = NULL, after = NULL`;
const auditOfNobody = sql`before = NULL, after = NULL, person_id = NULL`;

/**
 * The fixed table of an erasure: what is bound to a person, by what, and what is done with it, in the order in which rows can go.
 * Nothing else of the client's data is changed. The person's files go before all this, what runs have written (`failures`,
 * `effects`, and `runs`, `run_logs` of the control set) by `redactRunHistory`, and the person's own row last ({@link eraseOwnRow}).
 */
export const bindings: readonly Binding[] = [
  { table: "messages", by: "person_id", rows: own, anonymise: emptiedWithAddress, remove: "delete" },
  {
    table: "messages",
    by: "about_person_id",
    rows: ({ id }) => sql`about_person_id = ${id} AND person_id IS NOT ${id}`,
    anonymise: set(emptied, "subject body error"),
    remove: set(sql`${emptied}, about_person_id = NULL`, "subject body error"),
  },
  {
    table: "messages",
    by: "to_address",
    rows: (person) => {
      const rows = addressed("to_address")(person);
      return rows && sql`${rows} AND about_person_id IS NULL`;
    },
    anonymise: emptiedWithAddress,
    remove: emptiedWithAddress,
  },
  goes("push_devices"),
  // Copies of rows about the person; what is left of these is indexed anew, as index_changes says.
  goes("search_documents"),
  { ...goes("person_sessions"), holdsPerson: true },
  goes("xapi_auth_tokens"),
  goes("component_preview_log"),
  goes("vc_accounts"),
  { table: "vc_attendance", by: "person_id", rows: own, anonymise: attended, remove: "delete" },
  {
    table: "vc_attendance",
    by: "remote_email",
    rows: addressed("remote_email"),
    anonymise: attended,
    remove: "delete",
  },
  goes("lti_scores"),
  goes("coverage_entries"),
  goes("report_views"),
  { ...goes("component_staff"), holdsPerson: true },
  goes("report_subscriptions", ({ id }) => sql`person_id = ${id} AND audience = 'person'`),
  goes("report_calls", ({ id }) => sql`requested_by = ${id}`, "requested_by"),
  goes("enrolment_exceptions"),
  { ...goes("group_members"), holdsPerson: true },
  goes("u_monitor_aicc_content", through("monitor_id", "u_monitor_aicc"), "u_monitor_aicc"),
  goes("u_monitor_aicc"),
  // While the orders still say whose they are.
  {
    table: "webhook_events",
    by: "orders",
    rows: aboutOrders,
    byId: true,
    anonymise: set(deliveryCleared, "payload error"),
    remove: set(deliveryCleared, "payload error"),
  },
  {
    table: "orders",
    by: "person_id",
    rows: own,
    anonymise: set(orderCleared, "email"),
    remove: set(sql`${orderCleared}, person_id = NULL`, "email"),
    audited: "order",
  },
  {
    table: "orders",
    by: "email",
    rows: addressed("email"),
    anonymise: set(orderCleared, "email"),
    remove: set(orderCleared, "email"),
    audited: "order",
  },
  {
    table: "webhook_events",
    by: "person_id",
    rows: own,
    anonymise: set(deliveryCleared, "payload error"),
    remove: set(sql`${deliveryCleared}, person_id = NULL`, "payload error"),
  },
  goes("cmi_data", through("attempt_id", "attempts"), "attempts"),
  stays("attempts"),
  stays("item_progress", through("registration_id", "registrations"), "registrations"),
  stays("recert_periods", through("registration_id", "registrations"), "registrations"),
  stays("program_status_update_log"),
  { table: "issued_certificates", by: "person_id", rows: own, anonymise: certificate, remove: "delete" },
  {
    table: "issued_certificates",
    by: "registrations",
    rows: through("registration_id", "registrations"),
    anonymise: certificate,
    remove: "delete",
  },
  {
    table: "avetmiss_activities",
    by: "registrations",
    rows: through("registration_id", "registrations"),
    anonymise: anonymousAvetmiss,
    remove: "delete",
  },
  {
    table: "avetmiss_activities",
    by: "client_identifier",
    rows: avetmissKeys,
    anonymise: anonymousAvetmiss,
    remove: "delete",
  },
  {
    ...stays(
      "certification_credits",
      through("person_certification_id", "person_certifications"),
      "person_certifications",
    ),
    hashes: "source_ref",
  },
  stays("person_certifications"),
  { ...stays("skill_achievements"), hashes: "source_ref" },
  stays("person_skills"),
  stays("tracking_events"),
  { ...stays("tracking_daily"), beforeRemoval: asNobodys },
  { ...stays("registrations"), hashes: "source_ref", audited: "registration", indexed: "registration" },
  {
    table: "audit_log",
    by: "person_id",
    rows: own,
    anonymise: set(auditCleared, "before after"),
    remove: set(auditOfNobody, "before after"),
  },
  {
    table: "audit_log",
    by: "entity",
    rows: ({ id }) => sql`entity = 'person' AND entity_id = ${id}`,
    anonymise: set(auditCleared, "before after"),
    remove: set(auditOfNobody, "before after"),
  },
  goes("import_seen", seenKeys, "key"),
  {
    table: "persons",
    by: "supervisor_id",
    rows: ({ id }) => sql`supervisor_id = ${id} AND id <> ${id}`,
    anonymise: "keep",
    remove: set(sql`supervisor_id = NULL`),
    holdsPerson: true,
    audited: "person",
    indexed: "person",
  },
  {
    table: "persons",
    by: "deletion_requested_by",
    rows: ({ id }) => sql`deletion_requested_by = ${id} AND id <> ${id}`,
    anonymise: "keep",
    remove: set(sql`deletion_requested_by = NULL`),
    holdsPerson: true,
    audited: "person",
  },
];

/** SQL: a row of this table is bound to one of some people in one of its ways; null: none can be. */
export function boundToAny(table: string, people: readonly ErasedPerson[]): SQL | null {
  const conditions = bindings
    .filter((binding) => binding.table === table)
    .flatMap(({ rows }) => people.map(rows))
    .flatMap((condition) => (condition === null ? [] : [sql`(${condition})`]));
  return conditions.length === 0 ? null : sql`(${sql.join(conditions, sql` OR `)})`;
}
