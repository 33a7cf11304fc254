import type { SQL } from "drizzle-orm";
import { among } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { escapeHtml, isGerman, type ShippedWording } from "../messages/wording.ts";
import { metaRefused, metaTags } from "../meta.ts";
import { announcedEntry, announcedItem } from "./new-content.ts";
import { TOLD_STATUSES } from "./readers.ts";

/** Entries that a digest lists; of the others it says how many they are. */
export const LONGEST_LIST = 50;

/** Something new for one person, and how much there is in all for that person. */
export interface NewItem {
  readonly person: number;
  readonly item: number;
  readonly title: string;
  readonly component: number;
  readonly componentTitle: string;
  readonly total: number;
}

/**
 * The first {@link LONGEST_LIST} items of a batch for each of some people: of components on which the person has an open registration
 * that is older than the item. Nothing of a component about which no mail is wanted (meta 10132).
 */
export function itemsFor(people: readonly number[], batch: number): SQL<NewItem> {
  return sql`SELECT person, item, title, component, componentTitle, total FROM (
      SELECT *, row_number() OVER (PARTITION BY person ORDER BY componentTitle, component, position, item) AS place,
        count(*) OVER (PARTITION BY person) AS total
      FROM (SELECT DISTINCT one.person_id AS person, item.id AS item, item.position,
          coalesce(item.title, played.title, led.title, taught.title) AS title, taught.id AS component, taught.title AS componentTitle
        FROM registrations AS one
        CROSS JOIN syllabus_items AS item ON item.client_id = one.client_id AND item.component_id = one.component_id
          AND one.booked_at < item.added_at AND ${announcedItem("item", batch)}
        CROSS JOIN components AS taught ON taught.id = item.component_id
        LEFT JOIN media AS played ON played.id = item.media_id
        LEFT JOIN components AS led ON led.id = item.ref_component_id
        WHERE one.client_id = ${thisClient} AND one.person_id IN ${among(people)} AND one.status IN ${TOLD_STATUSES}
          AND NOT ${metaRefused(metaTags.sendEnrolmentMessages, sql`item.component_id`)}))
    WHERE place <= ${LONGEST_LIST} ORDER BY person, place`;
}

/** Something new in the catalogue, and how much there is in all. */
export interface NewEntry {
  readonly entry: number;
  readonly title: string;
  readonly total: number;
}

/** The first {@link LONGEST_LIST} entries of a batch in the catalogue: the same for everybody. */
export function entriesOf(batch: number): SQL<NewEntry> {
  return sql`SELECT entry.id AS entry, entry.title, count(*) OVER () AS total FROM catalogue_items AS entry
    WHERE entry.client_id = ${thisClient} AND ${announcedEntry("entry", batch)}
      AND NOT ${metaRefused(metaTags.sendEnrolmentMessages, sql`entry.component_id`)}
    ORDER BY entry.title, entry.id LIMIT ${LONGEST_LIST}`;
}

/** One line of a digest. */
export interface DigestLine {
  readonly title: string;
  /** The component that it is in. Default: none is named. */
  readonly within?: string;
  /** Absolute address; null: none can be made. */
  readonly link: string | null;
}

const BREAKS = /[\p{Cc}\u2028\u2029]+/gu;
const oneLine = (text: string) => text.replace(BREAKS, " ").trim();

/**
 * The lines of a digest as they stand in a text.
 * @param more entries that are not listed
 */
export function listInText(lines: readonly DigestLine[], more: number, locale: string): string {
  const listed = lines.map(({ title, within, link }) => {
    const words = within === undefined ? oneLine(title) : `${oneLine(title)} (${oneLine(within)})`;
    return link === null ? `- ${words}` : `- ${words}\n  ${link}`;
  });
  return [...listed, ...(more > 0 ? [`- ${moreInWords(more, locale)}`] : [])].join("\n");
}

/** The same as HTML. */
export function listInHtml(lines: readonly DigestLine[], more: number, locale: string): string {
  const listed = lines.map(({ title, within, link }) => {
    const words = escapeHtml(oneLine(title));
    const linked = link === null ? words : `<a href="${escapeHtml(link)}">${words}</a>`;
    return `<li>${linked}${within === undefined ? "" : ` (${escapeHtml(oneLine(within))})`}</li>`;
  });
  const rest = more > 0 ? `<li>${escapeHtml(moreInWords(more, locale))}</li>` : "";
  return `<ul>${listed.join("")}${rest}</ul>`;
}

function moreInWords(more: number, locale: string): string {
  return isGerman(locale) ? `und ${more} weitere` : `and ${more} more`;
}

/** What the texts of a digest can have: `items` is the list, `count` how much is new in all. */
export const digestPlaceholders = ["givenName", "familyName", "client", "count", "items"] as const;

/** Keys of the client's own texts. */
export const digestKeys = { subject: "message.whats_new.subject", body: "message.whats_new.body" } as const;

/** The texts for clients that have none of their own. */
export const digestWording: ShippedWording = {
  de: {
    subject: "Neu bei {client}: {count}",
    body: `Guten Tag {givenName} {familyName},

das ist neu für Sie:

{items}
`,
  },
  en: {
    subject: "New at {client}: {count}",
    body: `Hello {givenName} {familyName},

this is new for you:

{items}
`,
  },
};
