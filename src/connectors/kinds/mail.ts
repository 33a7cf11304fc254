import { z } from "zod";
import { ANSWER_TIMEOUT_MS } from "../clock.ts";
import { bad, type ConnectorKind, type Finding, good, type Watch, wrong } from "../kind.ts";
import { isMailbox } from "../mail/address.ts";
import { cloudflareMailTransport } from "../mail/cloudflare.ts";
import { oneLine } from "../mail/message.ts";
import { openSmtp } from "../mail/smtp.ts";
import { SmtpError, type SmtpPhase } from "../mail/smtp-channel.ts";
import { smtpTransport } from "../mail/smtp-transport.ts";
import type { MailTransport } from "../mail/transport.ts";
import { isLoopback } from "../outbound/ip-address.ts";
import type { ConnectorPorts } from "../ports.ts";
import { ConnectorInvalidError, type StoredConnector, validate } from "../stored.ts";

/** One mailbox, ready to be written into an envelope: no name, no comment, no line break. */
const mailbox = z
  .string()
  .max(254)
  .refine(isMailbox, { message: "is not an e-mail address; write one like office@example.com" });

const sender = z.strictObject({
  address: mailbox.describe("Sender of every mail; the server must let this account use it"),
  name: z.string().max(100).optional().describe("Name shown beside the address"),
});

const redirectTo = mailbox
  .nullable()
  .default(null)
  .describe("Trial clients: every mail leaves for this address instead; the real one stands in X-Original-To");

/** SMTP submission (RFC 6409). */
export const smtpConfig = z
  .strictObject({
    transport: z.literal("smtp"),
    host: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[A-Za-z0-9.:_-]+$/, "is not a host name or address; write one like smtp.example.com")
      .describe("Name or address of the mail server"),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .refine((port) => port !== 25, {
        message: "25 is for mail between servers and is blocked at the edge; use 465 (tls) or 587 (starttls)",
      })
      .describe("465 for tls, 587 for starttls"),
    secure: z
      .enum(["tls", "starttls", "none"])
      .default("tls")
      .describe("tls from the first byte, starttls (never silently without), or none for a server on this machine"),
    from: sender,
    redirectTo,
  })
  .superRefine((config, context) => {
    if (config.secure !== "none" || isLoopback(config.host)) return;
    context.addIssue({
      code: "custom",
      path: ["secure"],
      message: "none would send mail and password readable; use tls or starttls, unless the server is on this machine",
    });
  });

/** Cloudflare Email Service through the Worker's `EMAIL` binding. */
export const cloudflareEmailConfig = z.strictObject({ transport: z.literal("cf_email"), from: sender, redirectTo });

/** `connectors.config` of kind `mail` (handbook, rules: mail). */
export const mailConfig = z.discriminatedUnion("transport", [smtpConfig, cloudflareEmailConfig]);
export type MailConfig = z.output<typeof mailConfig>;
export type SmtpConfig = Extract<MailConfig, { transport: "smtp" }>;

/**
 * The sealed `connectors.secret_enc` of kind `mail`: JSON of this. A connector without a secret does not log in (a relay
 * on this machine).
 */
export const mailSecret = z.strictObject({
  user: z.string().min(1).max(320).describe("Account that sends the mails"),
  password: z.string().min(1).max(1024).describe("Its password, or one made for this purpose"),
});
export type MailSecret = z.output<typeof mailSecret>;

const NO_BINDING = "This installation has no EMAIL binding; add it to the Worker, or use SMTP";

/** E-mail by SMTP submission or Cloudflare Email Service (handbook, rules: mail). */
export const mail: ConnectorKind<MailTransport> = {
  kind: "mail",
  variants: [
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
  ],

  open(connector, ports, watch) {
    const { config, secret } = checked(connector);
    if (config.transport === "cf_email" && !ports.email) throw new ConnectorInvalidError("mail", NO_BINDING);
    const transport =
      config.transport === "smtp"
        ? smtpTransport(config, secret, ports)
        : cloudflareMailTransport(config, ports.email as NonNullable<ConnectorPorts["email"]>, ports);
    watch.atEnd(() => transport.close());
    return watched(transport, watch);
  },

  async trial(connector, ports) {
    const { config, secret } = checked(connector);
    if (config.transport === "smtp") return await trySmtp(ports, config, secret);
    if (!ports.email) return bad(NO_BINDING, { state: null, error: "no EMAIL binding" });
    const words =
      "The EMAIL binding is there. It can be tried by sending a mail only, so whether it sends was not tried";
    return { ok: true, lines: [good(words)], health: null };
  },
};

function checked({ config, secret }: StoredConnector): { config: MailConfig; secret: MailSecret | null } {
  return {
    config: validate("mail", "config", mailConfig, config),
    secret: secret === null ? null : validate("mail", "secret", mailSecret, secret),
  };
}

/** Notes what a mail transport's results say about the connector itself. */
function watched(transport: MailTransport, { note }: Watch): MailTransport {
  return {
    async send(message) {
      const result = await transport.send(message);
      if (result.state === "sent" || result.state === "refused") note({ state: "ok", error: null });
      else note({ state: result.state === "denied" ? "reauth_required" : null, error: result.message });
      return result;
    },
    close: () => transport.close(),
  };
}

/** What was reached before a phase, in words. */
function reached(config: SmtpConfig, secret: MailSecret | null, until: SmtpPhase | null) {
  const { host, port, secure } = config;
  const encrypted = good("The connection is encrypted, and the certificate fits the name");
  const steps: readonly (readonly [SmtpPhase, readonly ReturnType<typeof good>[]])[] = [
    ["connect", [good(`Connected to ${host}:${port}`)]],
    ["greeting", secure === "tls" ? [encrypted] : []],
    ["hello", [good("The server answered our greeting (EHLO)")]],
    ["tls", secure === "starttls" ? [encrypted] : []],
    ["login", [secret ? good(`Logged in as ${secret.user}`) : good("No secret is set, so no login was tried")]],
  ];
  const end = until === null ? steps.length : steps.findIndex(([phase]) => phase === until);
  return steps.slice(0, Math.max(end, 0)).flatMap(([, lines]) => lines);
}

const remedies: Partial<Record<SmtpPhase, (config: SmtpConfig) => string>> = {
  connect: ({ host, port }) => `No connection to ${host}:${port}. Check name, port and encryption`,
  greeting: () => "The server did not greet us. Check port and encryption",
  hello: () => "The server refused our greeting (EHLO)",
  tls: () => "The connection could not be encrypted. Check port, encryption and certificate",
  login: () => "The server refused the login. Check user and password",
};

async function trySmtp(ports: ConnectorPorts, config: SmtpConfig, secret: MailSecret | null): Promise<Finding> {
  const { host, port, secure } = config;
  const clean = (text: string) => {
    const line = oneLine(text).slice(0, 300);
    return secret ? line.replaceAll(secret.password, "***") : line;
  };
  try {
    const session = await openSmtp(
      { host, port, secure, login: secret },
      { connect: ports.connect, clock: ports.clock, timeoutMs: ANSWER_TIMEOUT_MS },
    );
    await session.close();
    const lines = [...reached(config, secret, null), good("No mail was sent")];
    return { ok: true, lines, health: { state: "ok", error: null } };
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    const said = clean(error.message);
    const remedy = remedies[error.phase]?.(config) ?? `It ended at ${error.phase}`;
    const denied = error.phase === "login" && error.fault === "refused";
    return {
      ok: false,
      lines: [...reached(config, secret, error.phase), wrong(remedy), wrong(`The answer was: ${said}`)],
      health: { state: denied ? "reauth_required" : null, error: `${host}:${port}: ${said}` },
    };
  }
}
