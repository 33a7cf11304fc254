import fontkit from "@cantoo/fontkit";
import { PDFDocument, type PDFFont, type PDFImage, type PDFPage, rgb } from "@cantoo/pdf-lib";
import type { Fonts } from "../../files/fonts.ts";
import { fillText, type PlaceholderValues } from "../messages/wording.ts";
import type { FaceTable } from "./faces.ts";
import type { Logo } from "./logo.ts";
import { type CertificateTemplate, SMALLEST_SIZE, type TemplateText, wordsIn } from "./template.ts";
import { type Piece, Typesetter, wordsOf } from "./typeset.ts";

/** Points in a millimetre. */
const MM = 72 / 25.4;
/** Sizes of pages in portrait, millimetres. */
const PAGES = { A4: [210, 297], A5: [148, 210], letter: [215.9, 279.4] } as const;
/** From the upper edge of a line to its base, and from one line to the next, in sizes. */
const ASCENT = 1.0;
const LEADING = 1.35;
/** A text that does not fit is set smaller by this. */
const SMALLER = 0.94;
/** Font files whose script has a letter for each character. */
const ALPHABETS = /^noto-sans\/(latin|vietnamese|greek|cyrillic)/;
/** Features that only move shapes: a PDF of pdf-lib places them by their widths alone, so that work would be for nothing. */
const NO_POSITIONS = { kern: false, mark: false, mkmk: false, curs: false, dist: false };
/** Font files that are kept in memory: those that were used last. */
const KEPT_FONTS = 24;

/** A certificate to be drawn. */
export interface CertificateContent {
  readonly template: CertificateTemplate;
  readonly values: PlaceholderValues;
  /** The languages of its words, the most wanted first. */
  readonly locales: readonly string[];
  readonly logo: Logo | null;
  /** Instant (ms) that the document says it was made at. */
  readonly madeAt: number;
}

/** A document, and characters that no font has: � stands for each. */
export interface DrawnCertificate {
  readonly bytes: Uint8Array;
  readonly missing: readonly number[];
}

/** A line, and its width at size 1. */
interface Line {
  readonly pieces: readonly (Piece & { readonly width: number })[];
  readonly width: number;
}

/** A font file that was read; its tables are decoded when they are first asked for. */
interface KeptFont {
  readonly bytes: Uint8Array;
  readonly font: object;
}

/**
 * Draws certificates as PDF. The same content gives the same bytes. Font files are read when a character needs them, and of each only
 * the shapes that are used go into the document.
 */
export class CertificatePrinter {
  readonly #fonts: Fonts;
  readonly #faces: FaceTable;
  readonly #kept = new Map<string, KeptFont>();

  constructor(fonts: Fonts, faces: FaceTable) {
    this.#fonts = fonts;
    this.#faces = faces;
  }

  /**
   * One certificate, one page.
   * @throws {FontMissingError}
   */
  async draw(content: CertificateContent): Promise<DrawnCertificate> {
    const { template, values, locales, madeAt } = content;
    const document = await PDFDocument.create({ updateMetadata: false });
    document.setTitle(`${values.certificate ?? ""} ${values.code ?? ""}`.trim());
    document.setAuthor(values.client ?? "");
    document.setProducer("Minutehand");
    document.setCreationDate(new Date(madeAt));
    document.setModificationDate(new Date(madeAt));
    const [short, long] = PAGES[template.page.size];
    const [width, height] = template.page.orientation === "portrait" ? [short, long] : [long, short];
    const page = document.addPage([width * MM, height * MM]);
    drawGround(page, template);
    if (content.logo && template.logo) await drawLogo(document, page, content.logo, template.logo);

    const setter = new Typesetter(this.#faces);
    const locale = locales[0] ?? "en";
    const fonts = new Map<string, PDFFont>();
    for (const text of template.texts) {
      const paragraphs = fillText(wordsIn(text.text, locales), values).split(/\r?\n/);
      for (;;) {
        const unknown = new Set<string>();
        const set = (line: string): Line => {
          const pieces = setter.line(line, locale, text.weight === "bold" ? 700 : 400).map((piece) => {
            const font = fonts.get(piece.face.file);
            if (!font) unknown.add(piece.face.file);
            return { ...piece, width: font?.widthOfTextAtSize(piece.text, 1) ?? 0 };
          });
          return { pieces, width: pieces.reduce((sum, { width }) => sum + width, 0) };
        };
        const laid = fitted(paragraphs, text, locale, set);
        if (unknown.size === 0) {
          drawText(page, text, fonts, laid);
          break;
        }
        for (const file of unknown) fonts.set(file, await this.#embed(document, file, fonts.size));
      }
    }
    return { bytes: await document.save(), missing: [...setter.missing] };
  }

  async #embed(document: PDFDocument, file: string, index: number): Promise<PDFFont> {
    const { bytes, font } = await this.#read(file);
    document.registerFontkit({ create: () => ownShapes(font) });
    // A name of its own instead of a random one, so that a document that is made again is the same.
    const customName = `${"ABCDEF"[index % 6]}AAAAA+F${index}`;
    // Letters come composed; taken apart again, they would have shapes of which a reader cannot tell what they are.
    const features = { ...NO_POSITIONS, ...(ALPHABETS.test(file) ? { ccmp: false } : {}) };
    return await document.embedFont(bytes, { subset: true, customName, features });
  }

  async #read(file: string): Promise<KeptFont> {
    const kept = this.#kept.get(file) ?? (await this.#open(file));
    this.#kept.delete(file);
    this.#kept.set(file, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_FONTS) break;
      this.#kept.delete(oldest);
    }
    return kept;
  }

  async #open(file: string): Promise<KeptFont> {
    const bytes = await this.#fonts.read(file);
    return { bytes, font: fontkit.create(bytes) as object };
  }
}

/** What is used here of a font as fontkit gives it. */
interface ShapingFont {
  layout(
    text: string,
    features?: object,
  ): {
    readonly direction: "ltr" | "rtl";
    readonly glyphs: readonly { codePoints: number[] }[];
  };
}

/**
 * The same font for one document. The tables are decoded once for all documents; the shapes are each document's own: they remember
 * for which characters they were first used, and a document would depend on those before it.
 *
 * A shape for several letters that are written from right to left names them from left to right. Readers of documents turn
 * a whole word round, letters within such a shape included; poppler and pdf.js were tried.
 */
function ownShapes(font: object): never {
  const turned = new WeakSet<object>();
  const shaping = font as ShapingFont;
  const own: ShapingFont = Object.create(shaping, { _glyphs: { value: {}, writable: true } });
  own.layout = (text, features) => {
    const run = shaping.layout.call(own, text, features);
    if (run.direction !== "rtl") return run;
    for (const shape of run.glyphs) {
      if (shape.codePoints.length < 2 || turned.has(shape)) continue;
      shape.codePoints = shape.codePoints.toReversed();
      turned.add(shape);
    }
    return run;
  };
  return own as never;
}

/** Lines as they are drawn, and their size (points). */
interface Fitted {
  readonly lines: readonly Line[];
  readonly size: number;
}

/** A word of a paragraph and its width at size 1. */
interface Measured {
  readonly text: string;
  readonly blank: boolean;
  readonly width: number;
}

/** The lines of a text at the largest size at which they fit; at the smallest it takes as many as it needs. */
function fitted(
  paragraphs: readonly string[],
  { size: wanted, width, lines: most }: TemplateText,
  locale: string,
  set: (line: string) => Line,
): Fitted {
  const measured = paragraphs.map((paragraph) =>
    wordsOf(paragraph, locale).map((word): Measured => ({ ...word, width: set(word.text).width })),
  );
  for (let size = wanted; ; size = Math.max(SMALLEST_SIZE, size * SMALLER)) {
    const smallest = size <= SMALLEST_SIZE;
    const broken = measured.map((words) => brokenInto((width * MM) / size, words, set, smallest));
    const lines = broken.flatMap((one) => one ?? []);
    const fits = broken.every((one) => one !== null) && lines.length <= Math.max(most, paragraphs.length);
    if (fits || smallest) return { lines: lines.map(set), size };
  }
}

/**
 * The lines of a paragraph; null where a word is wider than a line.
 *
 * @param room width of a line at size 1
 * @param cut such words are cut instead
 */
function brokenInto(
  room: number,
  words: readonly Measured[],
  set: (line: string) => Line,
  cut: boolean,
): string[] | null {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  const end = () => {
    lines.push(line.trim());
    line = "";
    used = 0;
  };
  const add = (text: string, width: number) => {
    if (used + width > room && line.trim() !== "") end();
    line += text;
    used += width;
  };
  for (const { text, blank, width } of words) {
    if (blank) {
      // A blank at the end of a line needs no room.
      if (line === "") continue;
      line += text;
      used += width;
    } else if (width <= room) add(text, width);
    else if (!cut) return null;
    else for (const character of text) add(character, set(character).width);
  }
  if (line.trim() !== "" || lines.length === 0) end();
  return lines;
}

function drawGround(page: PDFPage, { page: { background }, border }: CertificateTemplate): void {
  const { width, height } = page.getSize();
  if (background !== null) page.drawRectangle({ x: 0, y: 0, width, height, color: colourOf(background) });
  if (border === null) return;
  const inset = Math.min(border.inset * MM, width / 2 - 1, height / 2 - 1);
  page.drawRectangle({
    x: inset,
    y: inset,
    width: width - 2 * inset,
    height: height - 2 * inset,
    borderColor: colourOf(border.colour),
    borderWidth: border.width * MM,
  });
}

async function drawLogo(
  document: PDFDocument,
  page: PDFPage,
  logo: Logo,
  box: NonNullable<CertificateTemplate["logo"]>,
): Promise<void> {
  const image: PDFImage =
    logo.type === "png" ? await document.embedPng(logo.bytes) : await document.embedJpg(logo.bytes);
  const { width, height } = image.scaleToFit(box.width * MM, box.height * MM);
  const left = (box.x + box.width / 2) * MM - width / 2;
  const top = (box.y + box.height / 2) * MM - height / 2;
  page.drawImage(image, { x: left, y: page.getHeight() - top - height, width, height });
}

function drawText(
  page: PDFPage,
  { x, y, width, align, colour }: TemplateText,
  fonts: ReadonlyMap<string, PDFFont>,
  { lines, size }: Fitted,
): void {
  const color = colourOf(colour);
  for (const [index, line] of lines.entries()) {
    const room = width * MM - line.width * size;
    let left = x * MM + (align === "left" ? 0 : align === "right" ? room : room / 2);
    const base = page.getHeight() - y * MM - size * (ASCENT + index * LEADING);
    for (const piece of line.pieces) {
      const font = fonts.get(piece.face.file);
      if (font) page.drawText(piece.text, { x: left, y: base, size, font, color });
      left += piece.width * size;
    }
  }
}

/** @param hex as `#1f4e79` */
function colourOf(hex: string) {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return rgb(part(1), part(3), part(5));
}
