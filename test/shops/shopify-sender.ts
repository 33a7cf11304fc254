import { deliveryHeaders } from "../../src/demo/shop/signed-delivery.ts";

/** Retries of a delivery, and the time (ms) over which they are spread; each pause is twice the one before. */
const RETRIES = 8;
const RETRIED_FOR_MS = 4 * 3_600_000;

/** Time (ms) to the n-th retry, from 1. */
export const pauseBefore = (retry: number): number => (RETRIED_FOR_MS / (2 ** RETRIES - 1)) * 2 ** (retry - 1);

/** What becomes of a request: the status of its answer; null: there was none within five seconds, or the connection broke. */
export type Post = (body: string, headers: Record<string, string>) => Promise<number | null>;

/** How one delivery differs from a plain one. */
export interface Manner {
  /** When it is sent (ms). */
  readonly at: number;
  /** The merchant's action that it is about; deliveries of several topics share it. */
  readonly eventId: string;
  /** When the same bytes are sent again (ms), though they were taken. */
  readonly again?: readonly number[];
  /** What is sent again has an id of its own. */
  readonly changesId?: boolean;
}

interface Sending {
  readonly at: number;
  readonly order: number;
  readonly topic: string;
  readonly body: string;
  readonly deliveryId: string;
  readonly eventId: string;
  /** How often it was sent and not taken. */
  readonly failures: number;
  /** The id of its retries. */
  readonly retryId: string;
}

/**
 * The side of Shopify that sends webhooks, in virtual time: it signs the very bytes, takes no answer but 2xx for a success, sends a delivery
 * that was not taken eight times again within four hours, and deletes the subscription of a topic when even that has failed.
 */
export class ShopifySender {
  readonly #secret: string;
  readonly #shop: string;
  readonly #post: Post;
  #waiting: Sending[] = [];
  #made = 0;
  /** Topics whose subscription is deleted, with when (ms). */
  readonly unsubscribed = new Map<string, number>();
  /** Statuses of all answers; null: there was none. */
  readonly answers: { readonly at: number; readonly topic: string; readonly status: number | null }[] = [];

  constructor({ secret, shop, post }: { readonly secret: string; readonly shop: string; readonly post: Post }) {
    this.#secret = secret;
    this.#shop = shop;
    this.#post = post;
  }

  /** When the next delivery is to be sent (ms); null: none is. */
  get next(): number | null {
    return this.#waiting.length === 0 ? null : Math.min(...this.#waiting.map(({ at }) => at));
  }

  /** Has something told. @param body exactly what is sent */
  tell(topic: string, body: string, { at, eventId, again = [], changesId = false }: Manner): void {
    const first = this.#id();
    const add = (at: number, deliveryId: string, retryId: string) =>
      this.#waiting.push({ at, order: this.#made, topic, body, deliveryId, eventId, failures: 0, retryId });
    // Some retries were seen with another id.
    add(at, first, changesId ? this.#id() : first);
    for (const later of again) {
      const id = changesId ? this.#id() : first;
      add(later, id, id);
    }
  }

  /** Takes out what is to be sent up to an instant (ms), in the order of its time. */
  due(until: number): Sending[] {
    const due = this.#waiting.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at || a.order - b.order);
    this.#waiting = this.#waiting.filter(({ at }) => at > until);
    return due;
  }

  /** Sends a delivery, and sees to its retry. @param now ms */
  async send(sending: Sending, now: number): Promise<void> {
    const { topic, body, deliveryId, eventId, failures, retryId } = sending;
    if (this.unsubscribed.has(topic)) return;
    const status = await this.#post(body, this.#headers({ topic, body, deliveryId, eventId, at: now }));
    this.answers.push({ at: now, topic, status });
    if (status !== null && status >= 200 && status < 300) return;
    if (failures === RETRIES) {
      this.unsubscribed.set(topic, now);
      return;
    }
    const at = now + pauseBefore(failures + 1);
    this.#waiting.push({ ...sending, at, deliveryId: retryId, failures: failures + 1 });
  }

  #id(): string {
    this.#made += 1;
    return `b54557e4-bdd9-4b37-8a5f-${String(this.#made).padStart(12, "0")}`;
  }

  #headers(delivery: Parameters<typeof deliveryHeaders>[0]): Record<string, string> {
    const headers = deliveryHeaders(delivery, { secret: this.#secret, shop: this.#shop });
    // The case of their names is no promise.
    const isLower = this.answers.length % 2 === 1;
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [isLower ? name.toLowerCase() : name, value]),
    );
  }
}
