import { z } from "zod";
import { headerProblem } from "../outbound/request-header.ts";
import { SECRET_BYTES, signingKey } from "../webhook/signature.ts";

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  message: "is no origin; write one like https://erp.example.com, without a path",
});

/** `connectors.config` of kind `webhook`. */
export const webhookConfig = z.strictObject({
  origins: z
    .array(origin)
    .max(20)
    .default([])
    .describe("The only origins that its requests may go to; empty: any. Needed where the secret has headers"),
});
export type WebhookConfig = z.output<typeof webhookConfig>;

/**
 * The sealed `connectors.secret_enc` of kind `webhook`: JSON of this. `signing` are secrets of Standard Webhooks; with several
 * of them (an exchange) each request carries a signature by each. `headers` go with each request as they are: an
 * `Authorization`, an API key.
 */
export const webhookSecret = z.strictObject({
  signing: z
    .array(
      z.string().refine((text) => signingKey(text) !== null, {
        message: `is no signing secret; write whsec_ and ${SECRET_BYTES.least} to ${SECRET_BYTES.most} bytes in base64`,
      }),
    )
    .max(5)
    .default([])
    .describe("Secrets of Standard Webhooks, whsec_ and base64; several while one is exchanged for another"),
  headers: z
    .record(z.string(), z.string().min(8, "is too short to be a secret").max(4096))
    .default({})
    .superRefine((headers, context) => {
      for (const [name, value] of Object.entries(headers)) {
        const problem = headerProblem(name, value, { secret: true });
        if (problem) context.addIssue({ code: "custom", path: [name], message: problem });
      }
    })
    .describe('Headers that go with each request, as a JSON object such as {"Authorization": "Bearer …"}'),
});
export type WebhookSecret = z.output<typeof webhookSecret>;
