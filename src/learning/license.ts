import type { SQL } from "drizzle-orm";
import { columns, type RowOf } from "../store/select.ts";
import { sql } from "../store/sql.ts";
import { thisClient } from "../store/statement.ts";
import type { ShippedWording } from "./messages/wording.ts";
import { licenseLimits } from "./schema.ts";

const limitColumns = columns(
  licenseLimits,
  ["id", "metric", "maxCount", "alertState", "lastAlertAt"],
  "license_limits",
);

/** A limit of the client's licence, and how much of it is in use. */
export interface LicenseUse extends RowOf<typeof limitColumns> {
  readonly used: number;
}

/**
 * The client's limits behind id `after`, with their use: `named` are people who are not deleted, `active` those who are active,
 * `concurrent` the most who were online at once since an instant.
 *
 * @param window instants (ms) between which the counts of people online lie: after `since`, up to `until`
 */
export function licenseUse(
  window: { readonly since: number; readonly until: number },
  after: number,
  limit: number,
): SQL<LicenseUse> {
  const people = (statuses: string) => sql`(SELECT count(*) FROM persons WHERE persons.client_id = ${thisClient}
    AND persons.auth_status IN ${sql.raw(statuses)})`;
  return sql`SELECT ${limitColumns}, CASE metric
      WHEN 'named' THEN ${people("('active', 'passive', 'inactive')")} WHEN 'active' THEN ${people("('active')")}
      ELSE coalesce((SELECT max(user_count) FROM online_user_stats WHERE online_user_stats.client_id = ${thisClient}
        AND taken_at > ${window.since} AND taken_at <= ${window.until}), 0) END AS used
    FROM license_limits WHERE license_limits.client_id = ${thisClient} AND license_limits.id > ${after}
    ORDER BY license_limits.id LIMIT ${limit}`;
}

/** What an alert is about; its texts are `message.<this>.subject` and `.body`. */
export type LicenseEvent = "license_exceeded" | "license_warned";

/** What these texts can have: the limit in words, how many are in use, how many are allowed, the client's name. */
export const licensePlaceholders = ["limit", "used", "max", "client"] as const;

/** The texts for clients that have none of their own. */
export const licenseWordings: Readonly<Record<LicenseEvent, ShippedWording>> = {
  license_exceeded: {
    de: {
      subject: "Lizenz überschritten: {client}",
      body: `Guten Tag,

{client} nutzt mehr, als die Lizenz erlaubt: {limit}: {used} statt höchstens {max}.

Bitte erweitern Sie die Lizenz oder verringern Sie die Nutzung.
`,
    },
    en: {
      subject: "Licence exceeded: {client}",
      body: `Hello,

{client} uses more than its licence allows: {limit}: {used} instead of {max} at most.

Please extend the licence or reduce the use.
`,
    },
  },
  license_warned: {
    de: {
      subject: "Lizenz bald ausgeschöpft: {client}",
      body: `Guten Tag,

{client} hat die Lizenz bald ausgeschöpft: {limit}: {used} von {max}.
`,
    },
    en: {
      subject: "Licence almost used up: {client}",
      body: `Hello,

{client} has almost used up its licence: {limit}: {used} of {max}.
`,
    },
  },
};

/** What a limit counts, in words. */
export const licenseMetricWords: Readonly<Record<LicenseUse["metric"], Readonly<Record<"de" | "en", string>>>> = {
  named: { de: "Personen", en: "people" },
  active: { de: "aktive Personen", en: "active people" },
  concurrent: { de: "gleichzeitig angemeldete Personen", en: "people online at the same time" },
};
