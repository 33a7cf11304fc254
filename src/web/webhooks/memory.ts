import { CertificateMemory } from "../../connectors/shops/paypal-certificate.ts";
import { Rate } from "../http/rate.ts";
import type { Recipient } from "./recipient.ts";

/** Time (ms) for which a recipient, or that there is none, is remembered: a stranger who asks often costs no read. */
const KEPT_MS = 10_000;
/** A signature that does not fit has the recipient read again, unless it was read within this time (ms): a secret may be new. */
const FRESH_MS = 1_000;
const MOST_KEPT = 1_000;

/** What the endpoints of shops keep from one request to the next, in a process. Values only. */
export class WebhookMemory {
  readonly certificates = new CertificateMemory();
  /** Lines of the log about refusals, by reason. */
  readonly lines = new Rate();
  /** Calls to providers about signatures, by client. */
  readonly calls = new Rate();
  readonly #recipients = new Map<string, { readonly at: number; readonly recipient: Recipient | null }>();

  /** Undefined: not known. @param fresh nothing that was read longer than a second ago */
  recipient(name: string, now: number, fresh: boolean): Recipient | null | undefined {
    const known = this.#recipients.get(name);
    const age = now - (known?.at ?? 0);
    return known && age >= 0 && age < (fresh ? FRESH_MS : KEPT_MS) ? known.recipient : undefined;
  }

  keep(name: string, recipient: Recipient | null, now: number): void {
    this.#recipients.delete(name);
    for (const first of this.#recipients.keys()) {
      if (this.#recipients.size < MOST_KEPT) break;
      this.#recipients.delete(first);
    }
    this.#recipients.set(name, { at: now, recipient });
  }
}
