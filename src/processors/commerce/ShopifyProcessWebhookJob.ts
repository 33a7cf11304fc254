import { z } from "zod";
import { shopify } from "../../connectors/kinds/shopify.ts";
import { settings } from "../../control/clients/setting-definitions.ts";
import { findBuyersFound, hasBuyersFound } from "../../learning/commerce/buyers.ts";
import {
  countTry,
  hasNeverKnown,
  hasOldDeliveries,
  hasUnsettled,
  newestDelivery,
  noteFailure,
  ORDER_UNKNOWN,
} from "../../learning/commerce/deliveries.ts";
import type { Delivery } from "../../learning/webhooks/delivery.ts";
import { latestDelivery, resumeDeliveries, waitingDeliveries } from "../../learning/webhooks/progress.ts";
import { sql } from "../../store/sql.ts";
import { readState, writeState } from "../../store/state.ts";
import { localDay, MS_PER_DAY } from "../../time/day.ts";
import { defineProcessor, noAction, type RunContext, type Step, type Unit } from "../contract.ts";
import { type AfterId, afterId } from "../patterns/change-rows.ts";
import { pages } from "../patterns/pages.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";
import { failureOf } from "../unit-of.ts";
import { takeBackWatermark } from "./catalogue-watermark.ts";
import { cleaningPhases, deleteOld, forgetUnknown, keepDays, keptFrom, unknownBefore } from "./clean-deliveries.ts";
import { deliveryRef, type ShopCount, type ShopWork, settled } from "./shopify/delivery-work.ts";
import { judgePaid } from "./shopify/paid-orders.ts";
import { PayloadInvalidError, readProduct } from "./shopify/payloads.ts";
import { judgeWithdrawn } from "./shopify/withdrawn-orders.ts";

const PROCESSOR = "ShopifyProcessWebhookJob";
/** The note of the day on which it was last said that no delivery comes any more. */
const SILENCE = "silence";

const parameters = z.strictObject({
  createPersons: z
    .boolean()
    .default(false)
    .describe(
      "Create a person for a buyer whose address no person has. Without it the order waits for an administrator",
    ),
  maxAttempts: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe("Tries after which a delivery that cannot be dealt with has failed"),
  silenceDays: z.int().min(1).max(365).default(14).describe("Days without any delivery after which the log warns"),
  keepDays,
});
type Parameters = z.output<typeof parameters>;

/** `retake`: parked orders whose buyer is known by now. `late`: what was parked because its order was not known, and is by now. */
const at = { silence: z.literal("said"), retake: afterId, events: afterId, late: afterId, ...cleaningPhases };

type Context = RunContext<Parameters>;
type Count = ShopCount | "deleted";

/**
 * Handbook, catalogue: ShopifyProcessWebhookJob. A delivery is settled in one unit together with everything that follows from it: the order's
 * row, registrations, cancellations. Deliveries of one order never share a step, and an order that is booked sees the places that an earlier
 * refund has freed.
 *
 * What the spec leaves open: refunds are counted against what was ordered when the order was paid, so an order that was edited before is
 * refunded in full by the rest. A product that was deleted has the catalogue read as a whole.
 */
export const ShopifyProcessWebhookJob = defineProcessor({
  id: PROCESSOR,
  javaClass: "de.imc.clix.webservices.client.shopify.job.ShopifyProcessWebhookJob",
  group: "commerce",
  title: "Enrol who bought in the Shopify shop",
  summary: "Works off what a Shopify shop has told: enrols buyers, and cancels what was cancelled or refunded.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 * * * * ?",
  after: [],
  misfire: "skip",
  dryRun: "lower_bound",
  parameters,
  cursor: phaseCursor(at),
  // What waits is found by its state, from the start.
  nextRunFrom: () => null,
  counts: ["events", "registered", "cancelled", "parked", "deleted"],
  quiet: ({ clients, now, timeZone, parameters: { keepDays, silenceDays } }) => {
    const client = sql`c.client_id`;
    const newest = newestDelivery(client, "shopify");
    const isSilent = sql`(${newest} < ${now - silenceDays * MS_PER_DAY} AND NOT EXISTS (SELECT 1 FROM processor_state AS said
      WHERE said.processor = ${PROCESSOR} AND said.client_id = ${client} AND said.node_id = '' AND said.key = ${SILENCE}
        AND said.value = ${JSON.stringify(localDay(now, timeZone))}))`;
    return sql`SELECT c.client_id FROM (${clients}) c WHERE ${hasUnsettled(client, "shopify")} OR ${hasBuyersFound(client)}
      OR ${hasNeverKnown(client, "shopify", unknownBefore(now))} OR ${hasOldDeliveries(client, "shopify", keptFrom(now, keepDays))}
      OR ${isSilent}`;
  },
  async *run(context) {
    const { configuration, connectors, run } = context;
    const shop = await connectors.open(shopify);
    if (!shop) return noAction("The client has no active connector of kind shopify; what its shop tells waits");
    const { createPersons, maxAttempts } = context.parameters;
    const coverage = await configuration.read(settings.equivalencesEnabled);
    const work: ShopWork = { context, shop, coverage, createPersons, arePeopleMade: run.dryRun, maxAttempts };
    return yield* phases<typeof at, Count>(context.cursor, at, {
      silence: (from) => warnOfSilence(context, from),
      retake: (from) => retake(context, from),
      events: (from) => workOff(context, work, from, false),
      late: (from) => workOff(context, work, from, true),
      forget: (from) => forgetUnknown(context, "shopify", from),
      deleteDone: (from) => deleteOld(context, "shopify", "done", from),
      deleteIgnored: (from) => deleteOld(context, "shopify", "ignored", from),
    });
  },
});

/** Says in the log, once a day, that the shop has fallen silent. */
async function* warnOfSilence(
  { rows, now, timeZone, log, run, parameters }: Context,
  from: "said" | null,
): AsyncGenerator<Step<"said", never>, void> {
  if (from) return;
  const [[newest], [said]] = await rows.each([latestDelivery("shopify"), readState(PROCESSOR, SILENCE)] as const);
  const day = localDay(now, timeZone);
  if (!newest?.receivedAt || newest.receivedAt >= now - parameters.silenceDays * MS_PER_DAY) return;
  if (said?.value === JSON.stringify(day)) return;
  const days = Math.floor((now - newest.receivedAt) / MS_PER_DAY);
  log.warn(`The shop has told nothing for ${days} days; look whether its webhooks are still subscribed`);
  yield { also: run.dryRun ? [] : [writeState(PROCESSOR, SILENCE, day)], cursor: "said" };
}

/** Lets parked orders wait again whose buyer is exactly one active person by now. */
async function* retake(
  { rows, now, parameters }: Context,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, never>, void> {
  const read = (after: number) => rows.all(findBuyersFound({ after, limit: parameters.chunkSize }));
  for await (const page of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const ids = page.rows.map(({ id }) => id);
    const ref = `deliveries:${ids[0]}–${ids.at(-1)}`;
    yield { units: [{ ref, rows: ids.length, writes: [resumeDeliveries(ids, now)] }], cursor: { after: page.after } };
  }
}

/**
 * Works off the deliveries that wait, in their order.
 *
 * @param isLate those alone that had waited for their order
 */
async function* workOff(
  { rows, run, now, parameters }: Context,
  work: ShopWork,
  from: AfterId | null,
  isLate: boolean,
): AsyncGenerator<Step<AfterId, Count>, void> {
  const read = (after: number) => rows.all(waitingDeliveries("shopify", after, parameters.chunkSize));
  let before = from?.after ?? 0;
  for await (const page of pages(before, read, ({ id }) => id)) {
    for (const group of apart(page.rows.filter(({ error }) => !isLate || error === ORDER_UNKNOWN))) {
      const after = group.at(-1)?.id ?? before;
      const { units, newPeople } = await judge(work, group);
      if (newPeople.length > 0) {
        yield { units: newPeople, cursor: { after: before } };
        const again = await judge({ ...work, arePeopleMade: true }, group);
        yield { units: again.units, cursor: { after }, also: run.dryRun ? [] : [countTry(group, now)] };
      } else yield { units, cursor: { after }, also: run.dryRun ? [] : [countTry(group, now)] };
      before = after;
    }
  }
}

type Kind = "paid" | "withdrawn" | "other";

function kindOf({ topic }: Delivery): Kind {
  if (topic === "orders/paid") return "paid";
  return topic === "orders/cancelled" || topic === "refunds/create" ? "withdrawn" : "other";
}

/** Parts that can be judged by what is stored: no two deliveries of an order in one, and no order behind a withdrawal that frees a place. */
function* apart(deliveries: readonly Delivery[]): Generator<readonly Delivery[]> {
  let group: Delivery[] = [];
  let subjects = new Set<string>();
  let isFreeing = false;
  for (const delivery of deliveries) {
    const kind = kindOf(delivery);
    const subject = kind === "other" || delivery.subject === null ? `${delivery.id}` : delivery.subject;
    if (subjects.has(subject) || (kind === "paid" && isFreeing)) {
      yield group;
      group = [];
      subjects = new Set();
      isFreeing = false;
    }
    group.push(delivery);
    subjects.add(subject);
    isFreeing ||= kind === "withdrawn";
  }
  if (group.length > 0) yield group;
}

interface Judged {
  readonly units: readonly Unit<Count>[];
  readonly newPeople: readonly Unit<Count>[];
}

/** What a part comes to. If one of it cannot be read, each is judged by itself, so that it alone fails. */
async function judge(work: ShopWork, group: readonly Delivery[]): Promise<Judged> {
  const { maxAttempts } = work;
  const tired = group.filter(({ attempts }) => attempts >= maxAttempts);
  const fresh = group.filter(({ attempts }) => attempts < maxAttempts);
  const gaveUp = tired.map((one) => failed(work, one, "too_many_attempts", `It was tried ${one.attempts} times`));
  try {
    const judged = await judgeAll(work, fresh);
    return { units: [...gaveUp, ...judged.units], newPeople: judged.newPeople };
  } catch (error) {
    if (fresh.length === 1) return { units: [...gaveUp, failedBy(work, fresh[0] as Delivery, error)], newPeople: [] };
    // Throws what concerns the run.
    if (!(error instanceof PayloadInvalidError)) failureOf(error);
    const units: Unit<Count>[] = [...gaveUp];
    const newPeople: Unit<Count>[] = [];
    for (const one of fresh) {
      const judged = await judge(work, [one]);
      units.push(...judged.units);
      newPeople.push(...judged.newPeople);
    }
    return { units: newPeople.length > 0 ? [] : units, newPeople };
  }
}

async function judgeAll(work: ShopWork, group: readonly Delivery[]): Promise<Judged> {
  const of = (kind: Kind) => group.filter((delivery) => kindOf(delivery) === kind);
  const [paid, withdrawn, others] = [of("paid"), of("withdrawn"), of("other")];
  const judged = paid.length > 0 ? await judgePaid(work, paid) : { units: [], newPeople: [] };
  if (judged.newPeople.length > 0) return judged;
  const units = [
    ...judged.units,
    ...(withdrawn.length > 0 ? await judgeWithdrawn(work, withdrawn) : []),
    ...others.map((delivery) => judgeOther(work, delivery)),
  ];
  return { units, newPeople: [] };
}

function judgeOther(work: ShopWork, delivery: Delivery): Unit<Count> {
  if (!delivery.topic.startsWith("products/")) return settled(work, delivery, { state: "ignored" });
  const { updated_at } = readProduct(delivery);
  return settled(work, delivery, {
    state: "done",
    writes: [{ write: takeBackWatermark(work.shop.id, updated_at ?? null) }],
  });
}

function failedBy(work: ShopWork, delivery: Delivery, error: unknown): Unit<Count> {
  if (error instanceof PayloadInvalidError) return failed(work, delivery, error.code, error.message);
  const { code, message, unexpected } = failureOf(error);
  return failed(work, delivery, code, message, unexpected);
}

/** A delivery that could not be dealt with, and the note of it on its row. */
function failed(
  { context: { now }, maxAttempts }: ShopWork,
  delivery: Delivery,
  code: string,
  message: string,
  unexpected = false,
): Unit<Count> {
  return {
    ref: deliveryRef(delivery),
    writes: [noteFailure(delivery, code, { maxAttempts, now })],
    failure: { code, message, ...(unexpected ? { unexpected } : {}) },
  };
}
