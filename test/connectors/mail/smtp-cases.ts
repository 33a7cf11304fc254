import { describe, expect, it, onTestFinished } from "vitest";
import { mailConfig, type SmtpConfig } from "../../../src/connectors/kinds/mail.ts";
import { smtpTransport } from "../../../src/connectors/mail/smtp-transport.ts";
import type { MailResult, MailTransport } from "../../../src/connectors/mail/transport.ts";
import type { Connect } from "../../../src/connectors/outbound/socket.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshMailServer, type TestMailServer } from "../../harness/mail/mail.ts";
import type { MailServerOptions } from "../../harness/mail/mail-server.ts";

const NOON = Date.UTC(2026, 5, 1, 12, 0, 0);
const login = { user: "office", password: "s3crét-pass" };

const mail = (to = "ada@example.com") => ({ to, subject: "Welcome", body: "Hello Ada", messageId: "1.17.m" });

interface Scene {
  readonly server: TestMailServer;
  readonly transport: MailTransport;
  readonly clock: VirtualClock;
}

/** The SMTP transport against a real server: run once in Node and once in workerd. */
export function describeSmtp(connect: Connect): void {
  async function scene(
    options: MailServerOptions = {},
    config: Partial<SmtpConfig> = {},
    secret: typeof login | null = options.credentials ?? null,
  ): Promise<Scene> {
    const server = await freshMailServer(options);
    const clock = new VirtualClock(NOON);
    const full = mailConfig.parse({
      transport: "smtp",
      host: "localhost",
      port: server.port,
      secure: options.secure ?? "none",
      from: { address: "office@example.org", name: "The Office" },
      ...config,
    }) as SmtpConfig;
    const transport = smtpTransport(full, secret, { connect, clock, spend: () => undefined });
    onTestFinished(() => transport.close());
    return { server, transport, clock };
  }

  describe("an SMTP connector", () => {
    it.each(["none", "starttls", "tls"] as const)("sends over %s", async (secure) => {
      const { server, transport } = await scene({ secure, credentials: login });
      const result = await transport.send(mail());
      expect(result).toMatchObject({ state: "sent", at: NOON });
      const { received } = await server.traffic(1);
      expect(received).toHaveLength(1);
      expect(received[0]).toMatchObject({
        from: "office@example.org",
        to: ["ada@example.com"],
        secure: secure !== "none",
        user: "office",
      });
    });

    it("says what the server called the mail", async () => {
      const { transport } = await scene();
      const result = await transport.send(mail());
      expect(result).toMatchObject({ state: "sent", providerMessageId: expect.stringMatching(/\S/) });
    });

    it("keeps its connection for the mails of a run", async () => {
      const { server, transport } = await scene({ credentials: login });
      for (let index = 0; index < 5; index += 1) await transport.send(mail(`p${index}@example.com`));
      const traffic = await server.traffic(5);
      expect(traffic.connections).toBe(1);
      expect(traffic.logins).toBe(1);
      expect(traffic.received.map(({ to }) => to[0])).toEqual([0, 1, 2, 3, 4].map((index) => `p${index}@example.com`));
    });

    it("is denied with a wrong password, and does not repeat the password", async () => {
      const { server, transport } = await scene({ credentials: login }, {}, { ...login, password: "wr0ng-pass" });
      const result = await transport.send(mail());
      expect(result.state).toBe("denied");
      expect(JSON.stringify(result)).not.toContain("wr0ng-pass");
      expect((await server.traffic()).received).toEqual([]);
    });

    it("is denied by a server that wants a login when it has none", async () => {
      const { transport } = await scene({ credentials: login }, {}, null);
      expect((await transport.send(mail())).state).toBe("denied");
    });

    it("is denied by a server that offers no login when it has one", async () => {
      const { transport } = await scene({}, {}, login);
      expect(await transport.send(mail())).toMatchObject({ state: "denied", message: expect.stringContaining("AUTH") });
    });

    it("is denied by a server without STARTTLS, and says no password to it", async () => {
      const { server, transport } = await scene({ secure: "none", credentials: login }, { secure: "starttls" }, login);
      expect(await transport.send(mail())).toMatchObject({
        state: "denied",
        message: expect.stringContaining("STARTTLS"),
      });
      expect((await server.traffic()).logins).toBe(0);
    });

    it("is denied when the server refuses the sender", async () => {
      const { transport } = await scene({ rules: [{ nth: 1, verdict: "refuse-sender" }] });
      expect((await transport.send(mail())).state).toBe("denied");
    });

    it.each([
      ["a recipient for good", "refuse-recipient", { state: "refused" }],
      ["a recipient for now", "defer-recipient", { state: "refused", temporary: true }],
      ["the content", "refuse-content", { state: "refused" }],
    ] as const)(
      "has a mail refused when the server refuses %s, and goes on with the next",
      async (_, verdict, expected) => {
        const { server, transport } = await scene({ rules: [{ to: "no@example.com", verdict }] });
        expect(await transport.send(mail("no@example.com"))).toMatchObject(expected);
        expect(await transport.send(mail("yes@example.com"))).toMatchObject({ state: "sent" });
        const traffic = await server.traffic(1);
        expect(traffic.received.map(({ to }) => to)).toEqual([["yes@example.com"]]);
        expect(traffic.connections).toBe(1);
      },
    );

    it("is unavailable when the connection breaks before the mail was handed over, and can be used again", async () => {
      const { server, transport } = await scene({ rules: [{ nth: 1, verdict: "drop-before-data" }] });
      expect(await transport.send(mail())).toMatchObject({ state: "unavailable", begun: true });
      expect((await server.traffic()).received).toEqual([]);
      expect(await transport.send(mail())).toMatchObject({ state: "sent" });
    });

    it("does not know when the connection breaks between the final dot and the answer, and can be used again", async () => {
      const { server, transport } = await scene({ rules: [{ nth: 1, verdict: "drop-after-data" }] });
      expect(await transport.send(mail())).toMatchObject({ state: "unknown" });
      expect(await transport.send(mail("next@example.com"))).toMatchObject({ state: "sent" });
      const { received } = await server.traffic(2);
      expect(received.map(({ to }) => to[0])).toEqual(["ada@example.com", "next@example.com"]);
    });

    it("does not know when the server stays silent for 20 seconds after the final dot", async () => {
      const { server, transport, clock } = await scene({ rules: [{ verdict: "hold" }] });
      let result: MailResult | null = null;
      const sending = transport.send(mail()).then((one) => {
        result = one;
      });
      await server.traffic(1);
      await clock.advance(19_999);
      expect(result).toBeNull();
      await clock.advance(1);
      await sending;
      expect(result).toMatchObject({ state: "unknown", message: expect.stringContaining("20 s") });
    });

    it("is unavailable when no server listens", async () => {
      const { server, transport } = await scene();
      await server.stop();
      expect((await transport.send(mail())).state).toBe("unavailable");
    });

    it("is unavailable when the server greets with 421", async () => {
      const { transport } = await scene({ unavailable: true });
      expect(await transport.send(mail())).toMatchObject({ state: "unavailable" });
    });

    it.each([
      "ada@example.com\r\nBcc: eve@example.com",
      "ada@example.com>\r\nRCPT TO:<eve@example.com",
      "ada@example.com, eve@example.com",
      "Ada <ada@example.com>",
      "ada",
      "",
    ])("refuses the address %j without asking the server", async (address) => {
      const { server, transport } = await scene();
      expect(await transport.send(mail(address))).toMatchObject({ state: "refused" });
      expect((await server.traffic()).received).toEqual([]);
    });

    it("cannot be made to write a header by a subject", async () => {
      const { server, transport } = await scene();
      await transport.send({ ...mail(), subject: "Hi\r\nBcc: eve@example.com\r\n\r\nNot the body" });
      const { received } = await server.traffic(1);
      expect(received[0]).toMatchObject({ to: ["ada@example.com"], subject: "Hi Bcc: eve@example.com Not the body" });
      expect(received[0]?.raw).not.toMatch(/^Bcc:/m);
    });

    it.each([
      "Grüße aus Köln",
      "Добро пожаловать на курс по безопасности, который начинается завтра в девять часов утра",
      "欢迎参加安全培训课程 🎓 ".repeat(12).trim(),
      "=?UTF-8?B?not encoded by us?=",
      `${"long words ".repeat(30)}end`,
    ])("carries the subject %j unchanged on lines of at most 76 characters", async (subject) => {
      const { server, transport } = await scene();
      await transport.send({ ...mail(), subject });
      const { received } = await server.traffic(1);
      expect(received[0]?.subject).toBe(subject);
      const [head = ""] = (received[0]?.raw ?? "").split("\r\n\r\n");
      for (const line of head.split("\r\n")) expect(line.length).toBeLessThanOrEqual(76);
    });

    it.each([
      ["lines of dots", ".\n..\n.hidden\nmiddle . dot\n."],
      ["a lone dot that would end the mail", "before\r\n.\r\nMAIL FROM:<eve@example.com>"],
      ["every kind of line break", "one\ntwo\rthree\r\nfour"],
      ["long lines", "ä".repeat(5000)],
      ["spaces at the end of lines", "one \ntwo\t\nthree"],
      ["equals signs and control characters", "a=b=3D\u0000\u0007\u001b"],
      ["characters beyond the basic plane", "🎓🎓🎓 schön"],
      ["nothing", ""],
    ])("carries a body with %s unchanged", async (_, body) => {
      const { server, transport } = await scene();
      expect(await transport.send({ ...mail(), body })).toMatchObject({ state: "sent" });
      const { received } = await server.traffic(1);
      expect(received).toHaveLength(1);
      const expected = body.replace(/\r\n|\r|\n/g, "\r\n");
      const text = received[0]?.text?.replace(/\r\n|\r|\n/g, "\r\n") ?? "";
      expect(text.replace(/\r\n$/, "")).toBe(expected);
    });

    it("writes Date, Message-ID and the type of the body, and asks for no absence notes", async () => {
      const { server, transport } = await scene();
      await transport.send({ ...mail(), body: "<p>Hello</p>" });
      const { received } = await server.traffic(1);
      const raw = received[0]?.raw ?? "";
      expect(raw).toContain("\r\nDate: Mon, 01 Jun 2026 12:00:00 +0000\r\n");
      expect(raw).toContain("\r\nMessage-ID: <1.17.m@minutehand>\r\n");
      expect(raw).toContain("\r\nContent-Type: text/html; charset=utf-8\r\n");
      expect(raw).toContain("\r\nAuto-Submitted: auto-generated\r\n");
      expect(raw).toContain('From: "The Office" <office@example.org>\r\n');
    });

    it("sends everything to redirectTo, with the real recipient in X-Original-To", async () => {
      const { server, transport } = await scene({}, { redirectTo: "trial@example.org" });
      await transport.send(mail());
      const { received } = await server.traffic(1);
      expect(received[0]?.to).toEqual(["trial@example.org"]);
      expect(received[0]?.raw).toContain("\r\nTo: <trial@example.org>\r\n");
      expect(received[0]?.raw).toContain("\r\nX-Original-To: ada@example.com\r\n");
    });

    it("writes an international domain in ASCII", async () => {
      const { server, transport } = await scene();
      await transport.send(mail("ada@bücher.example"));
      const { received } = await server.traffic(1);
      expect(received[0]?.raw).toContain("\r\nTo: <ada@xn--bcher-kva.example>\r\n");
    });
  });
}
