import { columns, type RowOf } from "../../store/select.ts";
import { webhookEvents } from "../schema/commerce.ts";

/** Who sends deliveries. */
export type WebhookProvider = (typeof webhookEvents.$inferSelect)["provider"];

/** The states of a delivery, in the order of its life. */
export const deliveryStates = ["new", "processing", "parked", "failed", "done", "ignored"] as const;
/**
 * - `new`: waits for its processor
 * - `processing`: a call to the provider is under way
 * - `parked`: something of it is left for an administrator; `error` has the codes
 * - `failed`: its processor could not deal with it, however often it tried
 * - `done`, `ignored`: over
 */
export type DeliveryState = (typeof deliveryStates)[number];

/** The topic of a note of our own, where an order needs someone and its provider has told nothing of it. */
export const ORDER_CHECKED = "order.checked";

/** States in which an administrator should look at a delivery. */
export const attentionStates = ["parked", "failed"] as const satisfies readonly DeliveryState[];

/** How a delivery was proved. */
export type DeliveryProof = NonNullable<(typeof webhookEvents.$inferSelect)["proof"]>;

/** A delivery whose signature was proved. */
export interface NewDelivery {
  readonly provider: WebhookProvider;
  /** The provider's key of this delivery; a repetition has the same. */
  readonly deliveryId: string;
  /** The provider's key of what happened, shared by several deliveries; null: it has none. */
  readonly eventId: string | null;
  readonly topic: string;
  /** Where it comes from: the shop's name, or ''. */
  readonly source: string;
  /** JSON, as it was sent. */
  readonly payload: string;
  /** Id of the order or object that it is about; null: it names none. */
  readonly subject: string | null;
  /** Default: not known. */
  readonly proof?: DeliveryProof;
}

/** The columns of {@link Delivery}. */
export const deliveryColumns = columns(
  webhookEvents,
  [
    "id",
    "provider",
    "deliveryId",
    "eventId",
    "topic",
    "source",
    "payload",
    "subject",
    "proof",
    "personId",
    "receivedAt",
    "processedAt",
    "state",
    "attempts",
    "error",
  ],
  "event",
);

/** A delivery as it is stored. Instants in ms. */
export type Delivery = RowOf<typeof deliveryColumns>;
