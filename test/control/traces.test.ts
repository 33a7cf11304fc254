import { describe, expect, it } from "vitest";
import { PeopleFinder, type Traces } from "../../src/control/traces.ts";

const person = (more: Partial<Traces> = {}): Traces => ({
  personId: 1,
  username: "abyron",
  email: "ada.byron@example.com",
  givenName: "Ada",
  familyName: "Byron",
  externalId: "P-17",
  ...more,
});
const ada = new PeopleFinder([person()]);

describe("a text names a person", () => {
  it("not by an address that goes on", () => {
    const finder = new PeopleFinder([person({ email: "lovelace@example.com" })]);
    expect([finder.find("lovelace@example.com.au"), finder.find("to lovelace@example.com.")]).toEqual([[], [1]]);
  });

  it.each([
    ["by the address", "550 <ada.byron@example.com>: no such user", true],
    ["by the address, however it is written", "ADA.BYRON@EXAMPLE.COM", true],
    ["not by a longer address", "xada.byron@example.com", false],
    ["by an address at the end of a sentence", "Write to ada.byron@example.com.", true],
    ["by the user name", 'the user "ABYRON" is taken', true],
    ["not by a longer user name", "abyron2 and xabyron and abyron.lee", false],
    ["not by an address that begins with the user name", "abyron@elsewhere.example", false],
    ["by both names", "Dear Ada Byron,", true],
    ["by both names the other way round", "Byron, Ada", true],
    ["by both names in JSON", '{"given_name":"Ada","family_name":"Byron"}', true],
    ["not by one name", "Ada has not begun her course yet. The Byron Room is closed", false],
    ["not by names within words", "Adam Byronson", false],
    ["by both names side by side, however they are written", "byron, ada", true],
    ["not by names far apart", `Ada ${"x".repeat(60)} Byron`, false],
  ])("%s", (_, text, expected) => {
    expect(ada.find(text)).toEqual(expected ? [1] : []);
    expect(ada.redact(text) !== text).toBe(expected);
  });

  it("in any script, also as ß and ss, and with its accents composed or not", () => {
    const finder = (givenName: string, familyName: string) =>
      new PeopleFinder([person({ username: "x", email: null, givenName, familyName })]);
    expect(finder("Jörg", "Groß").redact("JÖRG GROSS")).toBe("deleted deleted");
    expect(finder("Ωμέγα", "Άλφα").redact("Ωμέγα ΆΛΦΑ")).toBe("deleted deleted");
    expect(finder("学", "李").redact("李 学")).toBe("deleted deleted");
    expect(finder("Ren\u00e9", "Bont\u00e9").redact("Rene\u0301 Bonte\u0301")).toBe("deleted deleted");
    expect(finder("Ada Maria", "van der Berg").redact("van der  Berg, Ada\nMaria")).toBe("deleted, deleted");
    expect(finder("Conor", "O'Neil (jr.)").redact("Conor O'Neil (jr.) left")).toBe("deleted deleted left");
  });

  it("a row of a list by both names anywhere in it, a pending one only by what no namesake has", () => {
    const row = `P-18;Ada;${"x".repeat(60)};Byron`;
    expect([ada.find(row), ada.find(row, "record"), ada.find(row, "identity")]).toEqual([[], [1], []]);
    expect(ada.find("P-17;Ada;Byron", "identity")).toEqual([1]);
    expect(ada.find("P-18;Ada;Byron;abyron", "identity")).toEqual([1]);
  });

  it("a user name of two letters is an ordinary word", () => {
    expect(new PeopleFinder([person({ username: "is" })]).find("This is a text")).toEqual([]);
  });

  it.each([
    ["Will", "Page", "You will find it on this page", false],
    ["Will", "Page", "Will took over, says Page", true],
    ["An", "Do", "You can do this as an exercise: do an exercise. An hour will do", false],
    ["An", "Do", "An Do, or DO, AN", true],
    ["An", "Smith", "An email to Smith", false],
  ])("%s %s: names that are words as well: %s", (givenName, familyName, text, expected) => {
    const finder = new PeopleFinder([person({ username: "x", email: null, givenName, familyName })]);
    expect(finder.find(text)).toEqual(expected ? [1] : []);
  });

  it("of a name that is a word, only where it is a name", () => {
    const finder = new PeopleFinder([person({ givenName: "Will", familyName: "Page" })]);
    expect(finder.redact("Dear Will Page, you will see it on page 1")).toBe(
      "Dear deleted deleted, you will see it on page 1",
    );
  });

  it("a namesake's name says nothing by itself, and goes with what tells who is meant", () => {
    const finder = new PeopleFinder([person({ namesake: true })]);
    expect([finder.find("Dear Ada Byron"), finder.find("P-9;Ada;Byron", "record")]).toEqual([[], []]);
    expect(finder.find("P-17;Ada;Byron", "record")).toEqual([1]);
    expect(finder.redact("Ada Byron <ada.byron@example.com>")).toBe("deleted deleted <deleted>");
  });

  it("a user name that is a word says nothing by itself", () => {
    const finder = new PeopleFinder([person({ username: "sales", usernameIsWord: true })]);
    expect(finder.find("The sales department")).toEqual([]);
  });

  it("whom of several", () => {
    const both = new PeopleFinder([person(), person({ personId: 2, username: "bob", email: null, givenName: "Bob" })]);
    expect(both.find("abyron, bob")).toEqual([1, 2]);
    expect(both.redact("Ada Byron told abyron and bob")).toBe("deleted deleted told deleted and deleted");
  });
});

describe("its traces are taken out", () => {
  it("all of them, once the text names the person", () => {
    expect(ada.redact("Ada Byron (ada.byron@example.com): Dear Ada")).toBe("deleted deleted (deleted): Dear deleted");
  });

  it("of JSON without breaking it", () => {
    const finder = new PeopleFinder([person({ username: "1002" })]);
    expect(finder.redactJson('{"component_id":1002,"username":"1002","names":["Ada","Byron"],"Ada":1}')).toBe(
      '{"component_id":1002,"username":"deleted","names":["deleted","deleted"],"deleted":1}',
    );
    expect(finder.redactJson("no JSON: Ada Byron")).toBe("no JSON: deleted deleted");
    expect(finder.redactJson('{"a" : 1}')).toBe('{"a" : 1}');
  });
});

it("every text that names somebody holds a probe, as SQLite sees lower case", () => {
  const asSqlite = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  for (const [given, family, text] of [
    ["Ada", "Byron", "ADA BYRON"],
    ["Jörg", "Müller-Lüdenscheidt", "JÖRG MÜLLER-LÜDENSCHEIDT"],
    ["Ωμέγα", "Άλφα", "Ωμέγα ΆΛΦΑ"],
    ["学", "李", "李 学"],
    ["Ö", "Ü", "Ü, Ö"],
  ] as const) {
    const finder = new PeopleFinder([person({ username: "", email: null, givenName: given, familyName: family })]);
    expect(finder.find(text), text).toEqual([1]);
    expect(
      finder.probes.some((probe) => asSqlite(text).includes(probe)),
      text,
    ).toBe(true);
  }
});
