import { z } from "zod";
import { fcm } from "../../connectors/kinds/fcm.ts";
import { webpush } from "../../connectors/kinds/webpush.ts";
import { plainText } from "../../connectors/push/note.ts";
import type { PushNote, PushResult, PushTransport } from "../../connectors/push/transport.ts";
import { hasConnector } from "../../connectors/stored.ts";
import { settings } from "../../control/clients/setting-definitions.ts";
import { givenSetting } from "../../control/clients/setting-sql.ts";
import {
  claimMail,
  FIRST_POSITION,
  mailFailed,
  mailOrphaned,
  mailReturned,
  mailSent,
  mailUnsendable,
  type OrphanedMail,
  orphanedMails,
  pushKey,
} from "../../learning/messages/delivery.ts";
import {
  type Device,
  deviceReached,
  devicesOf,
  expirePushes,
  hasPushInHand,
  removeDevice,
  stalePushes,
  type WaitingPush,
  waitingPushes,
} from "../../learning/messages/push.ts";
import { sql } from "../../store/sql.ts";
import type { Outcome } from "../../store/step/effects.ts";
import type { Failure } from "../../store/step/step.ts";
import { defineProcessor, effect, noAction, type RunContext, type Unit, type Yielded } from "../contract.ts";
import { afterResult, isBlocked, remembered, type Trouble, trouble, troubleError } from "./push-trouble.ts";

const parameters = z.strictObject({
  maxAgeHours: z
    .int()
    .min(1)
    .max(720)
    .default(24)
    .describe("Hours after which a message that could not be sent is given up"),
});

const position = { queuedAt: z.int(), id: z.int() };
const cursor = z.discriminatedUnion("phase", [
  z.strictObject({ phase: z.literal("stale"), ...position }),
  z.strictObject({ phase: z.literal("orphaned"), ...position }),
  z.strictObject({ phase: z.literal("send"), ...position, troubles: z.array(trouble).readonly() }),
]);
type Cursor = z.output<typeof cursor>;
type Sending = Extract<Cursor, { readonly phase: "send" }>;

type Count = "sent" | "devices" | "devicesRemoved";
type Context = RunContext<z.output<typeof parameters>, Cursor>;
type Steps<R> = AsyncGenerator<Yielded<Cursor, Count>, R, unknown>;

/** The transports of a client; null: it has no such connector. */
type Transports = Readonly<Record<Device["transport"], PushTransport | null>>;

/** What came of a message, device by device. JSON-able, and without tokens. */
type Results = readonly (PushResult & { readonly device: number; readonly host: string })[];

/** Messages read at once. */
const PAGE = 50;
const HOUR = 3_600_000;
const ENABLED = settings.pushEnabled;

const INTERRUPTED: Failure = {
  code: "delivery_unknown",
  message: "The run was interrupted while this message was on its way; it may have arrived and is not sent again",
};

/**
 * Handbook, catalogue: PushNotificationScheduler. Each message is claimed before anything is sent and is tried once for all the
 * devices of its person (handbook, rules: mail). Only where it is certain that no device has it does it wait again.
 */
export const PushNotificationScheduler = defineProcessor({
  id: "PushNotificationScheduler",
  group: "communication",
  title: "Send push messages",
  summary: "Sends the push messages that wait to the telephones and browsers of their people.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 4/5 * * * ?",
  after: ["Notification"],
  misfire: "skip",
  // What a device answers is not known before.
  dryRun: "lower_bound",
  parameters,
  cursor,
  // What was dealt with waits no more.
  nextRunFrom: () => null,
  counts: ["sent", "devices", "devicesRemoved"],
  // Old messages go in any case. Otherwise only where push is on; a connector that is missing then is to be seen before there is any message.
  quiet: ({ clients, now, parameters: { maxAgeHours } }) => {
    const clientId = sql`c.client_id`;
    const hasAny = sql`(${hasConnector(clientId, fcm.kind)} OR ${hasConnector(clientId, webpush.kind)})`;
    return sql`SELECT c.client_id FROM (SELECT o.client_id, ${givenSetting(ENABLED, sql`o.client_id`)} AS enabled FROM (${clients}) o) c
      WHERE ${hasPushInHand(clientId, ["to_forward"], now - maxAgeHours * HOUR)} OR ${hasPushInHand(clientId, ["sending"])}
        OR CASE coalesce(c.enabled, 'false') WHEN 'false' THEN 0
          WHEN 'true' THEN NOT ${hasAny} OR ${hasPushInHand(clientId, ["to_forward"])} ELSE 1 END`;
  },
  async *run(context) {
    const { configuration, connectors, log, now, parameters: chosen, run } = context;
    const at: Cursor = context.cursor ?? { phase: "stale", ...FIRST_POSITION };
    let isIdle = context.cursor === null;
    if (at.phase === "stale") isIdle = !(yield* expire(context, at)) && isIdle;
    // A run that is taken up again may itself have left a message on its way. A dry run left none, and would find the others again.
    if (!(run.dryRun && at.phase === "send")) isIdle = !(yield* recover(context, at)) && isIdle;

    const ending = (message: string) => {
      if (isIdle) return noAction(message);
      log.info(message);
      return undefined;
    };
    if (!(await configuration.read(ENABLED))) return ending(`Setting ${ENABLED.key} is off: no push message is sent`);
    const transports: Transports = { fcm: await connectors.open(fcm), webpush: await connectors.open(webpush) };
    if (!transports.fcm && !transports.webpush) {
      return ending("The client has no active connector of kind fcm or webpush; its push messages stay to_forward");
    }
    const first = behindStale(now - chosen.maxAgeHours * HOUR);
    const start: Sending = at.phase === "send" ? at : { phase: "send", ...first, troubles: [] };
    const { troubles } = yield* send(context, transports, start);
    const error = troubleError(troubles);
    if (!error) return undefined;
    // A further attempt begins anew with what waits.
    const anew: Sending = { phase: "send", ...first, troubles: remembered(troubles) };
    yield { cursor: anew };
    throw error;
  },
});

/** Gives up what has waited for too long. Returns whether there was any. */
async function* expire({ rows, now, parameters: chosen }: Context, from: Cursor): Steps<boolean> {
  const before = now - chosen.maxAgeHours * HOUR;
  const error = `stale: It could not be sent within ${chosen.maxAgeHours} hours`;
  let after = { queuedAt: from.queuedAt, id: from.id };
  for (let found = false; ; found = true) {
    const page = await rows.all(stalePushes(before, after, chosen.chunkSize));
    const last = page.at(-1);
    if (!last) return found;
    after = { queuedAt: last.queued_at, id: last.id };
    const ids = page.map(({ id }) => id);
    const unit = { ref: `message:${ids[0]}…${last.id}`, rows: ids.length, writes: [expirePushes(ids, error, now)] };
    yield { units: [unit], cursor: { phase: "stale", ...after } };
  }
}

/** In front of the first message that is not too old. @param before instant (ms) before which they are */
const behindStale = (before: number) => ({ queuedAt: before - 1, id: Number.MAX_SAFE_INTEGER });

/** Turns messages whose sender died into errors. Returns whether there were any. */
async function* recover({ run, rows, now, parameters: chosen }: Context, at: Cursor): Steps<boolean> {
  // What was dealt with is not found again, but by a dry run; and what the run itself left on its way may stand in front of what it had found.
  let after = run.dryRun && at.phase === "orphaned" ? { queuedAt: at.queuedAt, id: at.id } : FIRST_POSITION;
  for (let found = false; ; found = true) {
    const page = await rows.all<OrphanedMail>(orphanedMails(after, now, chosen.chunkSize, "push"));
    const last = page.at(-1);
    if (!last) return found;
    after = { queuedAt: last.queued_at, id: last.id };
    const units = page.map((one) => failed(one.id, INTERRUPTED, (text) => mailOrphaned(one, text, now)));
    yield { units, cursor: at.phase === "send" ? at : { phase: "orphaned", ...after } };
  }
}

/** Sends what waits, in order. Returns where it stopped, and what is the matter with the services. */
async function* send(context: Context, transports: Transports, start: Sending): Steps<Sending> {
  const { rows, now, parameters: chosen } = context;
  let at = start;
  let units: Unit<Count>[] = [];
  for (;;) {
    const page = await rows.all(waitingPushes(at, Math.min(PAGE, chosen.chunkSize)));
    if (page.length === 0) return at;
    const active = page
      .filter(({ auth_status }) => auth_status === "active")
      .flatMap(({ person_id }) => person_id ?? []);
    const devices = Map.groupBy(await rows.all(devicesOf(new Set(active))), ({ personId }) => personId);
    for (const message of page) {
      at = { ...at, queuedAt: message.queued_at, id: message.id };
      const own = (devices.get(message.person_id ?? 0) ?? []).filter(({ transport }) => transports[transport]);
      const obstacle = obstacleOf(message, own);
      if (obstacle) {
        units.push(failed(message.id, obstacle, (text) => mailUnsendable(message, text, now)));
        continue;
      }
      const open = own.filter((device) => !isBlocked(at.troubles, device, hostOf(transports, device)));
      // It waits for a service that cannot be used now.
      if (open.length === 0) continue;
      if (units.length > 0) yield { units, cursor: at };
      units = [];
      at = yield* deliver(context, transports, message, open, { at, waits: open.length < own.length });
    }
    if (units.length > 0) yield { units, cursor: at };
    units = [];
  }
}

/** Why a message cannot be sent at all; null: it can. */
function obstacleOf({ person_id, auth_status }: WaitingPush, devices: readonly Device[]): Failure | null {
  if (auth_status !== "active") {
    return { code: "inactive_person", message: `Person ${person_id ?? "?"} is not active; the message is not sent` };
  }
  if (devices.length > 0) return null;
  return { code: "no_device", message: `Person ${person_id} has no device that an active connector reaches` };
}

/** Sends one message to some devices. Returns where the run is then. */
async function* deliver(
  { now, log }: Context,
  transports: Transports,
  message: WaitingPush,
  devices: readonly Device[],
  { at, waits }: { readonly at: Sending; readonly waits: boolean },
): Steps<Sending> {
  const note: PushNote = { id: String(message.id), title: message.subject, body: plainText(message.body) };
  const outcome = yield* effect<Results, Cursor, Count>({
    key: pushKey(message),
    description: `push message to ${devices.length} ${devices.length === 1 ? "device" : "devices"}: ${message.subject}`,
    before: [claimMail(message, now)],
    call: () => sendTo(transports, devices, note),
    settle: (result) => [settle(message, devices, result, waits, now)],
    cursor: at,
  });
  if (outcome.state !== "done") return at;
  for (const { device, ...result } of outcome.value) {
    if (result.state === "unreachable" || result.state === "refused") log.warn(`device:${device}: ${result.message}`);
  }
  const troubles = outcome.value.reduce<readonly Trouble[]>((known, result) => afterResult(known, result), at.troubles);
  const next: Sending = { ...at, troubles };
  if (JSON.stringify(troubles) !== JSON.stringify(at.troubles)) yield { cursor: next };
  return next;
}

/** Sends to one device after the other; where a service cannot be used, its other devices are not tried. */
async function sendTo(transports: Transports, devices: readonly Device[], note: PushNote): Promise<Results> {
  const results: Results[number][] = [];
  for (const device of devices) {
    const host = hostOf(transports, device);
    const before = results.find((one) => one.host === host && (one.state === "busy" || one.state === "denied"));
    const result = before ?? (await (transports[device.transport] as PushTransport).send(device, note));
    results.push({ ...result, device: device.id, host });
  }
  return results;
}

function hostOf(transports: Transports, device: Device): string {
  return transports[device.transport]?.hostOf(device) ?? "";
}

/** What an outcome makes of the message's row and of the devices'. */
function settle(
  message: WaitingPush,
  devices: readonly Device[],
  outcome: Outcome<Results>,
  waits: boolean,
  now: number,
): Unit<Count> {
  const ref = reference(message.id);
  if (outcome.state === "rehearsed") return { ref, writes: [claimMail(message, now)] };
  if (outcome.state === "refused") return { ref, writes: [] };
  if (outcome.state === "unknown") return failed(message.id, INTERRUPTED, (text) => mailFailed(message.id, text, now));
  const results = outcome.value;
  const of = (state: PushResult["state"]) => results.find((one) => one.state === state);
  const rest = devices.flatMap((device) =>
    deviceWrites(
      device,
      results.find((one) => one.device === device.id),
      now,
    ),
  );
  const taken = results.find((one) => one.state === "taken");
  if (taken) {
    const providerMessageId = taken.state === "taken" ? taken.providerMessageId : null;
    return { ref, writes: [{ write: mailSent(message.id, providerMessageId, now), count: "sent" }, ...rest] };
  }
  const unknown = of("unknown");
  const held = of("busy") ?? of("denied");
  if (!unknown && (held || waits)) return { ref, writes: [mailReturned(message.id, now), ...rest] };
  const unit = failed(message.id, failureOf(unknown ?? of("refused") ?? of("unreachable")), (text) =>
    mailFailed(message.id, text, now),
  );
  return { ...unit, writes: [...unit.writes, ...rest] };
}

/** What a result makes of a device: removed where its service does not know it. */
function deviceWrites(device: Device, result: PushResult | undefined, now: number): Unit<Count>["writes"] {
  if (result?.state === "taken") return [{ write: deviceReached(device, now), count: "devices", always: true }];
  if (result?.state === "gone") return [{ write: removeDevice(device), count: "devicesRemoved", always: true }];
  return [];
}

/** Why no device has the message. @param result undefined: all of them are gone */
function failureOf(result: PushResult | undefined): Failure {
  switch (result?.state) {
    case "unknown":
      return { code: "delivery_unknown", message: `${result.message}; it may have arrived and is not sent again` };
    case "refused":
      return { code: "refused", message: result.message };
    case "unreachable":
      return { code: "device_unreachable", message: result.message };
    default:
      return { code: "no_device", message: "Its devices are not known to their services any more, and were removed" };
  }
}

function failed(id: number, failure: Failure, write: (error: string) => ReturnType<typeof mailFailed>): Unit<Count> {
  return { ref: reference(id), writes: [write(`${failure.code}: ${failure.message}`)], failure };
}

const reference = (id: number) => `message:${id}`;
