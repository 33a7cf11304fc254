import { describe, expect, it } from "vitest";
import { readClient } from "../../src/control/clients/clients.ts";
import { clientConfiguration } from "../../src/control/clients/configuration.ts";
import { fillText, fillWording, placeholdersOf, readWording } from "../../src/learning/messages/wording.ts";
import { dayInWords, instantInWords } from "../../src/time/day-words.ts";
import { freshFileDatabase } from "../harness/database/file-database.ts";
import { addClient } from "../harness/runner/runner.ts";
import { insert } from "./rows.ts";

const keys = { subject: "s", body: "b" };

/** The configuration of client 1, whose default locale is `en`, with texts as `[key, locale, value, client]`. */
async function configurationWith(
  ...texts: readonly (readonly [key: string, locale: string, value: string, client?: number | undefined])[]
) {
  const database = await freshFileDatabase(["control"]);
  await addClient(database, "north");
  if (texts.length > 0) {
    await insert(
      database,
      "texts",
      ...texts.map(([key, locale, value, client_id = 1]) => ({ key, locale, value, client_id })),
    );
  }
  const client = await readClient(database, 1);
  if (!client) throw new Error("The client is gone");
  return clientConfiguration(database, client);
}

describe("a message's text", () => {
  const both = (locale: string, client?: number) =>
    [
      ["s", locale, `s-${locale}-${client ?? 1}`, client],
      ["b", locale, `b-${locale}-${client ?? 1}`, client],
    ] as const;

  it.each([
    ["the person's locale", "de", [...both("de"), ...both("en")], "de"],
    ["the language of it", "de-AT", [...both("de"), ...both("en")], "de"],
    ["the language of it, written with an underscore", "de_AT", [...both("de"), ...both("en")], "de"],
    ["the locale before its language", "de-AT", [...both("de"), ...both("de-AT"), ...both("en")], "de-AT"],
    ["the client's default locale", "fr", [...both("de"), ...both("en")], "en"],
    ["the default locale for who has none", null, [...both("de"), ...both("en")], "en"],
    ["the default locale for a blank", " ", [...both("de"), ...both("en")], "en"],
    ["the default locale when the locale has one of two texts", "de", [both("de")[0], ...both("en")], "en"],
  ] as const)("is in %s", async (_, locale, texts, expected) => {
    const found = await readWording(await configurationWith(...texts), keys, locale, []);
    expect(found).toEqual({ locale: expected, subject: `s-${expected}-1`, body: `b-${expected}-1` });
  });

  it("comes in two languages where no locale has both of it", async () => {
    const configuration = await configurationWith(["s", "de", "Betreff"], ["b", "en", "Body"]);
    expect(await readWording(configuration, keys, "de", [])).toEqual({
      locale: "en",
      subject: "Betreff",
      body: "Body",
    });
  });

  it("is the client's own before the global one, and never another client's", async () => {
    const configuration = await configurationWith(...both("en"), ...both("en", 0), ...both("de", 0), ...both("de", 2));
    expect(await readWording(configuration, keys, "en", [])).toMatchObject({ subject: "s-en-1" });
    expect(await readWording(configuration, keys, "de", [])).toMatchObject({ subject: "s-de-0" });
  });

  it.each([
    ["de", [["s", "en", "x"]], "There is no text b in de and in the default locale en; add it"],
    ["en", [["b", "en", "x"]], "There is no text s in en; add it"],
    [null, [], "There is no text s and b in en; add it"],
    ["en", both("de"), "There is no text s and b in en; add it"],
  ] as const)("that is missing (locale %s) is a failure that names its key", async (locale, texts, message) => {
    const found = await readWording(await configurationWith(...texts), keys, locale, []);
    expect(found).toEqual({ failure: { code: "missing_text", message } });
  });

  it("with a placeholder that the message does not know is a failure that names it and those it knows", async () => {
    const configuration = await configurationWith(["s", "en", "{name}"], ["b", "en", "{name} {link} {Name}"]);
    const found = await readWording(configuration, keys, "en", ["name", "day"]);
    const message = "The text b (en) has the unknown placeholder {link}, {Name}; this message knows {name}, {day}";
    expect(found).toEqual({ failure: { code: "bad_text", message } });
  });
});

describe("filling a text", () => {
  it.each([
    ["Hello {name}", { name: "Ada" }, "Hello Ada"],
    ["{a}{b}{a}", { a: "{b}", b: "{a}" }, "{b}{a}{b}"],
    ["{name} {other}", { name: "" }, " {other}"],
    ["{ name } {na me} {} {{name}} {1}", { name: "x" }, "{ name } {na me} {} {x} {1}"],
    ["{constructor} {toString}", {}, "{constructor} {toString}"],
    ["{price}", { price: "$& $1 $$" }, "$& $1 $$"],
    ["no placeholder", { no: "x" }, "no placeholder"],
  ])("of %j with %j gives %j", (text, values, expected) => {
    expect(fillText(text, values as Record<string, string>)).toBe(expected);
  });

  it("knows a text's placeholders in order", () => {
    expect(placeholdersOf("{b} {a1} {b} { c } {2d}")).toEqual(["b", "a1", "b"]);
  });

  const wording = (subject: string, body: string) => ({ locale: "en", subject, body });

  it("leaves plain text as it is", () => {
    const filled = fillWording(wording("s", "Dear {name},\r\n<b>&"), { name: "<i>\n& {x}" });
    expect(filled.body).toBe("Dear <i>\n& {x},\r\n<b>&");
  });

  it("escapes values in a body that is HTML, and not in its subject", () => {
    const filled = fillWording(wording("{name}", '<p title="{name}">{name}</p>'), { name: `<script>"&'` });
    expect(filled).toEqual({
      subject: `<script>"&'`,
      body: '<p title="&lt;script&gt;&quot;&amp;&#39;">&lt;script&gt;&quot;&amp;&#39;</p>',
    });
  });

  it("never lets a value make HTML of plain text", () => {
    expect(fillWording(wording("s", "{name} is here"), { name: "<script>" }).body).toBe("\u200b<script> is here");
  });

  it("keeps the subject on one line", () => {
    const filled = fillWording(wording("About {name} ", "b"), { name: "A\r\nBcc: x\u2028y\tz" });
    expect(filled.subject).toBe("About A Bcc: x y z");
  });
});

describe("days and instants in words", () => {
  it.each([
    ["en", "March 2, 2026"],
    ["en-GB", "2 March 2026"],
    ["de", "2. März 2026"],
    ["de_DE", "2. März 2026"],
    ["not a locale", "2026-03-02"],
    ["", "2026-03-02"],
  ])("a day in %j is %s", (locale, expected) => {
    expect(dayInWords("2026-03-02", locale)).toBe(expected);
  });

  it.each([
    ["en-GB", "Europe/Berlin", "29 March 2026 at 03:00"],
    ["de", "America/Sao_Paulo", "28. März 2026 um 22:00"],
    ["not a locale", "UTC", "29 March 2026 at 01:00"],
  ])("an instant in %j on the clocks of %s is %s", (locale, zone, expected) => {
    expect(instantInWords(Date.parse("2026-03-29T01:00:00Z"), zone, locale)).toBe(expected);
  });
});
