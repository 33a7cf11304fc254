import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { timestamps } from "../../control/schema/columns.ts";

/** The mail monitor: every message that was, is or will be sent (spec 0.7, 1.8). */
export const messages = sqliteTable(
  "messages",
  {
    id: integer("id").primaryKey(),
    clientId: integer("client_id").notNull(),
    createdRunId: integer("created_run_id").notNull(),
    kind: text("kind", {
      enum: ["registration", "notification", "logic", "whats_new", "report", "license", "system"],
    }).notNull(),
    channel: text("channel", { enum: ["mail", "internal", "push"] }).notNull(),
    personId: integer("person_id"),
    toAddress: text("to_address"),
    subject: text("subject").notNull(),
    body: text("body").notNull(),
    dedupeKey: text("dedupe_key").notNull(),
    status: text("status", { enum: ["internal", "to_forward", "sending", "sent", "error"] }).notNull(),
    attempts: integer("attempts").notNull().default(0),
    queuedAt: integer("queued_at").notNull(),
    claimedRunId: integer("claimed_run_id"),
    sentAt: integer("sent_at"),
    /** `<code>: <words>` when the status is `error`. */
    error: text("error"),
    providerMessageId: text("provider_message_id"),
    ...timestamps,
  },
  (table) => [
    uniqueIndex("messages_dedupe").on(table.clientId, table.channel, table.dedupeKey),
    index("messages_waiting").on(table.clientId, table.channel, table.status, table.queuedAt, table.id),
    index("messages_run").on(table.clientId, table.createdRunId),
  ],
);
