import { z } from "zod";
import { sql } from "../../../store/sql.ts";
import { messages } from "../../schema/communication.ts";
import { column, personColumns } from "./column.ts";
import { dayRange, instantWithin, isAmong, words } from "./filter.ts";
import { defineSource } from "./source.ts";

/** Messages by the instant at which they were queued. Their bodies are no column: they hold links that open without a login. */
export const mailMonitor = defineSource({
  columns: {
    message_id: column("number", "row.id", "Message ID", "Nachrichten-ID"),
    queued_at: column("instant", "row.queued_at", "Queued", "Eingestellt"),
    kind: column("text", "row.kind", "Kind", "Art"),
    channel: column("text", "row.channel", "Channel", "Kanal"),
    to_address: column("text", "row.to_address", "To", "An"),
    subject: column("text", "row.subject", "Subject", "Betreff"),
    status: column("text", "row.status", "Status", "Status"),
    attempts: column("number", "row.attempts", "Attempts", "Versuche"),
    sent_at: column("instant", "row.sent_at", "Sent", "Gesendet"),
    error: column("text", "row.error", "Error", "Fehler"),
    ...personColumns,
  },
  defaults: [
    "queued_at",
    "kind",
    "channel",
    "to_address",
    "family_name",
    "given_name",
    "subject",
    "status",
    "attempts",
    "sent_at",
    "error",
  ],
  filters: z.strictObject({
    status: words(messages.status.enumValues).optional(),
    kinds: words(messages.kind.enumValues).optional(),
    channels: words(messages.channel.enumValues).optional(),
    queued: dayRange.optional(),
  }),
  from: sql.raw(
    "messages AS row LEFT JOIN persons AS person ON person.id = row.person_id AND person.client_id = row.client_id",
  ),
  person: sql.raw("row.person_id"),
  order: sql.raw("row.queued_at"),
  where: (filters, scene) => [
    isAmong(sql`row.status`, filters.status),
    isAmong(sql`row.kind`, filters.kinds),
    isAmong(sql`row.channel`, filters.channels),
    instantWithin(sql`row.queued_at`, filters.queued, scene),
  ],
});
