import type { Database, Statement } from "../store/database.ts";
import { messages } from "./schema/communication.ts";

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
export function listMessagesStatement(filter: MessageFilter): Statement {
  const { clientId, channel, status, after, limit } = filter;
  const from = after ? "AND (queued_at, id) < (?, ?)" : "";
  const walks = (status === undefined ? messageStatuses : [status]).map((one) => ({
    sql: `SELECT * FROM (SELECT id, queued_at FROM messages INDEXED BY messages_waiting
      WHERE client_id = ? AND channel = ? AND status = '${one}' ${from} ORDER BY queued_at DESC, id DESC LIMIT ?)`,
    args: [clientId, channel, ...(after ? [after.queuedAt, after.id] : []), limit],
  }));
  return {
    sql: `SELECT m.id, m.kind, m.to_address, m.subject, m.status, m.attempts, m.queued_at, m.sent_at, m.error, m.created_run_id
      FROM (SELECT id FROM (${walks.map(({ sql }) => sql).join(" UNION ALL ")}) ORDER BY queued_at DESC, id DESC LIMIT ?) w
      CROSS JOIN messages m ON m.id = w.id`,
    args: [...walks.flatMap(({ args }) => args), limit],
  };
}

/** A client's messages, the latest queued first. @param store the client's */
export async function listMessages(store: Database, filter: MessageFilter): Promise<ListedMessage[]> {
  const result = await store.execute(listMessagesStatement(filter));
  return result.rows
    .map((row) => ({
      id: Number(row.id),
      kind: String(row.kind),
      toAddress: row.to_address === null ? null : String(row.to_address),
      subject: String(row.subject),
      status: row.status as MessageStatus,
      attempts: Number(row.attempts),
      queuedAt: Number(row.queued_at),
      sentAt: row.sent_at === null ? null : Number(row.sent_at),
      error: row.error === null ? null : String(row.error),
      createdRunId: Number(row.created_run_id),
    }))
    .toSorted((a, b) => b.queuedAt - a.queuedAt || b.id - a.id);
}
