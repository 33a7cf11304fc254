import { z } from "zod";
import { type MessageChannel, queuedAmong, queueMessage } from "../../learning/messages/messages.ts";
import { fillWording, readWording } from "../../learning/messages/wording.ts";
import { anchors } from "../../learning/notifications/anchor.ts";
import {
  type Occasion,
  selectOccasions,
  selectZonesOf,
  type UnknownZone,
  type ZonedDay,
  zonedDays,
} from "../../learning/notifications/occasion.ts";
import { placeholdersFor, placeholderValues } from "../../learning/notifications/placeholders.ts";
import { type Recipient, readRecipients } from "../../learning/notifications/recipient.ts";
import {
  type NotificationRule,
  readNotificationRule,
  type StoredNotificationRule,
  selectRules,
} from "../../learning/notifications/rule.ts";
import { readFirstDay, writeDayDone } from "../../learning/notifications/watermark.ts";
import { componentCondition, selectComponentZones } from "../../learning/rules/sql.ts";
import { addDays, type Day, isTimeZone } from "../../time/day.ts";
import { defineProcessor, type RunContext, type Step, type Unit } from "../contract.ts";
import { deliveryCounts, type MailingCursor, mailing, mailingCursor } from "../delivery.ts";
import { unitOf } from "../unit-of.ts";

const parameters = z.strictObject({
  catchUpDays: z
    .int()
    .min(0)
    .max(7)
    .default(2)
    .describe("Days that are made good at most when earlier runs were missed or had failures"),
  ruleIds: z
    .array(z.int().min(1))
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe("Ids of the only notification rules to work; empty means all"),
});

/** Rules below `rule` are done for `day`; those of earlier days are all done. */
const queueing = z.strictObject({
  day: z.iso.date(),
  rule: z.int(),
  /** Within that rule; null: at its start. */
  after: z.strictObject({ at: z.int(), id: z.int() }).nullable(),
  /** Locales in which that rule has no usable text, already named among the failures. */
  silent: z.array(z.string()).readonly(),
});
type Queueing = z.output<typeof queueing>;

type Context = RunContext<z.output<typeof parameters>, MailingCursor<Queueing>>;

const counts = ["rules", "queued", ...deliveryCounts] as const;
type Count = (typeof counts)[number];

/**
 * Sends what earlier runs left; works every active rule for every day to be done, the oldest day first; then sends.
 *
 * A message is one unit, so that a person without an address costs no other person anything. About a component that has an express no
 * at its tag "send enrolment messages" no mail is made; its other channels are served. A text that is missing or has an
 * unknown placeholder is one failure for each rule, day and locale, not one for each person: those are skipped.
 */
export const Notification = defineProcessor({
  id: "Notification",
  group: "communication",
  title: "Notify people",
  summary: "Tells people of what begins, ends, falls due or expires, a number of days before or after.",
  scope: "client",
  store: "learning",
  load: "heavy",
  suggestedCron: "0 0 7 * * ?",
  after: [
    "UserImport",
    "GroupImport",
    "XMLGroupImport",
    "TargetGroupPersonAssignment",
    "ParticipantAutomaticRegistration",
    "RefreshJob",
    "PrerequisitesOverdueCancelJob",
    "CancelInactiveUsersJob",
    "ProgramStatusUpdateForLearners",
    "OSReportSubscription",
    "WhatsNew",
    "License",
  ],
  // Mails are sent once they are queued, and a dry run queues none.
  dryRun: "lower_bound",
  parameters,
  cursor: mailingCursor(queueing),
  counts,
  run: (context) => mailing(context, ["notification"], (from) => queueNotifications(context, from)),
});

async function* queueNotifications(
  context: Context,
  cursor: Queueing | null,
): AsyncGenerator<Step<Queueing, Count>, undefined, unknown> {
  const { rows, run, today, parameters } = context;
  const { ruleIds, catchUpDays } = parameters;
  let from = cursor ?? startOf(await readFirstDay(rows, ruleIds, today, catchUpDays));
  while (from.day <= today) {
    const day: Day = from.day;
    for (;;) {
      const stored = await rows.first<StoredNotificationRule>(selectRules(from.rule, ruleIds, 1));
      if (!stored) break;
      const start: Queueing = stored.id === from.rule ? from : { day, rule: stored.id, after: null, silent: [] };
      for await (const step of ruleSteps(context, stored, start)) {
        from = step.cursor;
        yield step;
      }
    }
    from = startOf(addDays(day, 1));
    // A dry run does no day: the next real run must find it undone.
    yield { cursor: from, also: run.dryRun ? [] : [writeDayDone(ruleIds, day)] };
  }
  return undefined;
}

function startOf(day: Day): Queueing {
  return { day, rule: 0, after: null, silent: [] };
}

/** One rule on one day, from a position on; at least one step. */
async function* ruleSteps(
  context: Context,
  stored: StoredNotificationRule,
  start: Queueing,
): AsyncGenerator<Step<Queueing, Count>, void, unknown> {
  const { rows, today, timeZone, parameters } = context;
  const { day } = start;
  const done = { day, rule: stored.id + 1, after: null, silent: [] };
  // A rule counts once in a run, on the last of its days.
  const counts = { rules: day === today ? 1 : 0 };
  const read = readNotificationRule(stored);
  if ("failure" in read) {
    yield { units: [{ ref: `rule:${stored.id}`, writes: [], failure: read.failure }], cursor: done, counts };
    return;
  }
  const { rule } = read;
  const anchorDay = addDays(day, -rule.offsetDays);
  const zones = await readZones(context, rule, anchorDay);
  const filter = await readFilter(context, rule);
  let after = start.after;
  let silent = start.silent;
  for (;;) {
    const request = { rule, day: anchorDay, clientZone: timeZone, zonedDays: zones.days, filter, after };
    const limit = parameters.chunkSize;
    const occasions = await rows.all<Occasion>(selectOccasions({ ...request, limit }));
    const page = await notify(context, rule, anchorDay, occasions, silent);
    const unknown = after === null ? zones.unknown.map((zone) => unknownZone(rule, zone)) : [];
    const units = [...unknown, ...page.units];
    const last = occasions.at(-1);
    if (!last || occasions.length < limit) {
      yield { units, cursor: done, counts };
      return;
    }
    after = { at: last.at, id: last.id };
    silent = page.silent;
    yield { units, cursor: { day, rule: rule.id, after, silent } };
  }
}

async function readZones(
  { rows, timeZone }: Context,
  rule: NotificationRule,
  day: Day,
): Promise<{ days: readonly ZonedDay[]; unknown: readonly UnknownZone[] }> {
  const anchor = anchors[rule.anchor];
  if (anchor.day.kind !== "component_instant") return { days: [], unknown: [] };
  return zonedDays(await rows.all(selectZonesOf(anchor, day)), day, timeZone);
}

function unknownZone(rule: NotificationRule, { zone, componentId }: UnknownZone): Unit<Count> {
  const message = `Component ${componentId} names the time zone ${zone}, which does not exist; no person is told of such components`;
  return {
    ref: `rule:${rule.id} component:${componentId}`,
    writes: [],
    failure: { code: "unknown_time_zone", message },
  };
}

async function readFilter({ rows, today, timeZone }: Context, rule: NotificationRule) {
  if (rule.filter === null) return null;
  const zones = await rows.all<{ time_zone: string }>(selectComponentZones());
  const known = zones.map(({ time_zone }) => time_zone).filter(isTimeZone);
  return componentCondition(rule.filter, { today, timeZone, zones: known });
}

/** The messages of a page of occasions that are not queued yet, one unit each. */
async function notify(
  context: Context,
  rule: NotificationRule,
  day: Day,
  occasions: readonly Occasion[],
  known: readonly string[],
): Promise<{ units: Unit<Count>[]; silent: readonly string[] }> {
  const { rows, now, today, configuration } = context;
  const recipients = await readRecipients(rows, rule.audience, occasions);
  const pairs = occasions.flatMap((occasion, index) =>
    (recipients[index] ?? []).map((recipient) => {
      const object = `${anchors[rule.anchor].object}:${occasion.id}`;
      const key = `ntf|${rule.id}|${object}|${day}|${rule.offsetDays}|${recipient.id}`;
      return { occasion, recipient, key, ref: `rule:${rule.id} ${object} person:${recipient.id}` };
    }),
  );
  if (pairs.length === 0) return { units: [], silent: known };
  const keys = pairs.map(({ key }) => key);
  const before = await rows.all<{ channel: MessageChannel; dedupe_key: string }>(queuedAmong(keys, rule.channels));
  const isQueued = new Set(before.map(({ channel, dedupe_key }) => `${channel} ${dedupe_key}`));

  const silent = [...known];
  const units: Unit<Count>[] = [];
  for (const { occasion, recipient, key, ref } of pairs) {
    const channels = rule.channels.filter(
      (channel) => !isQueued.has(`${channel} ${key}`) && !(channel === "mail" && occasion.mail_refused),
    );
    if (channels.length === 0) continue;
    const locale = recipient.locale?.trim() ?? "";
    const wording = await readWording(configuration, rule.keys, locale, placeholdersFor(rule));
    if ("failure" in wording) {
      const first = !silent.includes(locale);
      if (first) silent.push(locale);
      units.push({ ref, writes: [], ...(first ? { failure: wording.failure } : {}) });
      continue;
    }
    const about = { rule, occasion, recipient, day, today, client: configuration.client };
    for (const channel of channels) {
      units.push(
        await unitOf(`${ref} ${channel}`, () => {
          const text = fillWording(wording, placeholderValues(about, wording.locale));
          return queued({ recipient, aboutPersonId: occasion.person_id, channel, key, ...text }, now);
        }),
      );
    }
  }
  return { units, silent };
}

function queued(
  message: {
    readonly recipient: Recipient;
    readonly aboutPersonId: number;
    readonly channel: MessageChannel;
    readonly key: string;
    readonly subject: string;
    readonly body: string;
  },
  now: number,
): Omit<Unit<Count>, "ref"> {
  const { recipient, aboutPersonId, channel, key, subject, body } = message;
  const address = recipient.email?.trim() ?? "";
  if (channel === "mail" && address === "") {
    const failure = { code: "no_address", message: `Person ${recipient.id} has no e-mail address; enter one` };
    return { writes: [], failure };
  }
  const toAddress = channel === "mail" ? address : null;
  const queue = {
    kind: "notification",
    personId: recipient.id,
    aboutPersonId,
    dedupeKey: key,
    channel,
    toAddress,
    subject,
    body,
  } as const;
  return { writes: [queueMessage(queue, now)], counts: { queued: 1 } };
}
