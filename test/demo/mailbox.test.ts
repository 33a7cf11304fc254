import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { startDemoMailbox } from "../../src/demo/mailbox.ts";
import { mailboxAt } from "../../src/web/mailbox.ts";

const login = { user: "demo", password: "secret" };

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "minutehand-mailbox-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function mailbox(path: string) {
  const started = await startDemoMailbox({ folder: path, ...login, now: () => 1_700_000_000_000 });
  onTestFinished(() => started.stop());
  return {
    ...started,
    pages: mailboxAt(started.url, (url) => fetch(url, { headers: { authorization: `Bearer ${started.token}` } })),
  };
}

/** Talks SMTP line by line and returns the code of each answer that the server gave. */
async function talk(port: number, lines: readonly string[]): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  const codes: string[] = [];
  const waiting = [...lines];
  for await (const line of createInterface(socket)) {
    // "250-" announces more lines of the same answer.
    if (line[3] === "-") continue;
    codes.push(line.slice(0, 3));
    const next = waiting.shift();
    if (next === undefined) break;
    socket.write(`${next}\r\n`);
  }
  socket.destroy();
  return codes;
}

const plain = (password: string) => `AUTH PLAIN ${Buffer.from(`\0demo\0${password}`).toString("base64")}`;
const letter = (subject: string) =>
  [
    "From: a@north.example",
    "To: trial@south.example",
    "X-Original-To: ada@south.example",
    `Subject: ${subject}`,
    "",
    "Hello",
    ".",
  ].join("\r\n");
const dialogue = (subject: string) => [
  "EHLO test",
  plain(login.password),
  "MAIL FROM:<a@north.example>",
  "RCPT TO:<trial@south.example>",
  "DATA",
  letter(subject),
];

describe("the demo's mail server", () => {
  it("keeps what arrives and shows it to the pages, newest first", async () => {
    const { smtpPort, pages } = await mailbox(await folder());
    expect(await talk(smtpPort, dialogue("One"))).toEqual(["220", "250", "235", "250", "250", "354", "250"]);
    await talk(smtpPort, dialogue("Two"));
    const { total, mails } = await pages.list(10);
    expect(total).toBe(2);
    expect(mails.map(({ subject }) => subject)).toEqual(["Two", "One"]);
    expect(mails[0]).toMatchObject({
      receivedAt: 1_700_000_000_000,
      from: "a@north.example",
      to: "trial@south.example",
      originalTo: "ada@south.example",
    });
    expect(mails[0]?.body.trim()).toBe("Hello");
    expect((await pages.list(1)).mails).toHaveLength(1);
    expect(await pages.read(mails[1]?.id ?? "")).toMatchObject({ subject: "One" });
    expect(await pages.read("nothing")).toBe(null);
  });

  it("takes no mail without its login", async () => {
    const { smtpPort, pages } = await mailbox(await folder());
    expect(await talk(smtpPort, ["EHLO test", "MAIL FROM:<a@north.example>"])).toEqual(["220", "250", "530"]);
    expect(await talk(smtpPort, ["EHLO test", plain("wrong")])).toEqual(["220", "250", "535"]);
    expect((await pages.list(10)).total).toBe(0);
  });

  it("has its mails again after a restart, and goes on numbering", async () => {
    const path = await folder();
    const first = await mailbox(path);
    await talk(first.smtpPort, dialogue("One"));
    await writeFile(join(path, "000002.part"), "cut off by a cr");
    await first.stop();
    const second = await mailbox(path);
    await talk(second.smtpPort, dialogue("Two"));
    expect((await second.pages.list(10)).mails.map(({ id, subject }) => [id, subject])).toEqual([
      ["000002", "Two"],
      ["000001", "One"],
    ]);
  });
});
