import { z } from "zod";
import { isLoopback, isMailbox } from "../mail/address.ts";

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

/** `connectors.config` of kind `mail` (spec 0.7). */
export const mailConfig = z.discriminatedUnion("transport", [smtpConfig, cloudflareEmailConfig]);
export type MailConfig = z.output<typeof mailConfig>;
export type SmtpConfig = Extract<MailConfig, { transport: "smtp" }>;
export type CloudflareEmailConfig = Extract<MailConfig, { transport: "cf_email" }>;

/**
 * The sealed `connectors.secret_enc` of kind `mail`: JSON of this. A connector without a secret does not log in (a relay
 * on this machine).
 */
export const mailSecret = z.strictObject({
  user: z.string().min(1).max(320).describe("Account that sends the mails"),
  password: z.string().min(1).max(1024).describe("Its password, or one made for this purpose"),
});
export type MailSecret = z.output<typeof mailSecret>;
