import { Bookings, isShort, type PaidLine } from "../../../learning/commerce/bookings.ts";
import {
  createBuyer,
  givenPeople,
  peopleWithAddress,
  takenUsernames,
  type WithAddress,
} from "../../../learning/commerce/buyers.ts";
import { offersOf } from "../../../learning/commerce/catalogue.ts";
import { NEEDS_PERSON, reopen, takeUpUnknown } from "../../../learning/commerce/deliveries.ts";
import { minorUnits } from "../../../learning/commerce/money.ts";
import {
  changeOrder,
  isRefunded,
  itemsOf,
  keepOrder,
  type OrderItem,
  ordersOf,
  purchaseRef,
  type StoredOrder,
} from "../../../learning/commerce/orders.ts";
import { usernameKey } from "../../../learning/username.ts";
import type { Delivery } from "../../../learning/webhooks/delivery.ts";
import type { Change } from "../../../store/change.ts";
import { among } from "../../../store/select.ts";
import { sql } from "../../../store/sql.ts";
import { thisClient } from "../../../store/statement.ts";
import type { Unit } from "../../contract.ts";
import { deliveryRef, type Outcome, type ShopCount, type ShopWork, settled } from "./delivery-work.ts";
import { addressOf, linesOf, PayloadInvalidError, readOrder, type ShopOrder } from "./payloads.ts";

/** A paid order with what is stored about it. */
interface Paid {
  readonly delivery: Delivery;
  readonly order: ShopOrder;
  readonly stored: StoredOrder | null;
  readonly amountMinor: number;
  readonly items: readonly OrderItem[];
  /** Lines that a registration is wanted for; none for an order that was cancelled. */
  readonly lines: readonly PaidLine[];
  readonly isBarred: boolean;
  readonly buyer: Buyer;
}

/** Who bought; a code where it is not known. */
type Buyer = { readonly id: number } | { readonly code: string; readonly isUnknown: boolean };

/** What is known about some paid orders. */
interface Known {
  readonly stored: ReadonlyMap<string, StoredOrder>;
  readonly cancelled: ReadonlySet<string>;
  /** Component by variant. */
  readonly offers: ReadonlyMap<string, number>;
  readonly byAddress: ReadonlyMap<string, readonly WithAddress[]>;
  /** Whether people whom an administrator has named are active. */
  readonly given: ReadonlyMap<number, boolean>;
}

/** Paid orders as far as they are judged, and people who have to be made before that can go on. */
export interface PaidPlan {
  readonly units: readonly Unit<ShopCount>[];
  readonly newPeople: readonly Unit<ShopCount>[];
}

/**
 * Judges deliveries of `orders/paid`. Where buyers are to be made into people first, only those are answered: what they bought is judged
 * once they are there.
 *
 * @throws {PayloadInvalidError} for one that cannot be read
 */
export async function judgePaid(work: ShopWork, deliveries: readonly Delivery[]): Promise<PaidPlan> {
  const orders = deliveries.map((delivery) => ({ delivery, order: readOrder(delivery) }));
  const known = await readKnown(work, orders);
  const isTest = ({ order }: { readonly order: ShopOrder }) => order.test === true && !work.shop.config.acceptTest;
  const all = orders.filter((one) => !isTest(one)).map((one) => paidOf(one, known));
  const { newPeople, codes, wanted } = await readNewPeople(work, all);
  if (newPeople.length > 0 && !work.arePeopleMade) return { units: [], newPeople };

  const { rows, now, today, timeZone } = work.context;
  const purchases = all.map(({ lines, buyer }) =>
    "id" in buyer ? { personId: buyer.id, lines } : { personId: 0, lines: [] },
  );
  const bookings = await Bookings.read({ rows, now, today, timeZone, coverage: work.coverage }, purchases);
  const booked = await bookings.book(purchases);
  const units = all.flatMap((paid, index): Unit<ShopCount>[] => {
    const { delivery, buyer, lines } = paid;
    // What a person buys who is not rehearsed is not either.
    if (work.context.run.dryRun && wanted.has(delivery.id)) return [];
    const { writes = [], left = [], refs = [] } = booked[index] ?? {};
    const code = "code" in buyer && lines.length > 0 ? (codes.get(delivery.id) ?? buyer.code) : null;
    const error = code ?? (left.length > 0 ? left.join(" ") : null);
    const outcome: Outcome = {
      state: error === null ? "done" : "parked",
      error,
      personId: "id" in buyer ? buyer.id : null,
      writes: [
        ...orderWrites(work, paid),
        ...writes,
        takeUpUnknown("shopify", paid.order.id, now),
        ...reopen(delivery, refs.length > 0 ? [isShort(refs)] : [], now),
      ],
    };
    return [settled(work, delivery, outcome)];
  });
  const tests = orders
    .filter(isTest)
    .map(({ delivery }) => settled(work, delivery, { state: "ignored", error: "test_order" }));
  return { units: [...units, ...tests], newPeople: [] };
}

async function readKnown(
  { context: { rows }, shop }: ShopWork,
  orders: readonly { readonly delivery: Delivery; readonly order: ShopOrder }[],
): Promise<Known> {
  const ids = orders.map(({ order }) => order.id);
  const variants = orders.flatMap(({ order }) => linesOf(order).flatMap(({ variantId }) => variantId ?? []));
  const addresses = orders.flatMap(({ order }) => addressOf(order) || []);
  const named = orders.flatMap(({ delivery }) => delivery.personId ?? []);
  const [stored, cancelled, offers, people, given] = await rows.each([
    ordersOf("shopify", ids),
    sql<{ readonly subject: string }>`SELECT DISTINCT subject FROM webhook_events WHERE client_id = ${thisClient}
      AND provider = 'shopify' AND subject IN ${among(ids)} AND topic = 'orders/cancelled'`,
    offersOf(shop.id, new Set(variants)),
    peopleWithAddress(new Set(addresses)),
    givenPeople(named, "shopify", ids),
  ] as const);
  const byAddress = new Map<string, WithAddress[]>();
  for (const one of people) byAddress.set(one.address, [...(byAddress.get(one.address) ?? []), one]);
  return {
    stored: new Map(stored.map((order) => [order.remoteId, order])),
    cancelled: new Set(cancelled.map(({ subject }) => subject)),
    offers: new Map(offers.map(({ variantId, componentId }) => [variantId, componentId])),
    byAddress,
    given: new Map(given.map(({ id, authStatus }) => [id, authStatus === "active"])),
  };
}

function paidOf({ delivery, order }: { delivery: Delivery; order: ShopOrder }, known: Known): Paid {
  const amountMinor = minorUnits(order.total_price, order.currency);
  if (amountMinor === null) throw new PayloadInvalidError("total_price: is no amount of the order's currency");
  const stored = known.stored.get(order.id) ?? null;
  const before = new Map(stored ? itemsOf(stored).map((item) => [item.line, item]) : []);
  const sold = linesOf(order).flatMap((line) => {
    const component_id = line.variantId === null ? undefined : known.offers.get(line.variantId);
    return component_id === undefined || line.quantity < 1 ? [] : [{ ...line, component_id }];
  });
  const items = sold.map(({ line, component_id, quantity }): OrderItem => {
    return { line, component_id, quantity, refunded: before.get(line)?.refunded ?? 0 };
  });
  const isBarred =
    (order.cancelled_at ?? null) !== null || known.cancelled.has(order.id) || stored?.status === "cancelled";
  const wanted = sold.filter(({ current }, index) => current >= 1 && !isRefunded(items[index] as OrderItem));
  const lines = isBarred
    ? []
    : wanted.map(({ line, component_id, current }) => ({
        line,
        componentId: component_id,
        quantity: current,
        sourceRef: purchaseRef("shopify", order.id, line),
      }));
  return {
    delivery,
    order,
    stored,
    amountMinor,
    items,
    lines,
    isBarred,
    buyer: buyerOf(delivery, order, stored, known),
  };
}

function buyerOf(delivery: Delivery, order: ShopOrder, stored: StoredOrder | null, known: Known): Buyer {
  const given = stored?.personId ?? delivery.personId;
  if (given !== null) return known.given.get(given) ? { id: given } : { code: NEEDS_PERSON, isUnknown: false };
  const found = known.byAddress.get(addressOf(order)) ?? [];
  const active = found.filter(({ authStatus }) => authStatus === "active");
  if (active.length === 1) return { id: (active[0] as WithAddress).id };
  return { code: NEEDS_PERSON, isUnknown: found.length === 0 };
}

function orderWrites({ context: { now } }: ShopWork, paid: Paid): Change<ShopCount>[] {
  const { order, stored, amountMinor, items, isBarred, buyer, delivery } = paid;
  const personId = "id" in buyer ? buyer.id : null;
  const { currency } = order;
  if (stored) {
    const changed = changeOrder(
      stored,
      {
        amountMinor,
        currency,
        items: JSON.stringify(items),
        ...(personId === null ? {} : { personId }),
        ...(isBarred && stored.status === "paid" ? { status: "cancelled" } : {}),
      },
      now,
    );
    return changed ? [changed] : [];
  }
  return [
    keepOrder(
      {
        provider: "shopify",
        remoteId: order.id,
        personId,
        email: addressOf(order),
        status: isBarred ? "cancelled" : "paid",
        amountMinor,
        currency,
        items,
        placedAt: order.created_at,
        paidAt: delivery.receivedAt,
      },
      now,
    ),
  ];
}

interface NewPeople {
  readonly newPeople: Unit<ShopCount>[];
  /** Why no person is made of a buyer, by delivery. */
  readonly codes: ReadonlyMap<number, string>;
  /** Deliveries whose buyer is to be made. */
  readonly wanted: ReadonlySet<number>;
}

/** With `createPersons`: the units that make people of buyers who are not known, and for the others the code that says why not, by delivery. */
async function readNewPeople(
  { context: { rows, erasedKeys, now, today }, createPersons }: ShopWork,
  all: readonly Paid[],
): Promise<NewPeople> {
  const codes = new Map<number, string>();
  const unknown = all.filter(({ buyer, lines }) => "code" in buyer && buyer.isUnknown && lines.length > 0);
  const buyers = createPersons ? unknown.filter(({ order }) => isAddress(addressOf(order))) : [];
  const wanted = new Set<number>();
  if (buyers.length === 0) return { newPeople: [], codes, wanted };
  const keyed = await Promise.all(
    buyers.map(async (paid) => {
      const address = addressOf(paid.order);
      return { paid, address, key: usernameKey(address), hash: await erasedKeys.hash("username", address) };
    }),
  );
  const [taken, erased] = await rows.each([
    takenUsernames(new Set(keyed.map(({ key }) => key))),
    sql<{ readonly hash: string }>`SELECT key_hash AS hash FROM erased_people WHERE client_id = ${thisClient}
      AND key_hash IN ${among(keyed.map(({ hash }) => hash))}`,
  ] as const);
  const takenKeys = new Set(taken.map(({ key }) => key));
  const erasedHashes = new Set(erased.map(({ hash }) => hash));
  const units = new Map<string, Unit<ShopCount>>();
  for (const { paid, address, key, hash } of keyed) {
    const code = erasedHashes.has(hash) ? "erased_person" : takenKeys.has(key) ? "username_taken" : null;
    if (code) codes.set(paid.delivery.id, code);
    else wanted.add(paid.delivery.id);
    if (code === null && !units.has(key)) {
      const givenName = paid.order.customer?.first_name ?? "";
      const familyName = paid.order.customer?.last_name || address;
      const write = createBuyer({ address, givenName, familyName }, today, now);
      units.set(key, { ref: `${deliveryRef(paid.delivery)} buyer`, writes: [write] });
    }
  }
  return { newPeople: [...units.values()], codes, wanted };
}

const isAddress = (text: string) => /^[^\s@]+@[^\s@]+$/.test(text);
