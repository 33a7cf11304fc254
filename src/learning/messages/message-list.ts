import type { SQL } from "drizzle-orm";
import type { Database, Statement } from "../../store/database.ts";
import { columns } from "../../store/select.ts";
import { sql } from "../../store/sql.ts";
import { read, statement } from "../../store/statement.ts";
import { messages } from "../schema/communication.ts";

/** What a message may be sent by, and where it may stand. */
export const messageChannels = messages.channel.enumValues;
export const messageStatuses = messages.status.enumValues;
export type MessageChannel = (typeof messageChannels)[number];
export type MessageStatus = (typeof messageStatuses)[number];

/** A message of the mail monitor, without its body: that may hold links which open without a login. Instants in ms. */
export interface ListedMessage {
  readonly id: number;
  readonly kind: string;
  readonly toAddress: string | null;
  readonly subject: string;
  readonly status: MessageStatus;
  readonly attempts: number;
  readonly queuedAt: number;
  readonly sentAt: number | null;
  /** `<code>: <words>`. */
  readonly error: string | null;
  readonly createdRunId: number;
}

/** Which messages of a client a list shows. */
export interface MessageFilter {
  readonly clientId: number;
  readonly channel: MessageChannel;
  readonly status?: MessageStatus | undefined;
  /** Where the page before ended. */
  readonly after?: { readonly queuedAt: number; readonly id: number } | undefined;
  readonly limit: number;
}

/** The statement behind {@link listMessages}. Without a status it merges one walk by index for each. */
export const listMessagesStatement = (filter: MessageFilter): Statement => statement(listed(filter));

/** Of a message `m`. */
const listedColumns = columns(
  messages,
  ["id", "kind", "toAddress", "subject", "status", "attempts", "queuedAt", "sentAt", "error", "createdRunId"],
  "m",
);

function listed({ clientId, channel, status, after, limit }: MessageFilter): SQL {
  const from = after ? sql`AND (queued_at, id) < (${after.queuedAt}, ${after.id})` : sql``;
  const walks = (status === undefined ? messageStatuses : [status]).map(
    (one) => sql`SELECT * FROM (SELECT id, queued_at FROM messages INDEXED BY messages_waiting
      WHERE client_id = ${clientId} AND channel = ${channel} AND status = ${one} ${from} ORDER BY queued_at DESC, id DESC LIMIT ${limit})`,
  );
  return sql`SELECT ${listedColumns}
    FROM (SELECT id FROM (${sql.join(walks, sql` UNION ALL `)}) ORDER BY queued_at DESC, id DESC LIMIT ${limit}) w
    CROSS JOIN messages m ON m.id = w.id`;
}

/** A client's messages, the latest queued first. @param store the client's */
export async function listMessages(store: Database, filter: MessageFilter): Promise<ListedMessage[]> {
  const rows = await read<ListedMessage>(store, listed(filter));
  return rows.toSorted((a, b) => b.queuedAt - a.queuedAt || b.id - a.id);
}
