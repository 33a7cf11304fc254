import type { InferSelectModel, SQL } from "drizzle-orm";
import { sql } from "../../store/sql.ts";
import { thisClient, thisRun } from "../../store/statement.ts";
import type { messages } from "../schema.ts";

/**
 * Statements of the mail monitor that everything which sends mail shares (handbook, rules: mail; catalogue:
 * MailMonitorStaggering). A mail goes
 * `to_forward -> sending -> sent | error`, and back to `to_forward` only when it is certain that nothing was sent.
 */

export type MessageKind = InferSelectModel<typeof messages>["kind"];

/** A mail that waits. */
export interface WaitingMail {
  readonly id: number;
  readonly to_address: string | null;
  readonly subject: string;
  readonly body: string;
  readonly queued_at: number;
  readonly attempts: number;
}

/** A mail whose sender died. */
export interface OrphanedMail {
  readonly id: number;
  readonly queued_at: number;
  readonly attempts: number;
  /** 1: an earlier life of this run claimed it. */
  readonly own: number;
}

/** A position in the order in which mails leave: by `queued_at`, then id. */
export interface MailPosition {
  readonly queuedAt: number;
  readonly id: number;
}

/** In front of every mail. */
export const FIRST_POSITION: MailPosition = { queuedAt: -1, id: 0 };

/**
 * Longest time (ms) that a mail can be on its way: an invocation at the edge ends after 15 minutes, and a conversation's
 * timeouts add up to far less. An intent that is older and has no outcome will never get one.
 */
const LONGEST_CALL_MS = 15 * 60_000;

/** The key of the effect that sends a mail for the `attempts + 1`st time; one claim, one key. */
export function mailKey(mail: Pick<WaitingMail, "id" | "attempts">): string {
  return `mail:${mail.id}:${mail.attempts + 1}`;
}

/** The same for a push message. */
export function pushKey(message: Pick<WaitingMail, "id" | "attempts">): string {
  return `push:${message.id}:${message.attempts + 1}`;
}

/** The mail that a key stands for, as it was before its claim. */
export function mailOfKey(key: string): Pick<WaitingMail, "id" | "attempts"> {
  const [, id, claim] = key.split(":").map(Number);
  return { id: id ?? 0, attempts: (claim ?? 1) - 1 };
}

/** True in SQL when the run in `column` has ended in this store, or is so old that its checkpoint was removed. */
const hasEnded = (column: SQL) =>
  sql`NOT EXISTS (SELECT 1 FROM checkpoints WHERE checkpoints.run_id = ${column} AND checkpoints.done = 0)`;

/** Which waiting mails are meant: all of the client, or those that this run created with what ended runs left of some kinds. */
export type MailSelection = "all" | { readonly leftoversOf: readonly MessageKind[] };

function selected(selection: MailSelection): SQL {
  if (selection === "all") return sql`1`;
  return sql`(created_run_id = ${thisRun} OR (
    kind IN (SELECT value FROM json_each(${JSON.stringify(selection.leftoversOf)})) AND ${hasEnded(sql`messages.created_run_id`)}))`;
}

/** The oldest waiting mails after a position. */
export function waitingMails(selection: MailSelection, after: MailPosition, limit: number): SQL {
  return sql`SELECT id, to_address, subject, body, queued_at, attempts FROM messages
    WHERE client_id = ${thisClient} AND channel = 'mail' AND status = 'to_forward'
      AND (queued_at, id) > (${after.queuedAt}, ${after.id}) AND ${selected(selection)}
    ORDER BY queued_at, id LIMIT ${limit}`;
}

/** How many mails wait after a position. */
export function countWaiting(selection: MailSelection, after: MailPosition = FIRST_POSITION): SQL {
  return sql`SELECT count(*) AS waiting FROM messages
    WHERE client_id = ${thisClient} AND channel = 'mail' AND status = 'to_forward'
      AND (queued_at, id) > (${after.queuedAt}, ${after.id}) AND ${selected(selection)}`;
}

/**
 * Mails whose sender died while they were on their way; `own`: it was an earlier life of this run. A mail under `sending` is
 * orphaned when
 * - this run claimed it: a run works on one mail at a time, and has just begun or been taken up again; or
 * - the run that claimed it has ended, or its checkpoint is gone: the database accepts nothing more from it; or
 * - the intent to send it is older than any call can last: a further attempt of that run would learn no more than we do.
 * Any other one may be on its way at this moment and is left alone.
 *
 * @param now ms
 * @param channel what is sent. Default: mail
 */
export function orphanedMails(after: MailPosition, now: number, limit: number, channel: "mail" | "push" = "mail"): SQL {
  return sql`SELECT id, queued_at, attempts, claimed_run_id IS ${thisRun} AS own FROM messages
    WHERE client_id = ${thisClient} AND channel = ${channel} AND status = 'sending'
      AND (queued_at, id) > (${after.queuedAt}, ${after.id})
      AND (claimed_run_id IS ${thisRun} OR ${hasEnded(sql`messages.claimed_run_id`)} OR NOT EXISTS (
        SELECT 1 FROM effects WHERE effects.run_id = messages.claimed_run_id
          AND effects.key = ${`${channel}:`} || messages.id || ':' || messages.attempts
          AND effects.intended_at >= ${now - LONGEST_CALL_MS}))
    ORDER BY queued_at, id LIMIT ${limit}`;
}

/** The outcomes of the newest mails of this run, newest first. An effect belongs to its run, so the client needs no column. */
export function newestOutcomes(limit: number): SQL {
  return sql`SELECT key, outcome FROM effects
    WHERE run_id = ${thisRun} AND ${thisClient} IS NOT NULL AND key GLOB 'mail:*' AND state = 'done' ORDER BY rowid DESC LIMIT ${limit}`;
}

/** True in SQL of a client with mail that waits or is on its way; the sender of the latter may have died. @param clientId SQL for the client's id */
export function hasMailInHand(clientId: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM messages m WHERE m.client_id = ${clientId} AND m.channel = 'mail' AND m.status IN ('to_forward', 'sending'))`;
}

/** Takes a mail for sending. Matches nothing when it is not as it was read: another run was faster, or it was changed. */
export function claimMail(mail: Pick<WaitingMail, "id" | "to_address" | "attempts">, now: number): SQL {
  return sql`UPDATE messages SET status = 'sending', claimed_run_id = ${thisRun}, attempts = attempts + 1, error = NULL, updated_at = ${now}
    WHERE id = ${mail.id} AND client_id = ${thisClient} AND status = 'to_forward' AND attempts = ${mail.attempts}
      AND to_address IS ${mail.to_address}`;
}

const claimed = (id: number) =>
  sql`id = ${id} AND client_id = ${thisClient} AND status = 'sending' AND claimed_run_id = ${thisRun}`;

/** A claimed mail was taken by the server at `at` (ms). */
export function mailSent(id: number, providerMessageId: string | null, at: number): SQL {
  return sql`UPDATE messages SET status = 'sent', sent_at = ${at}, provider_message_id = ${providerMessageId}, updated_at = ${at}
    WHERE ${claimed(id)}`;
}

/** A claimed mail was not sent, or its outcome is unknown. `error` is `<code>: <words>`. */
export function mailFailed(id: number, error: string, now: number): SQL {
  return sql`UPDATE messages SET status = 'error', error = ${error}, updated_at = ${now} WHERE ${claimed(id)}`;
}

/** A claimed mail was certainly not sent and waits again. */
export function mailReturned(id: number, now: number): SQL {
  return sql`UPDATE messages SET status = 'to_forward', claimed_run_id = NULL, updated_at = ${now} WHERE ${claimed(id)}`;
}

/** A waiting mail that cannot be sent at all. */
export function mailUnsendable(mail: Pick<WaitingMail, "id" | "to_address">, error: string, now: number): SQL {
  return sql`UPDATE messages SET status = 'error', error = ${error}, updated_at = ${now}
    WHERE id = ${mail.id} AND client_id = ${thisClient} AND status = 'to_forward' AND to_address IS ${mail.to_address}`;
}

/** An orphaned mail. Its sender may still record its outcome before us; then this matches nothing. */
export function mailOrphaned(mail: OrphanedMail, error: string, now: number): SQL {
  return sql`UPDATE messages SET status = 'error', error = ${error}, updated_at = ${now}
    WHERE id = ${mail.id} AND client_id = ${thisClient} AND status = 'sending' AND attempts = ${mail.attempts}`;
}
