import type { Row } from "@libsql/client";
import type { Database, Statement } from "../../store/database.ts";

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

/** Something that somebody did or tried. Holds no password, token or cookie, and no address that a browser asked for as it was. */
export interface AccessEvent {
  readonly kind: AccessKind;
  /** The client that it concerns; 0: the platform, or nobody knows. */
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
  const { kind, clientId, actor, address, subject = "" } = event;
  return {
    sql: `INSERT INTO access_log (client_id, kind, actor, address, subject, minute) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (minute, kind, actor, address, client_id, subject) DO UPDATE SET count = count + 1`,
    args: [clientId, kind, actor, address, subject.slice(0, LONGEST_SUBJECT), now - (now % MINUTE_MS)],
  };
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
export function listAccessStatement({ clientId, kinds, actor, before, limit = 50 }: AccessFilter): Statement {
  const conditions: string[] = [];
  const args: (string | number)[] = [];
  const where = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    args.push(value);
  };
  where("client_id = ?", clientId);
  where("id < ?", before);
  where("+actor = ?", actor);
  where("+kind IN (SELECT value FROM json_each(?))", kinds && JSON.stringify(kinds));
  const filter = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return { sql: `SELECT * FROM access_log ${filter} ORDER BY id DESC LIMIT ?`, args: [...args, limit] };
}

/** Who came and went, newest first. */
export async function listAccess(control: Database, filter: AccessFilter): Promise<RecordedAccess[]> {
  const result = await control.execute(listAccessStatement(filter));
  return result.rows.map(toAccess);
}

function toAccess(row: Row): RecordedAccess {
  return {
    id: Number(row.id),
    clientId: Number(row.client_id),
    kind: row.kind as AccessKind,
    actor: String(row.actor),
    address: String(row.address),
    subject: String(row.subject),
    minute: Number(row.minute),
    count: Number(row.count),
  };
}
