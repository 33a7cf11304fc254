import { describe, expect, it } from "vitest";
import { readMail } from "../../src/demo/mime.ts";

const mail = (...lines: string[]) => new TextEncoder().encode(lines.join("\r\n"));

describe("readMail", () => {
  it("reads headers by lower-case name, folded lines and encoded words", () => {
    const { headers, subject } = readMail(
      mail(
        "Subject: =?UTF-8?B?R3LDvMOfZQ==?=",
        " =?utf-8?Q?_aus_K=C3=B6ln?=",
        "X-Original-To: ada@example.com",
        "",
        "Hello",
      ),
    );
    expect(subject).toBe("Grüße aus Köln");
    expect(headers["x-original-to"]).toBe("ada@example.com");
  });

  it.each([
    ["7bit", "us-ascii", "Hello"],
    ["quoted-printable", "utf-8", "H=C3=A9llo=\r\n you"],
    ["base64", "utf-8", "SMOpbGxvIHlvdQ=="],
    ["quoted-printable", "iso-8859-1", "H=E9llo you"],
  ])("reads a body in %s and %s", (encoding, charset, body) => {
    const type = `Content-Type: text/plain; charset="${charset}"`;
    const { text } = readMail(mail(type, `Content-Transfer-Encoding: ${encoding}`, "", body));
    expect(text).toBe(encoding === "7bit" ? "Hello" : "Héllo you");
  });

  it("finds text and HTML in nested parts", () => {
    const { text, html } = readMail(
      mail(
        "Content-Type: multipart/mixed; boundary=outer",
        "",
        "--outer",
        'Content-Type: multipart/alternative; boundary="in ner"',
        "",
        "--in ner",
        "Content-Type: text/plain",
        "",
        "plain",
        "--in ner",
        "Content-Type: text/html",
        "",
        "<p>rich</p>",
        "--in ner--",
        "--outer--",
      ),
    );
    expect({ text, html }).toEqual({ text: "plain", html: "<p>rich</p>" });
  });

  it("shows what is malformed as it came", () => {
    expect(readMail(mail("no header at all"))).toMatchObject({ subject: "", text: "" });
    expect(readMail(mail("Subject: =?x-unknown?B?SGk=?=", "", "ÿ")).subject).toBe("Hi");
  });
});
