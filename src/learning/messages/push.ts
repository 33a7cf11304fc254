import type { SQL } from "drizzle-orm";
import { among, columns, type RowOf } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { pushDevices } from "../schema/communication.ts";
import type { MailPosition, WaitingMail } from "./delivery.ts";

/** A push message that waits, and its person's state; null: there is no such person. */
export interface WaitingPush extends WaitingMail {
  readonly person_id: number | null;
  readonly auth_status: string | null;
}

/** The oldest waiting push messages after a position. */
export function waitingPushes(after: MailPosition, limit: number): SQL<WaitingPush> {
  return sql`SELECT message.id, message.to_address, message.subject, message.body, message.queued_at, message.attempts,
      message.person_id, person.auth_status
    FROM messages AS message LEFT JOIN persons AS person ON person.id = message.person_id AND person.client_id = message.client_id
    WHERE message.client_id = ${thisClient} AND message.channel = 'push' AND message.status = 'to_forward'
      AND (message.queued_at, message.id) > (${after.queuedAt}, ${after.id})
    ORDER BY message.queued_at, message.id LIMIT ${limit}`;
}

/** Push messages behind a position that were queued before an instant (ms) and still wait. */
export function stalePushes(
  before: number,
  after: MailPosition,
  limit: number,
): SQL<{ readonly id: number; readonly queued_at: number }> {
  return sql`SELECT id, queued_at FROM messages WHERE client_id = ${thisClient} AND channel = 'push' AND status = 'to_forward'
      AND queued_at < ${before} AND (queued_at, id) > (${after.queuedAt}, ${after.id})
    ORDER BY queued_at, id LIMIT ${limit}`;
}

/** Some waiting push messages are too old to be sent. @param error `<code>: <words>` */
export function expirePushes(ids: readonly number[], error: string, now: number): SQL {
  return sql`UPDATE messages SET status = 'error', error = ${error}, updated_at = ${now}
    WHERE id IN ${among(ids)} AND +client_id = ${thisClient} AND channel = 'push' AND status = 'to_forward'`;
}

const deviceColumns = columns(pushDevices, ["id", "personId", "transport", "targetKind", "token", "keys"]);

/** A person's device. */
export type Device = RowOf<typeof deviceColumns>;

/** The devices of some people, of each in the order in which they were added. */
export function devicesOf(people: Iterable<number>): SQL<Device> {
  return sql`SELECT ${deviceColumns} FROM push_devices
    WHERE client_id = ${thisClient} AND person_id IN ${among(people)} ORDER BY person_id, id`;
}

/** A device that its service does not know any more, unless it was registered anew meanwhile. */
export function removeDevice({ id, token }: Pick<Device, "id" | "token">): SQL {
  return sql`DELETE FROM push_devices WHERE id = ${id} AND client_id = ${thisClient} AND token = ${token}`;
}

/** A device took a message at `now` (ms). */
export function deviceReached({ id }: Pick<Device, "id">, now: number): SQL {
  return sql`UPDATE push_devices SET last_ok_at = ${now}, updated_at = ${now} WHERE id = ${id} AND client_id = ${thisClient}`;
}

/** True in SQL of a client with push messages in some states, queued before an instant (ms; null: whenever). @param clientId SQL for the client's id */
export function hasPushInHand(
  clientId: SQL,
  statuses: readonly ("to_forward" | "sending")[],
  before: number | null = null,
): SQL {
  const old = before === null ? sql`` : sql` AND m.queued_at < ${before}`;
  const some = sql.raw(statuses.map((status) => `'${status}'`).join(", "));
  return sql`EXISTS (SELECT 1 FROM messages m WHERE m.client_id = ${clientId} AND m.channel = 'push' AND m.status IN (${some})${old})`;
}
