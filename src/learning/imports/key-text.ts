/** Invisible characters that copied cells carry along: soft hyphen, zero-width ones, marks of direction. */
const INVISIBLE = /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/g;

/** A text with what can be seen of it, composed (Unicode form NFC). */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, "").normalize("NFC");
}

/**
 * A key or an address as it is stored and compared: Unicode form NFC, without invisible characters and without white space
 * around it. Two ids that look the same are the same then.
 */
export function keyText(text: string): string {
  return visibleText(text).trim();
}
