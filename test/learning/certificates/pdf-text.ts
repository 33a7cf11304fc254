import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";

/** A document as another library reads it. */
export interface ReadPdf {
  readonly pages: number;
  /** Text in the order of the document, blanks as they stand; lines are not told apart. */
  readonly text: string;
  readonly title: string;
  readonly width: number;
  readonly height: number;
}

/** Opens a PDF with pdf.js, which shares no code with what wrote it. */
export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const task = getDocument({ data: bytes.slice(), verbosity: 0, useSystemFonts: false });
  const document = await task.promise;
  try {
    const page = await document.getPage(1);
    const { items } = await page.getTextContent();
    const { info } = await document.getMetadata();
    const [, , width = 0, height = 0] = page.view;
    return {
      pages: document.numPages,
      text: items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join(""),
      title: String((info as { Title?: string }).Title ?? ""),
      width,
      height,
    };
  } finally {
    await task.destroy();
  }
}
