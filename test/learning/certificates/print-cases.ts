import { beforeAll, describe, expect, it } from "vitest";
import type { Fonts } from "../../../src/files/fonts.ts";
import { FaceTable } from "../../../src/learning/certificates/faces.ts";
import { CertificatePrinter } from "../../../src/learning/certificates/pdf.ts";
import { readTemplate } from "../../../src/learning/certificates/template.ts";

/** The default template's content for a person; the rest is always the same. */
export function contentFor(name: string, locale: string, template = "{}") {
  const read = readTemplate(1, template);
  if ("failure" in read) throw new Error(read.failure.message);
  return {
    template: read.template,
    values: {
      name,
      givenName: "",
      familyName: "",
      title: "Fire safety",
      issuedOn: "27 February 2026",
      score: "90 %",
      certificate: "Course certificate",
      client: "North",
      code: "ABCDEFGH234567AB",
      link: "https://north.example.org/v/ABCDEFGH234567AB",
    },
    locales: [locale, "en"],
    logo: null,
    madeAt: Date.UTC(2026, 1, 27),
  };
}

/** Names that a reader of the document must find again, and the languages of their people. */
export const names: readonly (readonly [language: string, name: string])[] = [
  ["en", "Ada Lovelace"],
  ["de", "Jörg Weißäcker-Öztürk"],
  ["pl", "Łukasz Żółć"],
  ["el", "Αλέξανδρος Παπαδόπουλος"],
  ["el", "Ὀδυσσεύς"],
  ["ru", "Екатерина Щукина"],
  ["uk", "Їжакевич Ґалаґан"],
  ["vi", "Nguyễn Thị Phương Thảo"],
  ["ar", "محمد عبد الله الخالدي"],
  ["ar", "خديجة شيخ غازي ثابت"],
  ["ar", "علاء لأن في"],
  ["fa", "علی رضایی پژمان چگینی"],
  ["ur", "ٹیپو ڈار"],
  ["he", "דוד בן־גוריון"],
  ["zh-CN", "王小明 欧阳娜娜"],
  ["zh-TW", "歐陽菲菲 龔"],
  ["ja", "山田たろう 直骨"],
  ["ko", "김민수 박서연"],
  ["th", "สมชาย ใจดี"],
];

/** What holds of documents on every host. */
export function describePrinting(fonts: () => Fonts): void {
  let printer: CertificatePrinter;
  beforeAll(async () => {
    printer = new CertificatePrinter(fonts(), await FaceTable.read(fonts()));
  });

  describe("a document", () => {
    it.each(names)("is made for a name in %s: %s", async (locale, name) => {
      const { bytes, missing } = await printer.draw(contentFor(name, locale));
      expect(missing).toEqual([]);
      expect(new TextDecoder().decode(bytes.subarray(0, 5))).toBe("%PDF-");
      // A font is never embedded whole.
      expect(bytes.length).toBeLessThan(30_000);
    });

    it("is the same, byte for byte, whatever was made before it", async () => {
      const other = new CertificatePrinter(fonts(), await FaceTable.read(fonts()));
      const first = await other.draw(contentFor("علی Ada µ", "en"));
      await printer.draw(contentFor("علي Ωμ", "ar"));
      expect((await printer.draw(contentFor("علی Ada µ", "en"))).bytes).toEqual(first.bytes);
    });
  });
}
