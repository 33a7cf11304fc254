import { Buffer } from "node:buffer";

/** The encodings that a CSV file may have (handbook, rules: import files). All are ASCII below 0x80. */
export const csvEncodings = ["utf-8", "iso-8859-1", "windows-1252"] as const;
export type CsvEncoding = (typeof csvEncodings)[number];

/** The first byte that is no text in the encoding; in UTF-8 the first of the broken sequence. */
export interface InvalidByte {
  /** Offset in what was decoded. */
  readonly offset: number;
  readonly byte: number;
}

/** Text, or the first byte that is none. */
export type Decoded = { readonly text: string } | { readonly invalid: InvalidByte };

/** Decodes whole characters only: what is handed in begins and ends at a character. */
export type Decode = (bytes: Uint8Array) => Decoded;

/** 0x80 to 0x9F of windows-1252 (Unicode consortium's CP1252.TXT); a space stands for the five that it leaves undefined. */
const WINDOWS_1252 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/**
 * The decoder of an encoding. None guesses: UTF-8 is checked, the undefined bytes of windows-1252 are refused, and so are the
 * control characters 0x80 to 0x9F of ISO 8859-1, which no text has and which tell of another encoding. (The platform's own
 * `TextDecoder` reads `iso-8859-1` as windows-1252 and refuses nothing in either.)
 */
export function decoderOf(encoding: CsvEncoding): Decode {
  if (encoding === "utf-8") return decodeUtf8;
  const high = encoding === "windows-1252" ? WINDOWS_1252 : "";
  return (bytes) => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    if (!/[\u0080-\u009f]/.test(text)) return { text };
    const meaning = (character: string) => (high[character.charCodeAt(0) - 0x80] ?? " ").trim();
    const offset = [...text].findIndex((character) => /[\u0080-\u009f]/.test(character) && meaning(character) === "");
    if (offset >= 0) return { invalid: { offset, byte: bytes[offset] ?? 0 } };
    return { text: text.replace(/[\u0080-\u009f]/g, meaning) };
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): Decoded {
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    // The longest prefix that can begin a text ends inside or before the wrong sequence; the sequence begins where a text ends.
    let [good, bad] = [0, bytes.length];
    while (bad - good > 1) {
      const middle = (good + bad) >> 1;
      if (isUtf8(bytes.subarray(0, middle), true)) good = middle;
      else bad = middle;
    }
    while (!isUtf8(bytes.subarray(0, good), false)) good -= 1;
    return { invalid: { offset: good, byte: bytes[good] ?? 0 } };
  }
}

/** @param open the last character may be incomplete */
function isUtf8(bytes: Uint8Array, open: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: open });
    return true;
  } catch {
    return false;
  }
}
