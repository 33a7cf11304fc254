import { isHtmlBody } from "../../control/mail-body.ts";
import { ANSWER_TIMEOUT_MS, type Clock, within } from "../clock.ts";
import { isMailbox } from "./address.ts";
import { oneLine } from "./message.ts";
import type { MailResult, MailRoute, MailTransport } from "./transport.ts";

/** The part of a Worker's `send_email` binding that we use (Cloudflare Email Service, Workers API; public beta since 2026-04-16). */
export interface EmailBinding {
  send(message: {
    readonly from: { readonly email: string; readonly name: string } | string;
    readonly to: string;
    readonly subject: string;
    readonly text?: string;
    readonly html?: string;
    readonly headers: Readonly<Record<string, string>>;
  }): Promise<{ readonly messageId: string }>;
}

/** What the documented error codes mean for a mail. A code that is not here leaves its fate open. */
const verdicts: Readonly<Record<string, Exclude<MailResult["state"], "sent" | "unknown">>> = {
  E_VALIDATION_ERROR: "refused",
  E_FIELD_MISSING: "refused",
  E_TOO_MANY_RECIPIENTS: "refused",
  E_RECIPIENT_NOT_ALLOWED: "refused",
  E_RECIPIENT_SUPPRESSED: "refused",
  E_CONTENT_TOO_LARGE: "refused",
  E_DELIVERY_FAILED: "refused",
  E_HEADER_NOT_ALLOWED: "refused",
  E_HEADER_VALUE_INVALID: "refused",
  E_HEADER_VALUE_TOO_LONG: "refused",
  E_SENDER_NOT_VERIFIED: "denied",
  E_SENDER_DOMAIN_NOT_AVAILABLE: "denied",
  E_RATE_LIMIT_EXCEEDED: "unavailable",
  E_DAILY_LIMIT_EXCEEDED: "unavailable",
};

/**
 * Mail through Cloudflare Email Service (handbook, rules: mail). The service writes Date and Message-ID itself and refuses
 * ours, so our identifier goes into `X-Minutehand-Message`. It has no idempotency key: a call that ends neither in an
 * answer nor in a documented refusal leaves the mail's fate `unknown`.
 */
export function cloudflareMailTransport(
  config: MailRoute,
  binding: EmailBinding,
  ports: { readonly clock: Clock; readonly spend: (calls: number) => void },
): MailTransport {
  const { address, name } = config.from;
  return {
    async send(mail) {
      if (!isMailbox(mail.to)) return { state: "refused", message: "The address is not an e-mail address" };
      ports.spend(1);
      const message = {
        from: name ? { email: address, name: oneLine(name) } : address,
        to: config.redirectTo ?? mail.to,
        subject: oneLine(mail.subject),
        ...(isHtmlBody(mail.body) ? { html: mail.body } : { text: mail.body }),
        headers: {
          "X-Minutehand-Message": mail.messageId,
          ...(config.redirectTo === null ? {} : { "X-Original-To": mail.to }),
        },
      };
      try {
        const { messageId } = await within(ports.clock, ANSWER_TIMEOUT_MS, binding.send(message));
        return { state: "sent", providerMessageId: messageId, at: ports.clock.now() };
      } catch (error) {
        return judgeError(error);
      }
    },
    async close() {
      // The binding keeps nothing open.
    },
  };
}

function judgeError(error: unknown): MailResult {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const words = error instanceof Error ? error.message : String(error);
  const message = `Cloudflare Email Service: ${oneLine(code === "" ? words : `${code} ${words}`).slice(0, 300)}`;
  return { state: verdicts[code] ?? "unknown", message };
}
