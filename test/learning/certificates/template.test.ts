import { describe, expect, it } from "vitest";
import { CODE_BYTES, readVerificationCode, verificationCode } from "../../../src/learning/certificates/code.ts";
import { readTemplate, wordsIn } from "../../../src/learning/certificates/template.ts";

const text = (values: Record<string, unknown> = {}) =>
  JSON.stringify({ texts: [{ text: "{name}", x: 10, y: 10, width: 100, ...values }] });

describe("a template", () => {
  it("that says nothing is the default one; what it says is its own", () => {
    const all = readTemplate(1, "{}");
    const own = readTemplate(1, '{"border":null,"page":{"orientation":"portrait"}}');
    if ("failure" in all || "failure" in own) throw new Error("refused");
    expect(all.template).toMatchObject({
      page: { size: "A4", orientation: "landscape", background: null },
      border: { colour: "#1f4e79", width: 0.8, inset: 10 },
      logo: null,
    });
    expect(all.template.texts.length).toBeGreaterThan(5);
    expect(own.template).toEqual({
      ...all.template,
      border: null,
      page: { ...all.template.page, orientation: "portrait" },
    });
  });

  it.each([
    ["{", "no JSON"],
    ["", "no JSON"],
    ["null", "expected object"],
    ["[]", "expected object"],
    ['"{}"', "expected object"],
    ['{"colour":"red"}', "colour"],
    ['{"__proto__":{"texts":[]}}', "__proto__"],
    ['{"page":{"size":"A3"}}', "page.size"],
    ['{"page":{"background":"red"}}', "page.background"],
    ['{"border":{"width":-1}}', "border.width"],
    ['{"logo":{"file":"../../2/secret.png","x":1,"y":1,"width":9,"height":9}}', "logo.file"],
    ['{"logo":{"file":"/c/2/x.png","x":1,"y":1,"width":9,"height":9}}', "logo.file"],
    ['{"logo":{"file":"a/../b.png","x":1,"y":1,"width":9,"height":9}}', "logo.file"],
    ['{"logo":{"file":"x.svg","x":1,"y":1,"width":9,"height":9}}', "logo.file"],
    ['{"texts":{}}', "texts"],
    [text({ x: -1 }), "texts.0.x"],
    [text({ x: "10" }), "texts.0.x"],
    [text({ y: 1e9 }), "texts.0.y"],
    [text({ width: 0 }), "texts.0.width"],
    [text({ size: 5 }), "texts.0.size"],
    [text({ size: 1e6 }), "texts.0.size"],
    [text({ lines: 1.5 }), "texts.0.lines"],
    [text({ lines: 1000 }), "texts.0.lines"],
    [text({ weight: "black" }), "texts.0.weight"],
    [text({ colour: "url(x)" }), "texts.0.colour"],
    [text({ text: "" }), "texts.0.text"],
    [text({ text: {} }), "texts.0.text"],
    [text({ text: { "en; x": "y" } }), "texts.0.text"],
    [text({ text: "x".repeat(1001) }), "texts.0.text"],
    [text({ text: "{password_hash}{email}" }), "{email}"],
    [text({ text: { en: "{name}", de: "{nmae}" } }), "{nmae}"],
    [JSON.stringify({ texts: Array.from({ length: 41 }, () => ({ text: "x", x: 1, y: 1, width: 9 })) }), "texts"],
    ["[".repeat(60_000), "no JSON"],
    [`{"texts":${"[".repeat(30_000)}${"]".repeat(30_000)}}`, "texts"],
    [" ".repeat(65_537), "65536 characters"],
  ])("is refused, and the message names the field: %.60s", (json, named) => {
    const read = readTemplate(7, json);
    if (!("failure" in read)) throw new Error("accepted");
    expect(read.failure.code).toBe("bad_template");
    expect(read.failure.message).toContain("certificate 7");
    expect(read.failure.message.toLowerCase()).toContain(named.toLowerCase());
    expect(read.failure.message.length).toBeLessThan(400);
  });
});

describe("words in several languages", () => {
  const words = { en: "Certificate", de: "Zertifikat", "pt-BR": "Certificado" };
  it.each([
    [["de"], "Zertifikat"],
    [["de_CH"], "Zertifikat"],
    [["pt-br"], "Certificado"],
    [["fr", "de"], "Zertifikat"],
    [["fr"], "Certificate"],
    [[], "Certificate"],
  ])("are taken by the locales %j: %s", (locales, expected) => {
    expect(wordsIn(words, locales)).toBe(expected);
  });
});

describe("a verification code", () => {
  it("has 80 random bits in 16 characters of base32", () => {
    // RFC 4648, section 10, for "foobarfoob", without padding.
    expect(verificationCode(new TextEncoder().encode("foobarfoob"))).toBe("MZXW6YTBOJTG633C");
    expect(verificationCode(new Uint8Array(CODE_BYTES).fill(255))).toBe("7777777777777777");
    expect(() => verificationCode(new Uint8Array(9))).toThrow(RangeError);
  });

  it.each([
    ["MZXW6YTBOJTG633C", "MZXW6YTBOJTG633C"],
    ["mzxw 6ytb-ojtg 633c", "MZXW6YTBOJTG633C"],
    ["MZXW6YTBOJTG633", null],
    ["MZXW6YTBOJTG633CA", null],
    ["MZXW6YTBOJTG6331", null],
    ["MZXW6YTBOJTG633Ç", null],
    ["' OR 1=1 --", null],
  ])("is read as people type it: %j", (typed, expected) => {
    expect(readVerificationCode(typed)).toBe(expected);
  });
});
