import type { z } from "zod";
import { webhookConfig, webhookSecret } from "./kinds/http.ts";
import { cloudflareEmailConfig, mailSecret, smtpConfig } from "./kinds/mail.ts";

/** A way to make a connector: its kind and, where a kind has several transports, which one. */
export interface ConnectorVariant {
  /** Stands in addresses. */
  readonly id: string;
  /** `connectors.kind`. */
  readonly kind: string;
  /** What it is called. */
  readonly label: string;
  /** What it is for. */
  readonly summary: string;
  /** `connectors.config`. A literal in it is given by the variant itself. */
  readonly config: z.ZodObject;
  /** The sealed `connectors.secret_enc`, as JSON; null: it has none. */
  readonly secret: z.ZodObject | null;
}

/** Every connector that this release can use. */
export const connectorVariants: readonly ConnectorVariant[] = [
  {
    id: "smtp",
    kind: "mail",
    label: "E-mail by SMTP",
    summary: "Hands mails to a mail server. Without user and password it does not log in",
    config: smtpConfig,
    secret: mailSecret,
  },
  {
    id: "cf_email",
    kind: "mail",
    label: "E-mail by Cloudflare",
    summary: "Hands mails to Cloudflare Email Service, through the EMAIL binding of this installation",
    config: cloudflareEmailConfig,
    secret: null,
  },
  {
    id: "webhook",
    kind: "webhook",
    label: "Webhook",
    summary: "Signs requests of HttpRequest jobs to the client's own systems. A job names the connector by its name",
    config: webhookConfig,
    secret: webhookSecret,
  },
];

/** The variant of a stored connector; null when this release does not know it. */
export function variantOf(kind: string, config: unknown): ConnectorVariant | null {
  const transport = typeof config === "object" && config !== null && "transport" in config ? config.transport : null;
  const fitting = connectorVariants.filter((one) => one.kind === kind);
  return fitting.find(({ id }) => id === transport) ?? (fitting.length === 1 ? (fitting[0] ?? null) : null);
}
