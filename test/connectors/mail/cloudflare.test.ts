import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { mailConfig } from "../../../src/connectors/kinds/mail.ts";
import { cloudflareMailTransport, type EmailBinding } from "../../../src/connectors/mail/cloudflare.ts";
import { VirtualClock } from "../../harness/clock.ts";

type Message = Parameters<EmailBinding["send"]>[0];
const mail = { to: "ada@example.com", subject: "Wel\r\ncome", body: "Hello", messageId: "1.17.m" };

function scene(answer: (message: Message) => Promise<{ messageId: string }>, config: object = {}) {
  const messages: Message[] = [];
  const clock = new VirtualClock(5000);
  const full = mailConfig.parse({
    transport: "cf_email",
    from: { address: "office@example.org", name: "The Office" },
    ...config,
  }) as Extract<z.output<typeof mailConfig>, { transport: "cf_email" }>;
  let calls = 0;
  const transport = cloudflareMailTransport(
    full,
    {
      send: (message) => {
        messages.push(message);
        return answer(message);
      },
    },
    {
      clock,
      spend: (count) => {
        calls += count;
      },
    },
  );
  return { transport, messages, clock, calls: () => calls };
}

/** The platform's binding cannot be had in a test: its local stand-in sends nothing and refuses nothing. */
describe("mail through Cloudflare Email Service", () => {
  it("hands over sender, recipient, subject, text and our identifier", async () => {
    const { transport, messages, calls } = scene(async () => ({ messageId: "cf-1" }));
    expect(await transport.send(mail)).toEqual({ state: "sent", providerMessageId: "cf-1", at: 5000 });
    expect(messages).toEqual([
      {
        from: { email: "office@example.org", name: "The Office" },
        to: "ada@example.com",
        subject: "Wel come",
        text: "Hello",
        headers: { "X-Minutehand-Message": "1.17.m" },
      },
    ]);
    expect(calls()).toBe(1);
  });

  it("hands over HTML as HTML", async () => {
    const { transport, messages } = scene(async () => ({ messageId: "cf-1" }));
    await transport.send({ ...mail, body: "\n<p>Hello</p>" });
    expect(messages[0]).toMatchObject({ html: "\n<p>Hello</p>" });
    expect(messages[0]).not.toHaveProperty("text");
  });

  it("sends to redirectTo with the real recipient in X-Original-To", async () => {
    const { transport, messages } = scene(async () => ({ messageId: "cf-1" }), { redirectTo: "trial@example.org" });
    await transport.send(mail);
    expect(messages[0]).toMatchObject({ to: "trial@example.org", headers: { "X-Original-To": "ada@example.com" } });
  });

  it("refuses what is not an address by itself", async () => {
    const { transport, messages } = scene(async () => ({ messageId: "cf-1" }));
    expect(await transport.send({ ...mail, to: "a@example.com, b@example.com" })).toMatchObject({ state: "refused" });
    expect(messages).toEqual([]);
  });

  it.each([
    ["E_RECIPIENT_SUPPRESSED", "refused"],
    ["E_VALIDATION_ERROR", "refused"],
    ["E_DELIVERY_FAILED", "refused"],
    ["E_SENDER_NOT_VERIFIED", "denied"],
    ["E_SENDER_DOMAIN_NOT_AVAILABLE", "denied"],
    ["E_RATE_LIMIT_EXCEEDED", "unavailable"],
    ["E_DAILY_LIMIT_EXCEEDED", "unavailable"],
    ["E_INTERNAL_SERVER_ERROR", "unknown"],
    ["E_SOMETHING_NEW", "unknown"],
    [undefined, "unknown"],
  ])("takes the error %s as %s", async (code, state) => {
    const { transport } = scene(async () => Promise.reject(Object.assign(new Error("No"), { code })));
    expect((await transport.send(mail)).state).toBe(state);
  });

  it("does not know after 20 seconds of silence", async () => {
    const { transport, clock } = scene(() => new Promise(() => undefined));
    const sending = transport.send(mail);
    await clock.advance(20_000);
    expect((await sending).state).toBe("unknown");
  });
});
