import { z } from "zod";
import { payPal } from "../../connectors/kinds/paypal.ts";
import { settings } from "../../control/clients/setting-definitions.ts";
import {
  deliveriesUnderWay,
  hasOldDeliveries,
  hasUnsettled,
  ORDER_UNKNOWN,
  settle,
} from "../../learning/commerce/deliveries.ts";
import { hasOrdersToCheck, ordersOf, ordersToCheck } from "../../learning/commerce/orders.ts";
import { ORDER_CHECKED } from "../../learning/webhooks/delivery.ts";
import { beginDelivery, waitingDeliveries } from "../../learning/webhooks/progress.ts";
import { topics } from "../../learning/webhooks/topics.ts";
import { type Change, leadHit } from "../../store/change.ts";
import { sql } from "../../store/sql.ts";
import { thisClient } from "../../store/statement.ts";
import { defineProcessor, noAction, type RunContext, type Step, type Unit, type Yielded } from "../contract.ts";
import { type AfterId, afterId } from "../patterns/change-rows.ts";
import { pages } from "../patterns/pages.ts";
import { phaseCursor, phases } from "../patterns/phases.ts";
import { cleaningPhases, deleteOld, keepDays, keptFrom } from "./clean-deliveries.ts";
import { checkOrder } from "./paypal/check-order.ts";
import { type PaymentCount, type PaymentWork, paymentCounts } from "./paypal/payment-work.ts";

const parameters = z.strictObject({
  minAgeMinutes: z
    .int()
    .min(0)
    .max(1440)
    .default(2)
    .describe("Minutes after which an order is looked at without having heard of it"),
  expireHours: z.int().min(1).max(720).default(72).describe("Hours after which an unpaid order is given up"),
  keepDays,
});

/** `told`: what PayPal has told by webhooks. `orders`: those that were told of, and those whose time has come. */
const at = {
  told: afterId,
  orders: afterId,
  deleteDone: cleaningPhases.deleteDone,
  deleteIgnored: cleaningPhases.deleteIgnored,
};

type Context = RunContext<z.output<typeof parameters>>;
type Count = PaymentCount | "deleted";

/** What has an order looked at: what PayPal tells; and a note of our own, which is processed once more. */
const TOPICS: readonly string[] = [ORDER_CHECKED, ...topics.paypal];

/**
 * Handbook, catalogue: PayPalStatusUpdate. What PayPal tells is never believed by itself: it has the order looked at. Between the two the
 * delivery is `processing`, so that a run that was interrupted goes on with it.
 *
 * What the spec leaves open: a payment that PayPal has taken counts also for an order that had failed, expired or been cancelled here.
 */
export const PayPalStatusUpdate = defineProcessor({
  id: "PayPalStatusUpdate",
  group: "commerce",
  title: "Follow payments at PayPal",
  summary: "Takes approved payments at PayPal, enrols those who have paid, and cancels what was refunded.",
  scope: "client",
  store: "learning",
  load: "light",
  suggestedCron: "0 2/5 * * * ?",
  after: [],
  misfire: "skip",
  dryRun: "lower_bound",
  parameters,
  cursor: phaseCursor(at),
  // What is due is found by its state, from the start.
  nextRunFrom: () => null,
  counts: [...paymentCounts, "deleted"],
  quiet: ({ clients, now, parameters: { minAgeMinutes, keepDays } }) => {
    const client = sql`c.client_id`;
    return sql`SELECT c.client_id FROM (${clients}) c WHERE ${hasUnsettled(client, "paypal")}
      OR ${hasOrdersToCheck(client, now, minAgeMinutes)} OR ${hasOldDeliveries(client, "paypal", keptFrom(now, keepDays))}`;
  },
  async *run(context) {
    const { connectors, configuration, parameters } = context;
    const account = await connectors.open(payPal);
    if (!account) return noAction("The client has no active connector of kind paypal; its orders are not looked at");
    const coverage = await configuration.read(settings.equivalencesEnabled);
    const work: PaymentWork = { context, api: account.api, coverage, expireHours: parameters.expireHours };
    return yield* phases<typeof at, Count>(context.cursor, at, {
      told: (from) => takeNote(context, from),
      orders: (from) => checkOrders(context, work, from),
      deleteDone: (from) => deleteOld(context, "paypal", "done", from),
      deleteIgnored: (from) => deleteOld(context, "paypal", "ignored", from),
    });
  },
});

/** Has the orders looked at that PayPal has told of. */
async function* takeNote(
  { rows, now, parameters }: Context,
  from: AfterId | null,
): AsyncGenerator<Step<AfterId, never>, void> {
  const read = (after: number) => rows.all(waitingDeliveries("paypal", after, parameters.chunkSize));
  for await (const page of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const subjects = page.rows.flatMap(({ subject }) => subject ?? []);
    const known = new Map(
      (await rows.all(ordersOf("paypal", new Set(subjects)))).map((order) => [order.remoteId, order]),
    );
    const units = page.rows.map((delivery): Unit => {
      const ref = `delivery:${delivery.id} ${delivery.topic}`;
      if (!TOPICS.includes(delivery.topic)) return { ref, writes: [settle(delivery, { state: "ignored" }, now)] };
      const order = delivery.subject === null ? undefined : known.get(delivery.subject);
      if (!order) return { ref, writes: [settle(delivery, { state: "parked", error: ORDER_UNKNOWN }, now)] };
      const look: Change = {
        write: sql`UPDATE orders SET checked_at = NULL, updated_at = ${now}
          WHERE id = ${order.id} AND client_id = ${thisClient} AND checked_at IS NOT NULL AND ${leadHit}`,
      };
      return { ref, writes: [beginDelivery(delivery.id, now), look] };
    });
    yield { units, cursor: { after: page.after } };
  }
}

async function* checkOrders(
  { rows, now, parameters }: Context,
  work: PaymentWork,
  from: AfterId | null,
): AsyncGenerator<Yielded<AfterId, PaymentCount>, void, unknown> {
  const { minAgeMinutes, chunkSize } = parameters;
  const read = (after: number) => rows.all(ordersToCheck({ now, minAgeMinutes, after, limit: chunkSize }));
  for await (const page of pages(from?.after ?? 0, read, ({ id }) => id)) {
    const told = await rows.all(
      deliveriesUnderWay(
        "paypal",
        page.rows.map(({ remoteId }) => remoteId),
      ),
    );
    for (const order of page.rows) {
      const unit = yield* checkOrder(
        work,
        order,
        told.filter(({ subject }) => subject === order.remoteId),
      );
      yield { units: unit ? [unit] : [], cursor: { after: order.id } };
    }
  }
}
