import { describe, expect, it, onTestFinished } from "vitest";
import { mailConfig, type SmtpConfig } from "../../../src/connectors/kinds/mail.ts";
import { openSmtp } from "../../../src/connectors/mail/smtp.ts";
import { smtpTransport } from "../../../src/connectors/mail/smtp-transport.ts";
import type { MailTransport } from "../../../src/connectors/mail/transport.ts";
import { VirtualClock } from "../../harness/clock.ts";
import { freshMailServer } from "../../harness/mail/mail.ts";
import { nodeConnect } from "../../harness/socket.ts";
import { type Answer, type RawServer, rawServer } from "./raw-server.ts";
import { describeSmtp } from "./smtp-cases.ts";

describeSmtp(nodeConnect());

const login = { user: "office", password: "s3crét-pass" };
const mail = { to: "ada@example.com", subject: "Welcome", body: "Hello Ada", messageId: "1.17.m" };

function transportTo(
  port: number,
  config: Partial<SmtpConfig> = {},
  secret: typeof login | null = null,
): MailTransport {
  const full = mailConfig.parse({
    transport: "smtp",
    host: "localhost",
    port,
    secure: "none",
    from: { address: "office@example.org" },
    ...config,
  }) as SmtpConfig;
  const ports = { connect: nodeConnect(), clock: new VirtualClock(0), spend: () => undefined };
  const transport = smtpTransport(full, secret, ports);
  onTestFinished(() => transport.close());
  return transport;
}

async function scene(
  answers: Record<string, Answer>,
  config: Partial<SmtpConfig> = {},
  secret: typeof login | null = null,
): Promise<{ server: RawServer; transport: MailTransport }> {
  const server = await rawServer(answers);
  return { server, transport: transportTo(server.port, config, secret) };
}

describe("what an answer means for the mail", () => {
  it.each<[string, Record<string, Answer>, object]>([
    ["554 as greeting", { greeting: "554 No service" }, { state: "unavailable" }],
    ["nonsense as greeting", { greeting: "HTTP/1.1 400 Bad Request" }, { state: "unavailable" }],
    ["a hang-up as greeting", { greeting: null }, { state: "unavailable" }],
    ["502 to EHLO", { EHLO: "502 No" }, { state: "unavailable" }],
    ["421 to MAIL", { MAIL: "421 Busy" }, { state: "unavailable" }],
    ["452 to MAIL", { MAIL: "452 Full" }, { state: "unavailable" }],
    ["530 to MAIL", { MAIL: "530 Log in" }, { state: "denied" }],
    ["550 to MAIL", { MAIL: "550 Not this sender" }, { state: "denied" }],
    ["552 to MAIL", { MAIL: "552 Too large" }, { state: "refused" }],
    ["a hang-up at MAIL", { MAIL: null }, { state: "unavailable" }],
    ["421 to RCPT", { RCPT: "421 Busy" }, { state: "unavailable", begun: true }],
    ["450 to RCPT", { RCPT: "450 Later" }, { state: "refused", temporary: true }],
    ["550 to RCPT", { RCPT: "550 Nobody" }, { state: "refused" }],
    ["530 to RCPT", { RCPT: "530 Log in" }, { state: "denied" }],
    ["a hang-up at RCPT", { RCPT: null }, { state: "unavailable", begun: true }],
    ["two answers to RCPT", { RCPT: "250 Ok\r\n250 Ok" }, { state: "unavailable", begun: true }],
    ["451 to DATA", { DATA: "451 Later" }, { state: "refused", temporary: true }],
    ["554 to DATA", { DATA: "554 No" }, { state: "refused" }],
    ["250 to DATA", { DATA: "250 What?" }, { state: "unavailable", begun: true }],
    ["a hang-up at DATA", { DATA: null }, { state: "unavailable", begun: true }],
    ["451 to the mail", { ".": "451 Later" }, { state: "refused", temporary: true }],
    ["552 to the mail", { ".": "552 Too large" }, { state: "refused" }],
    ["421 to the mail", { ".": "421 Going down" }, { state: "unknown" }],
    ["354 to the mail", { ".": "354 Go on" }, { state: "unknown" }],
    ["nonsense to the mail", { ".": "OK" }, { state: "unknown" }],
    ["two codes in one answer to the mail", { ".": "250-Ok\r\n550 No" }, { state: "unknown" }],
    ["a hang-up after the mail", { ".": null }, { state: "unknown" }],
    ["250 to the mail", {}, { state: "sent", providerMessageId: "Ok: queued as 4F2A" }],
    ["250 without words to the mail", { ".": "250" }, { state: "sent", providerMessageId: null }],
  ])("%s", async (_, answers, expected) => {
    const { transport } = await scene(answers);
    const result = await transport.send(mail);
    expect(result).toMatchObject(expected);
    if (!("begun" in expected)) expect(result).not.toHaveProperty("begun");
    if (!("temporary" in expected)) expect(result).not.toHaveProperty("temporary");
  });

  it.each<[string, Record<string, Answer>, string]>([
    ["535 to AUTH", { AUTH: "535 No" }, "denied"],
    ["454 to AUTH", { AUTH: "454 Later" }, "unavailable"],
    ["a hang-up at AUTH", { AUTH: null }, "unavailable"],
    ["a server that knows neither PLAIN nor LOGIN", { EHLO: "250-x\r\n250 AUTH XOAUTH2" }, "denied"],
  ])("%s", async (_, answers, state) => {
    const { server, transport } = await scene(answers, {}, login);
    expect((await transport.send(mail)).state).toBe(state);
    expect(server.said.flat().filter((line) => line.startsWith("AUTH")).length).toBeLessThanOrEqual(1);
    expect(server.mails).toEqual([]);
  });
});

describe("a login", () => {
  const encoded = (text: string) => Buffer.from(text, "utf8").toString("base64");

  it("is PLAIN in UTF-8 where the server offers it", async () => {
    const { server, transport } = await scene({}, {}, login);
    expect((await transport.send(mail)).state).toBe("sent");
    expect(server.said[0]?.[1]).toBe(`AUTH PLAIN ${encoded("\0office\0s3crét-pass")}`);
  });

  it.each<[string, Record<string, Answer>]>([
    ["offers nothing else", { EHLO: "250-x\r\n250 AUTH LOGIN CRAM-MD5", AUTH: "334 VXNlcm5hbWU6" }],
    ["offers it the old way", { EHLO: "250-x\r\n250 AUTH=LOGIN", AUTH: "334 VXNlcm5hbWU6" }],
    ["takes PLAIN back", { AUTH: ["504 Not that one", "334 VXNlcm5hbWU6"] }],
  ])("is LOGIN where the server %s", async (_, answers) => {
    const { server, transport } = await scene({ ...answers, other: ["334 UGFzc3dvcmQ6", "235 Welcome"] }, {}, login);
    expect((await transport.send(mail)).state).toBe("sent");
    expect(server.said[0]).toContain(encoded(login.user));
    expect(server.said[0]).toContain(encoded(login.password));
  });

  it("is kept out of what a server says about it", async () => {
    const { transport } = await scene({ AUTH: "535 The password s3crét-pass is wrong" }, {}, login);
    const result = await transport.send(mail);
    expect(result).toMatchObject({
      state: "denied",
      message: expect.stringContaining("535 The password *** is wrong"),
    });
  });
});

describe("a conversation", () => {
  it("reads answers of several lines that come in pieces", async () => {
    const { server, transport } = await scene({ greeting: "220-raw.example\r\n220-takes mail\r\n220 for all" });
    expect((await transport.send(mail)).state).toBe("sent");
    expect(server.said[0]?.slice(0, 4)).toEqual([
      "EHLO [127.0.0.1]",
      "MAIL FROM:<office@example.org>",
      "RCPT TO:<ada@example.com>",
      "DATA",
    ]);
  });

  it("stops at an answer without an end", async () => {
    const { transport } = await scene({ greeting: "220-x\r\n".repeat(20_000) });
    expect((await transport.send(mail)).state).toBe("unavailable");
  });

  it("takes nothing over TLS that came before TLS", async () => {
    const { server, transport } = await scene(
      { EHLO: "250-x\r\n250 STARTTLS", STARTTLS: "220 Go\r\n250-x\r\n250 AUTH PLAIN" },
      { secure: "starttls" },
      login,
    );
    expect((await transport.send(mail)).state).toBe("unavailable");
    expect(server.said.flat().some((line) => line.startsWith("AUTH"))).toBe(false);
  });

  it("is opened anew, once, when the kept connection is dead before a mail was begun", async () => {
    const { server, transport } = await scene({});
    expect((await transport.send(mail)).state).toBe("sent");
    server.hangUp();
    expect((await transport.send(mail)).state).toBe("sent");
    expect(server.said).toHaveLength(2);
    expect(server.mails).toHaveLength(2);
  });

  it("is opened anew when the server has had enough mails on one connection", async () => {
    const { server, transport } = await scene({ MAIL: ["250 Ok", "421 Too many mails", "250 Ok"] });
    expect((await transport.send(mail)).state).toBe("sent");
    expect((await transport.send(mail)).state).toBe("sent");
    expect(server.said).toHaveLength(2);
  });

  it("is not opened a third time", async () => {
    const { server, transport } = await scene({ MAIL: ["250 Ok", "421 Busy"] });
    expect((await transport.send(mail)).state).toBe("sent");
    expect((await transport.send(mail)).state).toBe("unavailable");
    expect(server.said).toHaveLength(2);
  });

  it("ends with QUIT", async () => {
    const { server, transport } = await scene({});
    await transport.send(mail);
    await transport.close();
    expect(server.said[0]?.at(-1)).toBe("QUIT");
  });

  it("refuses content in which a server could find a second mail", async () => {
    const server = await rawServer();
    const session = await openSmtp(
      { host: "localhost", port: server.port, secure: "none", login: null },
      { connect: nodeConnect(), clock: new VirtualClock(0), timeoutMs: 20_000 },
    );
    const envelope = { from: "a@example.com", to: "b@example.com", utf8: false };
    await expect(session.submit(envelope, "x\n.\nMAIL FROM:<eve@example.com>\r\n")).rejects.toThrow(TypeError);
    await session.close();
    expect(server.mails).toEqual([]);
  });

  it("does not go on with a certificate for another name", async () => {
    for (const secure of ["tls", "starttls"] as const) {
      const server = await freshMailServer({ secure, credentials: login });
      const result = await transportTo(server.port, { secure, host: "127.1" }, login).send(mail);
      expect(result).toMatchObject({ state: "unavailable", message: expect.stringContaining("certificate") });
      expect((await server.traffic()).logins).toBe(0);
    }
  });
});

describe("what the server can do", () => {
  it("decides about large mails before they are begun", async () => {
    const { server, transport } = await scene({ EHLO: "250-x\r\n250 SIZE 2000" });
    expect(await transport.send({ ...mail, body: "x".repeat(3000) })).toMatchObject({
      state: "refused",
      message: expect.stringContaining("2000"),
    });
    expect((await transport.send(mail)).state).toBe("sent");
    expect(server.said[0]?.filter((line) => line.startsWith("MAIL"))).toHaveLength(1);
  });

  it("decides about addresses outside ASCII", async () => {
    const plain = await scene({});
    expect(await plain.transport.send({ ...mail, to: "jörg@example.com" })).toMatchObject({ state: "refused" });
    const utf8 = await scene({ EHLO: "250-x\r\n250-8BITMIME\r\n250 SMTPUTF8" });
    expect(await utf8.transport.send({ ...mail, to: "jörg@example.com" })).toMatchObject({ state: "sent" });
    expect(utf8.server.said[0]).toContain("MAIL FROM:<office@example.org> SMTPUTF8");
    expect(utf8.server.said[0]).toContain("RCPT TO:<jörg@example.com>");
    expect((await utf8.transport.send(mail)).state).toBe("sent");
    expect(utf8.server.said[0]).toContain("MAIL FROM:<office@example.org>");
  });
});
