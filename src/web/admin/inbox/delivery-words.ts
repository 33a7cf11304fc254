import type { DeliveryProof, DeliveryState, WebhookProvider } from "../../../learning/webhooks/delivery.ts";
import type { English } from "../../words/text.ts";

/** What states are called. */
export const stateWords = {
  new: "waits",
  processing: "being processed",
  parked: "parked",
  failed: "failed",
  done: "done",
  ignored: "ignored",
} as const satisfies Record<DeliveryState, English>;

/** The marks of states that say the same. */
export const stateMarks = {
  new: "queued",
  processing: "running",
  parked: "partial",
  failed: "failed",
  done: "ok",
  ignored: "no_action",
} as const satisfies Record<DeliveryState, string>;

/** How deliveries were proved. */
export const proofWords = {
  secret: "proved with the client secret",
  former_secret: "proved with the former client secret, within an hour of its change",
  certificate: "proved by PayPal's certificate",
  call: "proved by a call to PayPal",
  own: "none: a job found it",
} as const satisfies Record<DeliveryProof, English>;

/** Providers by their own names. */
export const providerNames: Readonly<Record<WebhookProvider, string>> = {
  shopify: "Shopify",
  paypal: "PayPal",
  lti: "LTI",
  goto: "GoTo",
  webex: "Webex",
};

/** What the codes of a delivery's error mean; what follows a colon are the order's line and numbers. */
const codeWords = {
  extra_quantity: "More was bought of a course than one person can use.",
  already_registered: "The person is registered there already.",
  full: "The course is full and has no waiting list.",
  not_available: "The course cannot be booked now.",
  prerequisites: "The person lacks what the course asks for.",
  started: "The person has begun the course already.",
  partial_refund: "Only a part was refunded.",
  amount_refund: "An amount was refunded, and no line of the order.",
  refund_pending: "The refund is not paid out yet.",
  order_unknown: "The order is not known here.",
  needs_person: "It is not clear whose order it is: no active person, or several, have its address.",
  amount_mismatch: "Amount or currency is not that of the order.",
  by_hand: "An administrator put it aside.",
} as const satisfies Readonly<Record<string, English>>;

/** What a code means; null: nothing is known of it. */
export function meaningOf(code: string): English | null {
  const [name = ""] = code.split(":");
  return (codeWords as Readonly<Record<string, English>>)[name] ?? null;
}
