import fc from "fast-check";
import { expect, it } from "vitest";
import { composeMessage, oneLine, quotedPrintable } from "../../../src/connectors/mail/message.ts";
import { readMail } from "../../../src/demo/mime.ts";

const parts = {
  from: { address: "office@example.org", name: "The Office" },
  to: "ada@example.com",
  originalTo: null,
  subject: "Hello",
  body: "Hello Ada",
  messageId: "1.17.m",
  date: 0,
};

const names = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"];
const mime = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

it("any subject, name and body become exactly our headers and one body, in ASCII lines of at most 76 characters", () => {
  const text = fc.string({ unit: "binary", maxLength: 300 });
  fc.assert(
    fc.property(text, text, text, text, (subject, name, body, messageId) => {
      const message = composeMessage({ ...parts, subject, body, messageId, from: { ...parts.from, name } });
      expect(message).toMatch(/^[\t\r\n\x20-\x7e]*$/);
      expect(message.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
      expect(message.endsWith("\r\n")).toBe(true);
      const lines = message.split("\r\n");
      const end = lines.indexOf("");
      const headers = lines.slice(0, end).filter((line) => !/^[ \t]/.test(line));
      expect(headers.map((line) => line.split(":")[0])).toEqual([...names, ...mime]);
      for (const line of lines) if (!line.startsWith("Message-ID: ")) expect(line.length).toBeLessThanOrEqual(76);
    }),
    { numRuns: 300, seed: 1 },
  );
});

it("any body and subject can be read again", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 300 });
  fc.assert(
    fc.property(text, text, (subject, body) => {
      const read = readMail(Buffer.from(composeMessage({ ...parts, subject, body: `.${body}` }), "utf8"));
      expect(read.subject.trim()).toBe(oneLine(subject));
      expect((read.text ?? "").replace(/\r?\n$/, "")).toBe(
        `.${body}`.replace(/\r\n|\r|\n/g, "\r\n").replace(/\r?\n$/, ""),
      );
    }),
    { numRuns: 300, seed: 1 },
  );
});

it.each([
  ["a short name", "The Office", 'From: "The Office" <office@example.org>'],
  ["a name with quotes", 'The "Office"', 'From: "The \\"Office\\"" <office@example.org>'],
  ["a name outside ASCII", "Büro", "From: =?UTF-8?B?QsO8cm8=?= <office@example.org>"],
  ["no name", "", "From: <office@example.org>"],
])("writes a sender with %s", (_, name, line) => {
  expect(composeMessage({ ...parts, from: { ...parts.from, name } }).split("\r\n")[0]).toBe(line);
});

it("keeps plain text readable in transit", () => {
  expect(quotedPrintable("Dear Ada,\n\n1 + 1 = 2 ")).toBe("Dear Ada,\r\n\r\n1 + 1 =3D 2=20");
});

it("is HTML where the body starts with a tag, blanks aside, else plain text", () => {
  expect(composeMessage({ ...parts, body: "<p>Hello</p>" })).toContain("Content-Type: text/html; charset=utf-8");
  expect(composeMessage({ ...parts, body: "\n <p>Hello</p>" })).toContain("Content-Type: text/html; charset=utf-8");
  expect(composeMessage({ ...parts, body: "<3 you" })).toContain("Content-Type: text/plain; charset=utf-8");
  expect(composeMessage({ ...parts, body: "1 < 2" })).toContain("Content-Type: text/plain; charset=utf-8");
});
