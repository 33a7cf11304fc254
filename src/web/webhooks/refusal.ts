/** Why a delivery is refused; each has a status and a line in the log of its own. */
export const refusals = {
  missing_header: { status: 400, words: "a header of the signature is missing" },
  empty_body: { status: 400, words: "it has no body" },
  wrong_signature: { status: 401, words: "the signature is wrong" },
  unknown_client: { status: 401, words: "no active client with such a connector has this key" },
  wrong_shop: { status: 401, words: "it names another shop than the connector" },
  wrong_mode: { status: 401, words: "its certificate is not of the connector's mode" },
  certificate_host: { status: 403, words: "its certificate is not at an address of PayPal's" },
  certificate_expired: { status: 403, words: "its certificate has expired, or is not good yet" },
  too_large: { status: 413, words: "the body is too large" },
  not_json: { status: 422, words: "the body is no JSON, or lacks what names the delivery" },
  not_judged: { status: 503, words: "PayPal did not say whether the signature is good" },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly words: string }>>;
export type RefusalReason = keyof typeof refusals;

/** A delivery is refused, and nothing of it was stored. */
export class Refused extends Error {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason) {
    super(refusals[reason].words);
    this.reason = reason;
  }
}
