import { beforeAll, describe, expect, it } from "vitest";
import { FontMissingError } from "../../../src/files/fonts.ts";
import { folderFonts } from "../../../src/hosts/node/fonts.ts";
import { FaceTable } from "../../../src/learning/certificates/faces.ts";
import { readLogo } from "../../../src/learning/certificates/logo.ts";
import { CertificatePrinter } from "../../../src/learning/certificates/pdf.ts";
import { readPdf } from "./pdf-text.ts";
import { contentFor, describePrinting, names } from "./print-cases.ts";

const fonts = folderFonts();
let printer: CertificatePrinter;
beforeAll(async () => {
  printer = new CertificatePrinter(fonts, await FaceTable.read(fonts));
});

/** The text of a document as another library reads it. */
const textOf = async (name: string, locale: string, template?: string) =>
  readPdf((await printer.draw(contentFor(name, locale, template))).bytes);

describePrinting(() => fonts);

describe("another library reads in the document", () => {
  it.each(names)("a name in %s: %s", async (locale, name) => {
    const { text, pages, title } = await textOf(name, locale);
    expect([pages, title]).toEqual([1, "Course certificate ABCDEFGH234567AB"]);
    // What is written from right to left comes word by word from the left.
    for (const word of name.split(" ")) expect(text).toContain(word);
  });

  it("a long title in several lines, whole", async () => {
    const content = contentFor("Ada Lovelace", "en");
    const title = "Safe work at heights, with ropes and ladders, for people who have done it before ".repeat(3).trim();
    const { bytes } = await printer.draw({ ...content, values: { ...content.values, title } });
    const { text } = await readPdf(bytes);
    expect(text.replaceAll("\n", " ")).toContain(title);
  });

  it("a word that is wider than any line, whole", async () => {
    const { text } = await textOf("Ottos".repeat(100), "en");
    expect(text.replaceAll("\n", "")).toContain("Ottos".repeat(100));
  });

  it("Arabic letters of which one stands alone where a non-joiner keeps them apart", async () => {
    const { text } = await textOf("می\u200cخواهم", "fa");
    expect(text).toContain("خواهم");
  });

  it("a replacement for a character that no font has, and says which", async () => {
    const { bytes, missing } = await printer.draw(contentFor("Ada 😀", "en"));
    expect(missing).toEqual([0x1f600]);
    expect((await readPdf(bytes)).text).toContain("Ada �");
  });

  it.each([
    ["line breaks and control characters", "Ada\u0000\u0007 Lovelace\n<b>", "Lovelace"],
    ["a lone surrogate", "Ada \ud800x", "Ada"],
    ["letters with marks behind them", "Ame\u0301lie", "Amélie"],
    ["marks without a letter", "\u0301Ada", "Ada"],
    ["nothing", "", "Certificate"],
    ["characters that turn the direction", "\u202eAda\u202c", "Ada"],
    ["what looks like a placeholder", "{code}{name}", "{code}{name}"],
  ])("a name of %s", async (_, name, found) => {
    expect((await textOf(name, "en")).text).toContain(found);
  });

  it("words in the language of the person, or of the client", async () => {
    expect((await textOf("Ada", "de_AT")).text).toContain("Zertifikat");
    expect((await textOf("Ada", "fr")).text).toContain("Certificate");
  });

  it.each([
    [{ size: "A4" }, 842, 595],
    [{ size: "A4", orientation: "portrait" }, 595, 842],
    [{ size: "A5" }, 595, 420],
    [{ size: "letter" }, 792, 612],
  ])("the size of its page: %j", async (page, width, height) => {
    const read = await textOf("Ada", "en", JSON.stringify({ page }));
    expect([Math.round(read.width), Math.round(read.height)]).toEqual([width, height]);
  });
});

describe("a picture", () => {
  const PNG = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "base64",
  );
  const box = '{"logo":{"file":"a.png","x":10,"y":10,"width":20,"height":20}}';

  it("stands in the document", async () => {
    const logo = readLogo(new Uint8Array(PNG));
    if ("problem" in logo) throw new Error(logo.problem);
    const content = contentFor("Ada", "en", box);
    const { bytes } = await printer.draw({ ...content, logo });
    expect(Buffer.from(bytes).includes("/Subtype /Image")).toBe(true);
  });

  it.each([
    ["of another kind", new TextEncoder().encode("GIF89a".padEnd(64)), "neither PNG nor JPEG"],
    ["too large", new Uint8Array(512 * 1024 + 1), "bytes"],
    ["that would be huge in memory", hugePng(), "pixels"],
    ["without content", new Uint8Array(0), "neither"],
  ])("%s is refused", (_, bytes, words) => {
    expect(readLogo(bytes)).toEqual({ problem: expect.stringContaining(words) });
  });

  /** The head of a PNG that says to be 30,000 pixels wide and high. */
  function hugePng(): Uint8Array {
    const bytes = new Uint8Array(64);
    bytes.set(PNG.subarray(0, 33));
    new DataView(bytes.buffer).setUint32(16, 30_000);
    new DataView(bytes.buffer).setUint32(20, 30_000);
    return bytes;
  }
});

describe("the fonts", () => {
  it("are all there, and a list says which characters each has", async () => {
    const lines = new TextDecoder()
      .decode(await fonts.read("faces.tsv"))
      .trim()
      .split("\n");
    expect(lines.length).toBeGreaterThan(300);
    for (const line of lines) {
      const [file = "", , , points = ""] = line.split("\t");
      expect(points).toMatch(/^[0-9a-f]+(-[0-9a-f]+)?(,[0-9a-f]+(-[0-9a-f]+)?)*$/);
      const bytes = await fonts.read(file);
      expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe("wOFF");
    }
  });

  it("come with their licence, each", async () => {
    const lines = new TextDecoder()
      .decode(await fonts.read("faces.tsv"))
      .trim()
      .split("\n");
    for (const folder of new Set(lines.map((line) => line.split("/")[0]))) {
      expect(new TextDecoder().decode(await fonts.read(`${folder}/LICENSE`))).toContain("SIL Open Font License");
    }
  });

  it("one that is missing is named", async () => {
    await expect(fonts.read("nowhere.woff")).rejects.toThrow(FontMissingError);
    await expect(fonts.read("nowhere.woff")).rejects.toThrow("nowhere.woff");
  });
});
