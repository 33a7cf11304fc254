import type { SQL } from "drizzle-orm";
import { sql } from "../store/sql.ts";
import { type Day, isDay } from "../time/day.ts";

/**
 * The meta tags that processors read, by what they say (handbook, data: clients and configuration; the rows are `meta_tags` of
 * the control set).
 */
export const metaTags = {
  /** bool: mails about the component are sent; only an express no keeps them back. */
  sendEnrolmentMessages: 10132,
  /** bool: registrations whose prerequisites are overdue are cancelled. */
  cancelWhenPrerequisitesOverdue: 11801,
  /** enum `generated`, `external`: whether certificates are made by us or uploaded. */
  certificateType: 11812,
  /** bool: registrations of passive and inactive people are cancelled. */
  cancelInactiveUsers: 11813,
  /** enum `none`, `progress`, `logic`: what completes a learning path. */
  completionBy: 11814,
  /** bool: the waiting list is cancelled at the start. */
  cancelWaitingList: 11816,
  /** bool: no person is registered whose prerequisites are not met. */
  prerequisitesRequired: 11838,
  /** day: until when prerequisites are to be met. */
  prerequisitesDueOn: 12703,
  /** bool: the course follows its template. */
  automaticUpdate: 900001,
  /** int: days before the start at which the course is fixed. */
  automaticallyFixed: 900002,
} as const;

/** A meta value as its tag's type says: not there, readable, or not of that type. */
export type MetaValue<T> =
  | { readonly state: "unset" }
  | { readonly state: "set"; readonly value: T }
  | { readonly state: "invalid"; readonly text: string };

/**
 * A component's value of a tag as SQL; NULL where there is none.
 * @param component SQL of the component's id, e.g. `sql`component.id``
 */
export function metaValue(tag: number, component: SQL): SQL {
  return sql`(SELECT meta.value FROM meta_values AS meta WHERE meta.component_id = ${component} AND meta.meta_tag_id = ${tag})`;
}

/** True in SQL if a component has a bool tag ticked; a value that is no bool counts as not ticked. */
export function metaTicked(tag: number, component: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM meta_values AS meta WHERE meta.component_id = ${component} AND meta.meta_tag_id = ${tag} AND meta.value = '1')`;
}

/** True in SQL if a component has an express no for a bool tag; one that is not set, or is no bool, is no such no. */
export function metaRefused(tag: number, component: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM meta_values AS meta WHERE meta.component_id = ${component} AND meta.meta_tag_id = ${tag} AND trim(meta.value) = '0')`;
}

function read<T>(text: string | null, parse: (trimmed: string) => T | undefined): MetaValue<T> {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return { state: "unset" };
  const value = parse(trimmed);
  return value === undefined ? { state: "invalid", text: trimmed } : { state: "set", value };
}

/** An int tag. */
export function metaInt(text: string | null): MetaValue<number> {
  return read(text, (value) => (/^-?\d{1,15}$/.test(value) ? Number(value) : undefined));
}

/** A day tag: `YYYY-MM-DD`. */
export function metaDay(text: string | null): MetaValue<Day> {
  return read(text, (value) => (isDay(value) ? value : undefined));
}

/** An enum tag: one of `words`. */
export function metaWord<W extends string>(text: string | null, words: readonly W[]): MetaValue<W> {
  return read(text, (value) => words.find((word) => word === value));
}
