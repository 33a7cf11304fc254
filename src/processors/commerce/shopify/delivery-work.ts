import type { ShopifyShop } from "../../../connectors/kinds/shopify.ts";
import { settle } from "../../../learning/commerce/deliveries.ts";
import type { Delivery } from "../../../learning/webhooks/delivery.ts";
import type { Change } from "../../../store/change.ts";
import type { RunContext, Unit } from "../../contract.ts";

/** What working off a shop's deliveries counts. */
export type ShopCount = "events" | "registered" | "cancelled" | "parked";

/** What working off a shop's deliveries works with. */
export interface ShopWork {
  readonly context: Pick<RunContext, "rows" | "now" | "today" | "timeZone" | "run" | "erasedKeys">;
  readonly shop: ShopifyShop;
  /** Whether covered components count as done. */
  readonly coverage: boolean;
  readonly createPersons: boolean;
  /** The people of this part are made, or cannot be made in a dry run: what is there is judged. */
  readonly arePeopleMade: boolean;
  readonly maxAttempts: number;
}

/** The unit's name. */
export const deliveryRef = ({ id, topic }: Pick<Delivery, "id" | "topic">) => `delivery:${id} ${topic}`;

/** What a delivery comes to: how it is settled, and what follows. */
export interface Outcome {
  readonly state: "done" | "ignored" | "parked";
  readonly error?: string | null;
  readonly personId?: number | null;
  /** They follow the settlement. */
  readonly writes?: readonly Change<ShopCount>[];
}

/** The unit that settles a delivery, and makes what follows from it. */
export function settled({ context: { now } }: ShopWork, delivery: Delivery, outcome: Outcome): Unit<ShopCount> {
  const { state, writes = [] } = outcome;
  const lead: Change<ShopCount> = {
    ...settle(delivery, outcome, now),
    ...(state === "parked" ? { count: "parked" } : {}),
  };
  return { ref: deliveryRef(delivery), writes: [lead, ...writes], counts: { events: 1 } };
}
