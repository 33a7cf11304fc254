import { z } from "zod";
import { isMailbox } from "../connectors/mail/address.ts";
import type { MailResult, MailTransport } from "../connectors/mail/transport.ts";
import { RemoteError, RemoteUnavailableError } from "../connectors/outbound/remote-error.ts";
import { ConnectorInvalidError } from "../connectors/stored.ts";
import { settings } from "../control/clients/setting-definitions.ts";
import { InvalidConfigurationError } from "../control/invalid-configuration.ts";
import {
  claimMail,
  countWaiting,
  FIRST_POSITION,
  type MailPosition,
  type MailSelection,
  type MessageKind,
  mailFailed,
  mailKey,
  mailOfKey,
  mailOrphaned,
  mailReturned,
  mailSent,
  mailUnsendable,
  newestOutcomes,
  type OrphanedMail,
  orphanedMails,
  type WaitingMail,
  waitingMails,
} from "../learning/messages/delivery.ts";
import type { Outcome } from "../store/step/effects.ts";
import type { Ending, Failure } from "../store/step/step.ts";
import { effect, type RunContext, type Unit, type Write, type Yielded } from "./contract.ts";

/** Where a delivery goes on from: behind this mail, in the order of {@link MailPosition}. */
export const deliveryCursor = z.strictObject({
  queuedAt: z.int(),
  id: z.int(),
  /** Mails that this run has dealt with. */
  taken: z.int(),
});
export type DeliveryCursor = Readonly<z.output<typeof deliveryCursor>>;

/** The cursor of a processor that has come to its last phase, {@link deliver}. */
export interface Delivering {
  readonly delivery: DeliveryCursor;
}

/** The cursor of a processor that delivers what was left behind before it goes on with its own phases. */
export interface DeliveringLeftovers<C> {
  readonly leftovers: DeliveryCursor;
  /** Where its own phases go on; null: at their start. */
  readonly own: C | null;
}

/** The cursor of a processor that creates mail; `C` is that of its own phases. */
export type MailingCursor<C> = C | Delivering | DeliveringLeftovers<C>;

/** The schema of a {@link MailingCursor}, from that of the processor's own phases: `cursor: mailingCursor(afterId)`. */
export function mailingCursor<C>(own: z.ZodType<C>): z.ZodType<MailingCursor<C>> {
  return z.union([
    own,
    z.strictObject({ delivery: deliveryCursor }),
    z.strictObject({ leftovers: deliveryCursor, own: own.nullable() }),
  ]) as z.ZodType<MailingCursor<C>>;
}

/** What a delivery counts: mails that left, and mails that have become errors. A processor that delivers has them among its counts. */
export const deliveryCounts = ["sent", "errors"] as const;
export type DeliveryCount = (typeof deliveryCounts)[number];

/** What a delivery needs of a run. */
export type DeliveryContext = Pick<
  RunContext,
  "run" | "rows" | "configuration" | "connectors" | "now" | "parameters" | "log"
>;

/** A {@link DeliveryContext} with the run's cursor. */
type MailingContext<C> = DeliveryContext & { readonly cursor: MailingCursor<C> | null };

/** The setting whose presence leaves all mail to MailMonitorStaggering. Undefined is not 0. */
export const STAGGERING = settings.mailMonitorStaggeringAmount;

/** Mails read at once: their bodies are in memory. */
const PAGE = 50;
/** Orphans read at once. */
const ORPHANS = 1000;
/** Mails in a row that the server could not take just now, at which the run ends. */
const PATIENCE = 5;
/** A mail at which the connection broke is held responsible for it from its how-manieth claim on. */
const LAST_CLAIM = 3;

const INTERRUPTED: Failure = {
  code: "delivery_unknown",
  message: "The run was interrupted while this mail was on its way; it may have arrived and is not sent again",
};

/** True for the cursor of a run that has come to {@link deliver}. */
function isDelivering(cursor: unknown): cursor is Delivering {
  return typeof cursor === "object" && cursor !== null && "delivery" in cursor;
}

function isDeliveringLeftovers(cursor: unknown): cursor is DeliveringLeftovers<unknown> {
  return typeof cursor === "object" && cursor !== null && "leftovers" in cursor;
}

/** The cursor of the processor's own phases within one of {@link MailingCursor}; null: at their start, or behind them. */
export function ownCursor<C>(cursor: MailingCursor<C> | null): C | null {
  if (isDelivering(cursor)) return null;
  return isDeliveringLeftovers(cursor) ? (cursor.own as C | null) : (cursor as C | null);
}

/**
 * A processor that creates mail, in three phases: it sends what earlier runs left, works through its own phases, which put mail into
 * `messages` as `to_forward`, and sends that. Each mail is sent at most once, the oldest first. A dry run queues nothing, so it has
 * nothing of its own to send.
 *
 * Nothing is sent where `mailMonitorStaggeringAmount` is defined for the client: then MailMonitorStaggering does it. Without an
 * active mail connector the mails stay `to_forward` and the log says so. A mail server that cannot be used keeps no person from being told
 * otherwise: the run queues all the same, and fails once it comes to send.
 *
 * ```ts
 * const at = z.strictObject({ rule: z.int() });
 * // cursor: mailingCursor(at), counts: ["queued", ...deliveryCounts]
 * run: (context) => mailing(context, ["notification"], (from) => queueAll(context, from)),
 * ```
 *
 * @param kinds whose leftovers it sends, whichever processor they are of
 * @param own the processor's own phases, from their cursor on (null: from their start). An ending that they return ends the run
 * @throws {RemoteUnavailableError} tried again; mails not dealt with stay `to_forward`
 * @throws {InvalidConfigurationError} likewise
 */
export async function* mailing<C, N extends string = never>(
  context: MailingContext<C>,
  kinds: readonly MessageKind[],
  own: (from: C | null) => AsyncGenerator<Yielded<C, N>, Ending | undefined, unknown>,
): AsyncGenerator<Yielded<MailingCursor<C>, N | DeliveryCount>, Ending | undefined, unknown> {
  let failure: Error | null = null;
  if (!isDelivering(context.cursor)) {
    failure = yield* deliverLeftovers(context, kinds);
    const steps = own(ownCursor(context.cursor));
    const ending = yield* steps as AsyncGenerator<Yielded<C, N | DeliveryCount>, Ending | undefined, unknown>;
    if (ending) return ending;
  }
  yield* deliver(context, kinds, failure);
  return undefined;
}

/**
 * Sends what an earlier run left `to_forward` when it failed or was cancelled, and what this run had queued before it was tried again,
 * before anything new is queued.
 *
 * @returns why the mail server cannot be used; null: nothing is known against it
 */
async function* deliverLeftovers<C>(
  context: MailingContext<C>,
  kinds: readonly MessageKind[],
): AsyncGenerator<Yielded<DeliveringLeftovers<C>, DeliveryCount>, Error | null, unknown> {
  if ((await context.configuration.read(STAGGERING)) !== undefined) return null;
  const own = ownCursor(context.cursor);
  try {
    const transport = await context.connectors.mail();
    if (!transport) return null;
    const at = isDeliveringLeftovers(context.cursor) ? context.cursor.leftovers : null;
    yield* sendWaiting(context, transport, { leftoversOf: kinds }, null, at, (leftovers) => ({ leftovers, own }));
    return null;
  } catch (error) {
    if (!isServerFault(error)) throw error;
    context.log.warn(`What earlier runs left could not be sent: ${error.message}`);
    return error;
  }
}

/** True for what keeps mail from being sent and nothing else from being done. */
function isServerFault(error: unknown): error is Error {
  return error instanceof RemoteError || error instanceof InvalidConfigurationError;
}

/**
 * Sends what this run queued, and leftovers that {@link deliverLeftovers} did not come to. A run that is taken up again here has
 * `{ delivery }` as its cursor and comes straight back.
 *
 * @param failure what {@link deliverLeftovers} has against the mail server: it is not asked again in this attempt
 */
async function* deliver<C>(
  context: MailingContext<C>,
  kinds: readonly MessageKind[],
  failure: Error | null,
): AsyncGenerator<Yielded<Delivering, DeliveryCount>, void, unknown> {
  if (context.run.dryRun) return;
  if ((await context.configuration.read(STAGGERING)) !== undefined) return;
  if (failure) {
    yield { cursor: { delivery: { ...FIRST_POSITION, taken: 0 } } };
    throw failure;
  }
  const transport = await context.connectors.mail();
  if (!transport) {
    context.log.warn("No mail was sent: the client has no active connector of kind mail; its mails stay to_forward");
    return;
  }
  const from = isDelivering(context.cursor) ? context.cursor.delivery : null;
  yield* sendWaiting(context, transport, { leftoversOf: kinds }, null, from, (delivery) => ({ delivery }));
}

/**
 * Sends waiting mails in order, one effect each; first turns orphans of dead runs into errors. Gives back where it stopped.
 *
 * @param limit how many mails a run may deal with; null: all
 * @param from where an earlier slice stopped; null: from the start
 * @param toCursor what is committed as the run's cursor
 * @throws {RemoteUnavailableError | ConnectorInvalidError} when the server cannot be used
 */
export async function* sendWaiting<C>(
  context: DeliveryContext,
  transport: MailTransport,
  selection: MailSelection,
  limit: number | null,
  from: DeliveryCursor | null,
  toCursor: (cursor: DeliveryCursor) => C,
): AsyncGenerator<Yielded<C, DeliveryCount>, DeliveryCursor, unknown> {
  const { rows, now, parameters, run } = context;
  let { at, troubles } = await resume(context, from);
  // A dry run changes no row: it would find the same orphans in every slice.
  if (!(run.dryRun && from)) at = yield* recoverOrphans(context, at, toCursor);

  const waiting = Number((await rows.first<{ waiting: number }>(countWaiting(selection, at)))?.waiting ?? 0);
  const total = Math.min(at.taken + waiting, limit ?? Number.POSITIVE_INFINITY);
  for (;;) {
    const room = Math.min(PAGE, parameters.chunkSize, (limit ?? Number.POSITIVE_INFINITY) - at.taken);
    if (room <= 0) return at;
    const mails = await rows.all<WaitingMail>(waitingMails(selection, at, room));
    if (mails.length === 0) return at;
    for (const mail of mails) {
      at = { queuedAt: mail.queued_at, id: mail.id, taken: at.taken + 1 };
      const unsendable = addressProblem(mail);
      if (unsendable) {
        yield { units: [failed(mail.id, unsendable, (text) => mailUnsendable(mail, text, now))], cursor: toCursor(at) };
        continue;
      }
      const outcome = yield* effect<MailResult, C, DeliveryCount>({
        key: mailKey(mail),
        description: `mail to ${mail.to_address}: ${mail.subject}`,
        before: [claimMail(mail, now)],
        call: () => transport.send(outgoing(mail, run.clientId)),
        settle: (result) => [settle(mail, result, now)],
        cursor: toCursor(at),
      });
      if (outcome.state !== "done") continue;
      troubles = isTrouble(outcome.value) ? troubles + 1 : 0;
      const failure = whyStop(mail, outcome.value, troubles);
      if (failure) throw failure;
    }
    yield { cursor: toCursor(at), progress: { done: at.taken, total } };
  }
}

/** Turns mails whose sender died into errors `delivery_unknown`; they are never sent again by themselves. */
async function* recoverOrphans<C>(
  { rows, now, run }: DeliveryContext,
  start: DeliveryCursor,
  toCursor: (cursor: DeliveryCursor) => C,
): AsyncGenerator<Yielded<C, DeliveryCount>, DeliveryCursor, unknown> {
  let at = start;
  let after = FIRST_POSITION;
  for (;;) {
    const orphans = await rows.all<OrphanedMail>(orphanedMails(after, now, ORPHANS));
    const last = orphans.at(-1);
    if (!last) return at;
    after = { queuedAt: last.queued_at, id: last.id };
    if (!run.dryRun) at = { ...at, taken: at.taken + orphans.filter(({ own }) => own === 1).length };
    yield {
      units: orphans.map((mail) => failed(mail.id, INTERRUPTED, (text) => mailOrphaned(mail, text, now))),
      cursor: toCursor(at),
    };
  }
}

/** Where an earlier slice or attempt of this run stopped, and how many mails in a row had not got through by then. */
async function resume(
  { rows, run }: DeliveryContext,
  from: DeliveryCursor | null,
): Promise<{ at: DeliveryCursor; troubles: number }> {
  if (!from) return { at: { ...FIRST_POSITION, taken: 0 }, troubles: 0 };
  if (run.dryRun) return { at: from, troubles: 0 };
  const newest = (await rows.all<{ key: string; outcome: string }>(newestOutcomes(PATIENCE))).map((row) => ({
    mail: mailOfKey(row.key),
    result: JSON.parse(row.outcome) as MailResult,
  }));
  const [last] = newest;
  // The mail at which the run stopped waits again: the run has to come by it once more.
  const returned = last?.mail.id === from.id && isReturned(last.mail, last.result);
  const at = returned ? { queuedAt: from.queuedAt, id: from.id - 1, taken: from.taken - 1 } : from;
  const end = newest.findIndex(({ result }) => !isTrouble(result));
  return { at, troubles: Math.min(end < 0 ? newest.length : end, PATIENCE - 1) };
}

/** True for a mail that did not get through although it may be a good one. */
function isTrouble(result: MailResult): boolean {
  return result.state === "unknown" || (result.state === "refused" && result.temporary === true);
}

/** Why the run cannot go on after a mail; null: it can. */
function whyStop(mail: WaitingMail, result: MailResult, troubles: number): Error | null {
  if (result.state === "sent") return null;
  if (isReturned(mail, result)) {
    const reason = `The mail server cannot be used: ${result.message}`;
    return result.state === "denied" ? new ConnectorInvalidError("mail", reason) : new RemoteUnavailableError(reason);
  }
  if (troubles < PATIENCE) return null;
  const reason = `${PATIENCE} mails in a row did not get through, the last because of ${result.message}`;
  return new RemoteUnavailableError(reason);
}

/** True when nothing was sent and the mail waits again: the fault lies with the server or our login, not with the mail. */
function isReturned(mail: Pick<WaitingMail, "attempts">, result: MailResult): boolean {
  if (result.state === "denied") return true;
  return result.state === "unavailable" && !(result.begun === true && mail.attempts + 1 >= LAST_CLAIM);
}

/** What an outcome makes of the mail's row. */
function settle(mail: WaitingMail, outcome: Outcome<MailResult>, now: number): Unit<DeliveryCount> {
  const ref = reference(mail.id);
  const broken = (failure: Failure) => failed(mail.id, failure, (text) => mailFailed(mail.id, text, now));
  // The claim stands for the sending: it finds the row exactly when the mail would leave.
  if (outcome.state === "rehearsed") return { ref, writes: [claimMail(mail, now)], counts: { sent: 1 } };
  if (outcome.state === "unknown") return broken(INTERRUPTED);
  if (outcome.state === "refused") return { ref, writes: [] };
  const result = outcome.value;
  if (result.state === "sent") {
    return { ref, writes: [mailSent(mail.id, result.providerMessageId, result.at ?? now)], counts: { sent: 1 } };
  }
  if (isReturned(mail, result)) {
    return { ref, writes: [mailReturned(mail.id, now)] };
  }
  if (result.state === "unknown") {
    return broken({
      code: "delivery_unknown",
      message: `${result.message}; it may have arrived and is not sent again`,
    });
  }
  return broken({ code: result.state === "refused" ? "refused" : "connection_broken", message: result.message });
}

function failed(
  id: number,
  failure: Failure,
  write: (error: string) => Extract<Write, { getSQL: unknown }>,
): Unit<DeliveryCount> {
  const error = `${failure.code}: ${failure.message}`;
  return { ref: reference(id), writes: [{ write: write(error), count: "errors" }], failure };
}

function addressProblem(mail: WaitingMail): Failure | null {
  if (mail.to_address === null || mail.to_address === "")
    return { code: "no_address", message: "The mail has no recipient" };
  return isMailbox(mail.to_address)
    ? null
    : {
        code: "invalid_address",
        message: "The recipient is not an e-mail address; correct it and set the mail to to_forward",
      };
}

function outgoing(mail: WaitingMail, clientId: number) {
  return {
    to: mail.to_address ?? "",
    subject: mail.subject,
    body: mail.body,
    // The same for every attempt, so that a receiver can tell a repetition that an administrator asked for.
    messageId: `${clientId}.${mail.id}.${mail.queued_at.toString(36)}`,
  };
}

function reference(id: number): string {
  return `message:${id}`;
}
