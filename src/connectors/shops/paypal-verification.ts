import { z } from "zod";
import type { PayPalAccount } from "../kinds/paypal.ts";
import type { PayPalTransmission } from "./paypal-signature.ts";

/** Time (ms) that PayPal has to say whether a signature is good. */
const CALL_MS = 5_000;

const verified = z.object({ verification_status: z.string() });

/**
 * Asks PayPal whether a delivery is its own (`verify-webhook-signature`). The body goes into the request as the text that came: written
 * anew it would no longer be what was signed.
 *
 * @param text the body, JSON
 * @throws as `Api.json`
 */
export async function isVerifiedByCall(
  { api, config }: PayPalAccount,
  { id, time, signature, certificateUrl, algorithm }: PayPalTransmission,
  text: string,
): Promise<boolean> {
  const rest = JSON.stringify({
    auth_algo: algorithm,
    cert_url: certificateUrl,
    transmission_id: id,
    transmission_sig: signature,
    transmission_time: time,
    webhook_id: config.webhookId,
  });
  const answer = await api.json(
    {
      path: "v1/notifications/verify-webhook-signature",
      method: "POST",
      json: `${rest.slice(0, -1)},"webhook_event":${text}}`,
      repeatable: false,
      timeoutMs: CALL_MS,
    },
    verified,
  );
  return answer.verification_status === "SUCCESS";
}
