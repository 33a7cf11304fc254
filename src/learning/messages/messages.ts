import type { InferSelectModel, SQL } from "drizzle-orm";
import { leadHit } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import { messages } from "../schema/communication.ts";
import type { MessageKind } from "./delivery.ts";

/** How a message reaches its person: by mail, in the suite itself, on a telephone or browser. */
export type MessageChannel = InferSelectModel<typeof messages>["channel"];
export const messageChannels = messages.channel.enumValues;

/** A message to be queued. */
export interface NewMessage {
  readonly kind: MessageKind;
  readonly channel: MessageChannel;
  readonly personId: number | null;
  /** Whom it tells about, where that is another person: the participant in a message to a supervisor or tutor. Default none. */
  readonly aboutPersonId?: number | null;
  /** With `mail`; null for the other channels. */
  readonly toAddress: string | null;
  readonly subject: string;
  readonly body: string;
  /** Says what the message is about: a client has one message with it on each channel. Never a name or an address. */
  readonly dedupeKey: string;
}

/**
 * Queues a message: `internal` where it stays in the suite, else `to_forward`. Matches nothing when the client already has one
 * with this key on this channel.
 *
 * @param now instant (ms) of the run
 * @param options.ifLed only if the first write of its unit changed a row. Default false.
 * @param options.dedupeKey SQL of the key, where it names a row of which only the database knows the id
 */
export function queueMessage(
  message: NewMessage,
  now: number,
  options: { readonly ifLed?: boolean; readonly dedupeKey?: SQL } = {},
): SQL {
  const { kind, channel, personId, aboutPersonId, toAddress, subject, body } = message;
  const dedupeKey = options.dedupeKey ?? message.dedupeKey;
  const about = aboutPersonId === undefined || aboutPersonId === personId ? null : aboutPersonId;
  const status = channel === "internal" ? "internal" : "to_forward";
  const condition = options.ifLed ? leadHit : sql`1`;
  return sql`INSERT INTO messages (client_id, created_run_id, kind, channel, person_id, about_person_id, to_address, subject, body, dedupe_key,
      status, queued_at, created_at, updated_at)
    SELECT ${thisClient}, ${thisRun}, ${kind}, ${channel}, ${personId}, ${about}, ${toAddress}, ${subject}, ${body}, ${dedupeKey},
      ${status}, ${now}, ${now}, ${now} WHERE ${condition}
    ON CONFLICT (client_id, channel, dedupe_key) DO NOTHING`;
}

/** Which of some keys are queued already, on which of some channels: `channel`, `dedupe_key`. */
export function queuedAmong(dedupeKeys: readonly string[], channels: readonly MessageChannel[]): SQL {
  return sql`SELECT channel, dedupe_key FROM messages WHERE client_id = ${thisClient}
    AND channel IN (SELECT value FROM json_each(${JSON.stringify(channels)}))
    AND dedupe_key IN (SELECT value FROM json_each(${JSON.stringify(dedupeKeys)}))`;
}
