import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { insert } from "../../store/insert.ts";
import { among, select } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { accessLog } from "../schema.ts";

/**
 * What the access log knows: signing in (also failing to, or being made to wait) and out, files that were fetched, reports that were
 * fetched by a mailed link, and requests that a role or a foreign page was refused.
 */
export const accessKinds = [
  "sign_in",
  "sign_in_failed",
  "throttled",
  "sign_out",
  "download",
  "export",
  "refused",
] as const;
export type AccessKind = (typeof accessKinds)[number];

/** A deed of an account, done or tried. Holds no password, token or cookie, and no address that a browser asked for as it was. */
export interface AccessEvent {
  readonly kind: AccessKind;
  /** The client that it concerns; 0: the platform, or unknown. */
  readonly clientId: number;
  /** The administrator's e-mail address; '' where there is no such account: what was typed may be a password. */
  readonly actor: string;
  /** Roughly where from; '' when the host does not know. */
  readonly address: string;
  /** What it was about; default nothing. */
  readonly subject?: string;
}

const MINUTE_MS = 60_000;

/** Nothing longer is kept. */
const LONGEST_SUBJECT = 200;

/**
 * Writes an event down. Within a minute, what is alike is one row with a count, so that a flood of guesses does not fill the table.
 *
 * @param now ms
 */
export function recordAccess(event: AccessEvent, now: number): Statement {
  const subject = (event.subject ?? "").slice(0, LONGEST_SUBJECT);
  const row = { ...event, subject, minute: now - (now % MINUTE_MS) };
  const alike = sql`ON CONFLICT (minute, kind, actor, address, client_id, subject) DO UPDATE SET count = count + 1`;
  return statement(insert(accessLog, row, alike));
}

/** A row of the log. */
export interface RecordedAccess extends Required<AccessEvent> {
  readonly id: number;
  /** The first instant of its minute (ms). */
  readonly minute: number;
  /** How often it happened in that minute. */
  readonly count: number;
}

/** Which rows a list shows. */
export interface AccessFilter {
  readonly clientId?: number | undefined;
  readonly kinds?: readonly AccessKind[] | undefined;
  /** The administrator's whole e-mail address. */
  readonly actor?: string | undefined;
  /** Id of the last row of the page before. */
  readonly before?: number | undefined;
  /** Default 50. */
  readonly limit?: number | undefined;
}

/** The statement behind {@link listAccess}: it walks the newest rows, of all clients or of one, by index. */
export const listAccessStatement = (filter: AccessFilter): Statement => statement(newestAccess(filter));

function newestAccess({ clientId, kinds, actor, before, limit = 50 }: AccessFilter) {
  const conditions: SQL[] = [];
  if (clientId !== undefined) conditions.push(sql`client_id = ${clientId}`);
  if (before !== undefined) conditions.push(sql`id < ${before}`);
  if (actor !== undefined) conditions.push(sql`+actor = ${actor}`);
  if (kinds !== undefined) conditions.push(sql`+kind IN ${among(kinds)}`);
  const where = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`;
  const names = ["id", "clientId", "kind", "actor", "address", "subject", "minute", "count"] as const;
  return select(accessLog, names, sql`${where} ORDER BY id DESC LIMIT ${limit}`);
}

/** Who came and went, newest first. */
export async function listAccess(control: Database, filter: AccessFilter): Promise<RecordedAccess[]> {
  const rows = await read(control, newestAccess(filter));
  return rows.map((row) => ({ ...row, kind: row.kind as AccessKind }));
}
